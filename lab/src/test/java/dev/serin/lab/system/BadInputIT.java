package dev.serin.lab.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.fleet.SerinProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Bad input, all the way: each ends in a clear event that names the thing, expected and found, and
/// the fleet is as it was.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration END = Duration.ofMinutes(3);

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private final Map<String, String> digests = new HashMap<>();
  private Path directory = Path.of("");
  private FakePrometheus prometheus;
  private SerinProcess serin;
  private Releases releases;
  private Story story;
  private ObjectNode definition;
  private int number;

  @SuppressWarnings("NullAway.Init")
  BadInputIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    directory = Files.createTempDirectory("serin-bad-input");
    prometheus = new FakePrometheus();
    prometheus.answersGreen();
    Path config = directory.resolve("serin.yaml");
    Files.writeString(
        config,
        Files.readString(Path.of("/run/serin-lab/serin.yaml"))
                .replaceAll("(?m)^  data: .*$", "  data: " + directory.resolve("data"))
                .replaceAll(
                    "(?m)^  prometheus: .*$", "  prometheus: {url: \"" + prometheus.url() + "\"}")
            + "  http: {port: 17070}\n  kafka: {bootstrap-servers: \""
            + SerinCluster.BOOTSTRAP
            + "\"}\n");
    serin = SerinProcess.start(root, "standalone", config, directory.resolve("serin.log"));
    serin.awaitHealthy(COORDINATOR, Duration.ofSeconds(90));
    releases = new Releases(root, directory);
    releases.define(COORDINATOR);
    definition = (ObjectNode) releases.get(COORDINATOR, "/api/v1/services/backend-api");
    story = new Story();
  }

  @AfterAll
  void stop() {
    if (story != null) {
      story.close();
    }
    if (serin != null) {
      serin.close();
    }
    if (prometheus != null) {
      prometheus.close();
    }
  }

  @BeforeEach
  void remember() throws IOException, InterruptedException {
    digests.clear();
    digests.putAll(fleet.digests());
  }

  @AfterEach
  void theFleetIsAsItWas() throws IOException, InterruptedException {
    prometheus.answersGreen();
    assertThat(fleet.digests()).isEqualTo(digests);
    assertThat(fleet.servers().values()).hasSize(3).allMatch(Fleet.Server::isUp);
  }

  private List<String> refusal(Map<String, Object> body) throws IOException, InterruptedException {
    String rollout = releases.release(COORDINATOR, body);
    JsonNode end = story.awaitEnd(rollout, END);
    assertThat(Story.text(end, "phase")).as("%s", story.told(rollout)).isEqualTo("REJECTED");
    assertThat(story.told(rollout))
        .containsExactly("rollout-started", "preflight-failed", "rollout-rejected");
    return Json.mapper()
        .convertValue(end.get("reasons"), new tools.jackson.core.type.TypeReference<>() {});
  }

  private Map<String, Object> request(Path artifact) throws IOException {
    number++;
    return Releases.request("bad-" + number, "v0-bad", artifact, "4s");
  }

  @Test
  void anArtifactThatIsMissing() throws IOException, InterruptedException {
    Path artifact = releases.bake("v5.0.0");
    Map<String, Object> body = request(artifact);
    Files.delete(artifact);
    assertThat(refusal(body)).singleElement().asString().contains(artifact.toString());
  }

  /// What is built here begins as a script: the digest of a text, which may be a secret, is not
  /// told.
  @Test
  void anArtifactWhoseDigestIsWrong() throws IOException, InterruptedException {
    Path artifact = releases.bake("v5.0.1");
    Map<String, Object> body = request(artifact);
    String released = Releases.digest(artifact);
    Files.writeString(artifact, "#!/bin/sh\nexit 0\n");
    assertThat(refusal(body))
        .singleElement()
        .asString()
        .contains("expected SHA-256 " + released, "found another script");
  }

  @Test
  void anArtifactThatIsEmptyAndOneThatIsNoExecutable() throws IOException, InterruptedException {
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThat(refusal(request(empty))).singleElement().asString().contains("empty");
    Path text = Files.writeString(directory.resolve("text"), "not a program");
    assertThat(refusal(request(text))).singleElement().asString().contains("executable");
  }

  @Test
  void aPrometheusThatAnswers500OrHtml() throws IOException, InterruptedException {
    Path artifact = releases.bake("v5.0.2");
    prometheus.answers(500, "out of memory");
    assertThat(refusal(request(artifact))).allMatch(it -> it.contains("500")).isNotEmpty();
    prometheus.answers(200, "<html>a login page</html>");
    assertThat(refusal(request(artifact))).isNotEmpty().anyMatch(it -> it.contains("JSON"));
  }

  @Test
  void aServerThatHaproxyDoesNotKnow() throws IOException, InterruptedException {
    define("unknown-server", nodes -> ((ObjectNode) nodes.get(0)).put("server", "nobody"));
    Map<String, Object> body = request(releases.bake("v5.0.3"));
    body.put("service", "unknown-server");
    assertThat(refusal(body)).anyMatch(it -> it.contains("nobody"));
  }

  @Test
  void aServerLineThatIsAnotherInstances() throws IOException, InterruptedException {
    define(
        "swapped",
        nodes -> {
          ((ObjectNode) nodes.get(0)).put("server", "backend-api-2");
          ((ObjectNode) nodes.get(1)).put("server", "backend-api-1");
        });
    Map<String, Object> body = request(releases.bake("v5.0.4"));
    body.put("service", "swapped");
    assertThat(refusal(body))
        .anyMatch(it -> it.contains("backend-api-1") && it.contains("backend-api-2"));
  }

  private interface Change {
    void to(ArrayNode nodes);
  }

  private void define(String service, Change change) throws IOException, InterruptedException {
    ObjectNode other = definition.deepCopy();
    other.put("service", service);
    change.to((ArrayNode) other.get("nodes"));
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(COORDINATOR.resolve("/api/v1/services/" + service))
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(other.toString()))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }
}
