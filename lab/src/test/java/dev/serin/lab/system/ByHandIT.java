package dev.serin.lab.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.rescue.Direction;
import dev.serin.lab.rescue.Rescue;
import dev.serin.lab.rescue.Spot;
import dev.serin.lab.rescue.Strategy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// A person works beside Serin, or in its place: on the real fleet, under load.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ByHandIT {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final String CANARY = "backend-api-2";
  private static final Duration END = Duration.ofMinutes(3);

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private SerinCluster cluster;
  private Releases releases;
  private Story story;
  private Load load;
  private Rescue rescue;

  @SuppressWarnings("NullAway.Init")
  ByHandIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-by-hand");
    cluster =
        SerinCluster.start(
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()),
            directory,
            UnaryOperator.identity());
    releases = new Releases(cluster.root(), directory);
    releases.define(COORDINATOR);
    story = new Story();
    load =
        Load.start(
            new LoadPlan(
                Fleet.FRONT,
                80,
                20,
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                0,
                Duration.ofMinutes(15)));
    rescue = new Rescue(cluster, releases, story, fleet, load, directory);
  }

  /// A test that failed while Serin was gone leaves the others their fleet.
  @AfterEach
  void everythingRunsAgain() throws IOException, InterruptedException {
    serinIsBack();
  }

  @AfterAll
  void stop() {
    if (load != null) {
      load.close();
    }
    if (story != null) {
      story.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private String release(String version, Path artifact, String window)
      throws IOException, InterruptedException {
    return releases.releaseUntilTaken(
        COORDINATOR, Releases.request("release-" + version, version, artifact, window), END);
  }

  private void awaitStep(String rollout, String step) {
    story.awaitStep(rollout, step, END);
  }

  private JsonNode awaitType(String rollout, String type) {
    return story.await(rollout, END, event -> Story.text(event, "type").equals(type));
  }

  private void ask(String type, String requestId, String rollout)
      throws IOException, InterruptedException {
    Map<String, Object> body = new HashMap<>();
    body.put("type", type);
    body.put("requestId", requestId);
    body.put("service", "backend-api");
    body.put("requestedBy", "somebody");
    if (!type.startsWith("hands")) {
      body.put("rolloutId", rollout);
    }
    releases.postUntilTaken(COORDINATOR, body, END);
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
    return output;
  }

  private void serinIsBack() throws IOException, InterruptedException {
    startUnlessItRuns(SerinCluster.BROKER);
    for (String service : SerinCluster.SERVICES) {
      startUnlessItRuns(service);
    }
    cluster.awaitCoordinator("coordinator");
  }

  private void startUnlessItRuns(String name) throws IOException {
    if (!cluster.runs(name)) {
      cluster.start(name);
    }
  }

  @Test
  void takesARolloutBackWithTheRescueSheetWhenAllOfSerinIsGone()
      throws IOException, InterruptedException {
    assertThat(rescue.at(Strategy.CANARY_THEN_PEERS, Spot.ANALYSE, Direction.BACK).wrong())
        .isEmpty();
  }

  @Test
  void finishesARolloutWithTheRescueSheetWhenAllOfSerinIsGone()
      throws IOException, InterruptedException {
    assertThat(rescue.at(Strategy.CANARY_THEN_PEERS, Spot.PUSH, Direction.FINISH).wrong())
        .isEmpty();
  }

  @Test
  void givesTheCanarysShareBackWithTheRescueSheetWhenAllOfSerinIsGone()
      throws IOException, InterruptedException {
    assertThat(rescue.at(Strategy.TRAFFIC_STEPS, Spot.SHIFT, Direction.BACK).wrong()).isEmpty();
  }

  @Test
  void pausesWhenSomebodyRestartsTheCanarysUnit() throws IOException, InterruptedException {
    String rollout = release("v5.2.0", releases.bake("v5.2.0"), "14s");
    awaitStep(rollout, "analyse");
    run("incus", "exec", CANARY, "--", "systemctl", "restart", "backend-api");

    assertThat(Story.text(awaitType(rollout, "rollout-paused"), "why"))
        .isEqualTo(
            "somebody has restarted unit backend-api on backend-api-2; nothing was reverted");
    ask("resume-requested", "resume-5.2.0", rollout);
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("COMPLETED");
    assertThat(story.told(rollout)).doesNotContain("rollback-started");
  }

  @Test
  void touchesNothingWhileHandsAreOff() throws IOException, InterruptedException {
    Map<String, String> digests = fleet.digests();
    String rollout = release("v5.3.0", releases.bake("v5.3.0"), "5m");
    awaitStep(rollout, "analyse");
    ask("hands-off-requested", "off-5.3.0", rollout);
    assertThat(Story.text(awaitType(rollout, "rollout-paused"), "waitingFor"))
        .isEqualTo("a person: serin hands-on backend-api");

    fleet.runtime("set server api_pool/" + CANARY + " weight 7");
    ask("abort-requested", "abort-5.3.0", rollout);
    awaitType(rollout, "rollback-started");
    assertThat(Objects.requireNonNull(fleet.servers().get(CANARY)).weight())
        .as("left as the person has it")
        .isEqualTo(7);
    assertThat(fleet.digests().get(CANARY)).isNotEqualTo(digests.get(CANARY));

    fleet.runtime("set server api_pool/" + CANARY + " weight 1");
    ask("hands-on-requested", "on-5.3.0", rollout);
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
    assertThat(fleet.digests()).isEqualTo(digests);
    assertThat(fleet.servers().values()).allMatch(server -> server.isUp() && server.weight() == 1);
  }
}
