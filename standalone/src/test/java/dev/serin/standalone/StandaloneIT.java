package dev.serin.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.config.Launch;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Artifact;
import dev.serin.coordinator.streams.CoordinatorStreams;
import dev.serin.incus.artifact.Located;
import dev.serin.incus.artifact.StoredArtifacts;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Standalone with its own broker: what it was told outlives it, and each service can be left out.
@Timeout(900)
final class StandaloneIT {
  private static final String DEFINITION =
      """
      {"service": "backend-api", "pool": "api_pool", "loadBalancers": ["haproxy-1"],
       "nodes": [{"name": "api-1"}, {"name": "api-2", "canary": true}],
       "install": {"path": "/opt/api/api", "unit": "api"},
       "health": {"url": "http://127.0.0.1:8080/health"}, "analysis": {"window": "0s"}}
      """;
  private static final String REQUEST =
      """
      {"type": "release-requested", "requestId": "ci-1", "service": "backend-api",
       "version": "v2", "artifact": {"uri": "file:/nowhere/api", "sha256": "%s"}}
      """
          .formatted("a".repeat(64));

  @TempDir Path directory;

  @Test
  void whatItWasToldOutlivesARestart() throws Exception {
    Path config = Started.configure(directory);
    JsonNode before;
    try (Started serin = Started.with(config)) {
      JsonNode health =
          serin.until("/actuator/health", it -> it.path("status").asString().equals("UP"));
      assertThat(health.at("/components/agents/details").toString())
          .isEqualTo("{\"haproxy\":\"obeys\",\"incus\":\"obeys\",\"sli\":\"obeys\"}");
      HttpResponse<String> defined = serin.put("/api/v1/services/backend-api", DEFINITION);
      assertThat(defined.statusCode()).as(defined.body()).isBetween(200, 299);
      serin.until("/api/v1/services/backend-api", definition -> true);
      HttpResponse<String> accepted = serin.post("/api/v1/requests", REQUEST);
      assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
      String id = Json.mapper().readTree(accepted.body()).path("rolloutId").asString();
      before =
          serin.until(
              "/api/v1/rollouts/" + id, state -> state.path("phase").asString().equals("REJECTED"));
    }

    try (Started again = Started.with(config)) {
      String id = before.path("rolloutId").asString();
      JsonNode after = again.until("/api/v1/rollouts/" + id, state -> true);
      assertThat(after).isEqualTo(before);
      again.until("/api/v1/services/backend-api", definition -> true);

      HttpResponse<String> repeated = again.post("/api/v1/requests", REQUEST);
      assertThat(Json.mapper().readTree(repeated.body()).path("rolloutId").asString())
          .isEqualTo(id);
      // A second request, read after the repeated one, shows that the first had been remembered.
      again.post("/api/v1/requests", REQUEST.replace("ci-1", "ci-2"));
      JsonNode all =
          again.until(
              "/api/v1/rollouts?service=backend-api",
              rollouts ->
                  rollouts
                      .valueStream()
                      .anyMatch(rollout ->
                          rollout.path("requestId").asString().equals("ci-2")
                              && rollout.path("phase").asString().equals("REJECTED")));
      assertThat(all.valueStream().map(rollout -> rollout.path("requestId").asString()))
          .containsExactly("ci-2", "ci-1");
    }
  }

  /// The launcher's rehearsal: what is not played here, the JVM learns only in a real rollout.
  @Test
  void aRehearsalPlaysARolloutToItsEndAndEndsByItself() throws Exception {
    Path config = Started.configure(directory);
    Path rehearsal = directory.resolve("rehearsal.yaml");
    Files.writeString(rehearsal, Files.readString(config) + "  rehearse: true\n");
    Started.with(rehearsal).awaitEnd();

    try (Started serin = Started.with(config)) {
      JsonNode played = serin.until("/api/v1/rollouts?service=rehearsal", whateverIsThere -> true);
      assertThat(played).hasSize(1);
      assertThat(played.get(0).path("endedAt").asString()).isNotEmpty();
    }
  }

  /// From `serin release --file` to the agent that installs it, without any configuration.
  @Test
  void aPrivateFileReachesTheAgentAloneWithoutAnyConfiguration() throws Exception {
    String secret = "PASSWORD=secret\n";
    String sha256 =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(secret.getBytes(StandardCharsets.UTF_8)));
    String at = "/api/v1/artifacts/" + sha256;
    try (Started serin = Started.with(Started.configure(directory))) {
      assertThat(serin.upload(at + "?private=true", secret).statusCode()).isEqualTo(201);
      serin.until("/api/v1/artifacts", all -> !all.toString().contains(sha256));
      assertThat(serin.get(at).statusCode()).isEqualTo(404);

      Artifact file = new Artifact(serin.address() + at, sha256);
      assertThat(serin.bean(StoredArtifacts.class).locateFile(file))
          .isInstanceOfSatisfying(
              Located.Here.class,
              here -> assertThat(here.content().sizeBytes()).isEqualTo(secret.length()));
    }
  }

  @Test
  void isABrokerAloneWhenAllServicesAreLeftOut() throws Exception {
    Path config = Started.configure(directory);
    try (Started serin =
        Started.with(config, "coordinator", "haproxy-agent", "incus-agent", "sli-watcher")) {
      assertThat(serin.has(CoordinatorStreams.class)).isFalse();
      try (Admin admin = admin(serin.setting("serin.kafka.bootstrap-servers"))) {
        admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get();
        assertThat(admin.listTopics().names().get()).contains("kept");
      }
    }
    try (Started again =
            Started.with(config, "coordinator", "haproxy-agent", "incus-agent", "sli-watcher");
        Admin admin = admin(again.setting("serin.kafka.bootstrap-servers"))) {
      assertThat(admin.listTopics().names().get()).contains("kept");
    }
  }

  @Test
  void leavesOutOneServiceAndRunsTheOthers() throws Exception {
    Path config = Started.configure(directory);
    try (Started serin = Started.with(config, "coordinator");
        Admin admin = admin(serin.setting("serin.kafka.bootstrap-servers"))) {
      assertThat(serin.has(CoordinatorStreams.class)).isFalse();
      Set<String> topics = Set.of();
      while (!topics.containsAll(List.of(Topics.HAPROXY_COMMANDS, Topics.INCUS_COMMANDS))) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        topics = admin.listTopics().names().get();
      }
      assertThat(topics).contains(Topics.SLI_COMMANDS, Topics.HAPROXY_EVENTS);
    }
  }

  @Test
  void saysWhereItWouldListenWhenTheAddressIsNone() throws Exception {
    Path config = Started.configure(directory);
    Files.writeString(
        config, Files.readString(config).replaceFirst("127.0.0.1:[0-9]+\"}", "kafka\"}"));
    assertThatThrownBy(
            () -> StandaloneApplication.application(new Launch.Options(config, List.of())).run())
        .rootCause()
        .hasMessageContaining("expected one host:port for standalone to listen on, found 'kafka'");
  }

  private static Admin admin(String servers) {
    return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers));
  }
}
