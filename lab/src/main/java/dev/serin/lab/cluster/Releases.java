package dev.serin.lab.cluster;

import dev.serin.contracts.json.Json;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// Bakes releases of the sample backend and asks a coordinator for them.
public final class Releases {
  private final Path root;
  private final Path directory;
  private final HttpClient http = HttpClient.newHttpClient();

  public Releases(Path root, Path directory) {
    this.root = root;
    this.directory = directory;
  }

  /// A release's file.
  public Path bake(String version, String... behaviour) throws IOException, InterruptedException {
    Path artifact = directory.resolve("backend-api-" + version);
    List<String> command =
        new ArrayList<>(
            List.of(root.resolve("lab/release").toString(), version, "-o", artifact.toString()));
    command.addAll(List.of(behaviour));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("expected lab/release to bake " + version);
    }
    return artifact;
  }

  public static String digest(Path artifact) throws IOException {
    return Fleet.sha256(Files.readAllBytes(artifact));
  }

  /// The body of a request for a release.
  public static Map<String, Object> request(
      String requestId, String version, Path artifact, String window) throws IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "release-requested");
    body.put("requestId", requestId);
    body.put("service", "backend-api");
    body.put("requestedBy", "system test");
    body.put("version", version);
    body.put("artifact", Map.of("uri", artifact.toUri().toString(), "sha256", digest(artifact)));
    body.put(
        "overrides",
        Map.of("analysis", Map.of("window", window), "health", Map.of("within", "8s")));
    return body;
  }

  public HttpResponse<String> post(URI coordinator, Object body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(coordinator.resolve("/api/v1/requests"))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(10))
            .POST(HttpRequest.BodyPublishers.ofString(Json.mapper().writeValueAsString(body)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /// Asks for a release and returns its rollout's id.
  public String release(URI coordinator, Map<String, Object> body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = post(coordinator, body);
    if (answer.statusCode() != 202) {
      throw new IOException("expected 202, was " + answer.statusCode() + ": " + answer.body());
    }
    return Story.text(Json.mapper().readTree(answer.body()), "rolloutId");
  }

  /// Asks for a release again and again until a coordinator has taken it, by the same request id.
  public String releaseUntilTaken(URI coordinator, Map<String, Object> body, Duration within)
      throws IOException, InterruptedException {
    return Story.text(
        Json.mapper().readTree(postUntilTaken(coordinator, body, within)), "rolloutId");
  }

  /// Posts a request again and again until a coordinator has taken it: it may be away.
  public String postUntilTaken(URI coordinator, Map<String, Object> body, Duration within)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    String found = "";
    while (System.nanoTime() < end) {
      try {
        HttpResponse<String> answer = post(coordinator, body);
        if (answer.statusCode() == 202) {
          return answer.body();
        }
        found = answer.statusCode() + ": " + answer.body();
      } catch (IOException away) {
        found = String.valueOf(away.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(300);
    }
    throw new IOException("expected 202 within " + within + ", the last answer was " + found);
  }

  /// Defines the lab's service.
  public void define(URI coordinator) throws IOException, InterruptedException {
    define(coordinator, root.resolve("lab/services/backend-api.yaml"));
  }

  /// Defines a service by its file.
  public void define(URI coordinator, Path definition) throws IOException, InterruptedException {
    ProcessBuilder apply =
        new ProcessBuilder(
            root.resolve("serin").toString(), "services", "apply", "-f", definition.toString());
    apply.environment().put("SERIN_URL", coordinator.toString());
    Process process = apply.inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("expected the service to be defined");
    }
  }

  public JsonNode get(URI coordinator, String path) throws IOException, InterruptedException {
    return Json.mapper()
        .readTree(
            http.send(
                    HttpRequest.newBuilder(coordinator.resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofString())
                .body());
  }
}
