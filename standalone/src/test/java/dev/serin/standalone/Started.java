package dev.serin.standalone;

import dev.serin.contracts.config.Launch;
import dev.serin.contracts.json.Json;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/// A standalone that runs, on free ports. Its load balancer, Incus and Prometheus are not there.
final class Started implements AutoCloseable {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final ConfigurableApplicationContext context;
  private final int port;

  private Started(ConfigurableApplicationContext context, int port) {
    this.context = context;
    this.port = port;
  }

  /// Writes a configuration of its own into the directory, and gives its place.
  static Path configure(Path directory) throws IOException {
    int broker = freePair();
    Path file = directory.resolve("serin.yaml");
    Files.writeString(
        file,
        """
        serin:
          data: %s
          http: {port: %d}
          kafka: {bootstrap-servers: "127.0.0.1:%d"}
          haproxy:
            load-balancers:
              haproxy-1: {runtime: "unix:%s/nobody.sock", url: "http://127.0.0.1:1"}
          incus: {servers: {default: {url: "unix:%s/nobody.socket"}}}
          prometheus: {url: "http://127.0.0.1:1"}
        """
            .formatted(directory.resolve("data"), freePair(), broker, directory, directory));
    return file;
  }

  static Started with(Path config, String... without) {
    ConfigurableApplicationContext context =
        StandaloneApplication.application(new Launch.Options(config, List.of(without))).run();
    return new Started(
        context, context.getEnvironment().getRequiredProperty("serin.http.port", Integer.class));
  }

  /// Returns once it has ended by itself.
  void awaitEnd() {
    while (context.isActive()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  String setting(String name) {
    return context.getEnvironment().getRequiredProperty(name);
  }

  String address() {
    return "http://127.0.0.1:" + port;
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  boolean has(Class<?> bean) {
    return !context.getBeansOfType(bean).isEmpty();
  }

  HttpResponse<String> put(String path, String json) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(json)));
  }

  HttpResponse<String> post(String path, String json) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  HttpResponse<String> upload(String path, String bytes) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofString(bytes)));
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path).GET());
  }

  /// Asks until the answer is as expected.
  JsonNode until(String path, Predicate<JsonNode> expected) throws Exception {
    while (true) {
      HttpResponse<String> answer = send(request(path).GET());
      if (answer.statusCode() == 200) {
        JsonNode json = Json.mapper().readTree(answer.body());
        if (expected.test(json)) {
          return json;
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address() + path)).timeout(Duration.ofSeconds(30));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /// A port that is free, and the next one too: the broker's controller takes it.
  private static int freePair() throws IOException {
    while (true) {
      try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket second =
              new ServerSocket(first.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        return second.getLocalPort() - 1;
      } catch (BindException taken) {
        // The next pair, then.
      }
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
