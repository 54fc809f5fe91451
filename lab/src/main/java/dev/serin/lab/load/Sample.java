package dev.serin.lab.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Who answers how many of so many requests that carry no cookie: new users, as the load balancer
/// sees them. Loopback only.
///
/// @param byServer the servers by the cookie that the load balancer hands out
/// @param failed answers other than 200, and requests without one
public record Sample(Map<String, Integer> byServer, int failed) {
  private static final int CLIENTS = 8;
  private static final String PATH = "/api/v1/health";

  public Sample {
    byServer = Map.copyOf(byServer);
  }

  /// Sends them, a few at a time.
  public static Sample of(InetSocketAddress target, int requests)
      throws IOException, InterruptedException {
    if (!target.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("expected a loopback target, was " + target);
    }
    URI url = URI.create("http://127.0.0.1:" + target.getPort() + PATH);
    List<Callable<Sample>> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int own = requests / CLIENTS + (client < requests % CLIENTS ? 1 : 0);
      clients.add(() -> client(url, own));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Integer> all = new TreeMap<>();
      int failed = 0;
      for (Future<Sample> one : threads.invokeAll(clients)) {
        one.get().byServer().forEach((server, count) -> all.merge(server, count, Integer::sum));
        failed += one.get().failed();
      }
      return new Sample(all, failed);
    } catch (ExecutionException bug) {
      throw new IOException(bug.getCause());
    }
  }

  private static Sample client(URI url, int requests) throws InterruptedException {
    Map<String, Integer> byServer = new TreeMap<>();
    int failed = 0;
    HttpRequest request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int sent = 0; sent < requests; sent++) {
        try {
          HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
          String cookie = answer.headers().firstValue("Set-Cookie").orElse("");
          if (answer.statusCode() == 200 && cookie.startsWith("SERVERID=")) {
            byServer.merge(cookie.split("[=;]", -1)[1], 1, Integer::sum);
          } else {
            failed++;
          }
        } catch (IOException gone) {
          failed++;
        }
      }
    }
    return new Sample(byServer, failed);
  }

  /// A server's share of the answers, in per cent.
  public double share(String server) {
    int all = byServer.values().stream().mapToInt(Integer::intValue).sum();
    return all == 0 ? 0 : 100.0 * byServer.getOrDefault(server, 0) / all;
  }
}
