package dev.serin.lab.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// The whole system as separate processes on the lab's fleet, under load: good and bad releases,
/// and every service killed in the middle of everything.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SystemIT {
  private static final Duration END = Duration.ofMinutes(4);
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final String CANARY = "backend-api-2";
  private static final List<String> ONE_HALF = List.of("coordinator", "incus-agent");
  private static final List<String> OTHER_HALF = List.of("haproxy-agent", "sli-watcher");
  private static final Path INCUS = Path.of("/var/lib/incus/unix.socket");

  private final Fleet fleet = new Fleet(INCUS);
  private final Map<String, List<String>> undisturbed = new HashMap<>();
  private Path directory = Path.of("");
  private SerinCluster cluster;
  private Releases releases;
  private Story story;
  private Load load;
  private Path good = Path.of("");
  private Path other = Path.of("");
  private Path unhealthy = Path.of("");
  private Path faulty = Path.of("");
  private int number;
  private int weight;

  @SuppressWarnings("NullAway.Init")
  SystemIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    directory = Files.createTempDirectory("serin-system");
    cluster =
        SerinCluster.start(
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()),
            directory,
            UnaryOperator.identity());
    releases = new Releases(cluster.root(), directory);
    releases.define(COORDINATOR, Definitions.patient(cluster.root(), directory));
    story = new Story();
    good = releases.bake("v2.0.0");
    other = releases.bake("v2.1.0");
    unhealthy = releases.bake("v2.2.0", "--health", "500");
    faulty = releases.bake("v2.3.0", "--error-rate", "0.2");
    weight = fleet.servers().values().iterator().next().weight();
    load = Load.start(LoadPlan.light(Fleet.FRONT, Duration.ofMinutes(25)));
  }

  @AfterAll
  void stop() throws IOException {
    if (load != null) {
      load.close();
    }
    if (story != null) {
      story.close();
    }
    if (cluster != null) {
      cluster.close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private String ask(String version, Path artifact) throws IOException, InterruptedException {
    number++;
    return releases.release(
        COORDINATOR, Releases.request("system-" + number, version, artifact, "4s"));
  }

  @Test
  @Order(1)
  void aGoodReleaseCompletesAndNoRequestFails() throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    String rollout = ask("v2.0.0", good);
    endsAs(rollout, "COMPLETED", good);
    undisturbed.put("v2.0.0", story.told(rollout));
    LoadSnapshot during = load.snapshot().since(before);
    assertThat(during.failures()).isEmpty();
    assertThat(during.failed()).isZero();
    assertThat(during.served()).isPositive();
  }

  @Test
  @Order(2)
  void aReleaseThatIsNotHealthyGetsNoTraffic() throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    String rollout = ask("v2.2.0", unhealthy);
    endsAs(rollout, "ROLLED_BACK", good);
    undisturbed.put("v2.2.0", story.told(rollout));
    LoadSnapshot during = load.snapshot().since(before);
    assertThat(during.failures()).isEmpty();
    assertThat(during.servedByVersion()).doesNotContainKey("v2.2.0");
  }

  @Test
  @Order(3)
  void aReleaseThatFailsRequestsIsTakenBackByItsSlis() throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    String rollout = ask("v2.3.0", faulty);
    JsonNode end = endsAs(rollout, "ROLLED_BACK", good);
    assertThat(Story.text(end, "outcome")).isEqualTo("breached");
    undisturbed.put("v2.3.0", story.told(rollout));
    LoadSnapshot during = load.snapshot().since(before);
    assertThat(during.failedByVersion().keySet()).isSubsetOf("v2.3.0");
  }

  /// Each service is killed at each moment, half of them at once: one half on the canary, the other
  /// on the peer after it, and both while the canary is judged.
  @Test
  @Order(4)
  void endsAsItWouldHaveWhateverIsKilledInADrainInAPushAndInAnAnalysis()
      throws IOException, InterruptedException {
    Path next = installed().equals(good) ? other : good;
    String rollout = ask(next.equals(good) ? "v2.0.0" : "v2.1.0", next);
    for (String moment : List.of("drain", "push", "analyse")) {
      awaitStep(rollout, moment);
      killAndStart(ONE_HALF);
    }
    story.await(rollout, END, event -> Story.text(event, "type").equals("sli-probed"));
    killAndStart(OTHER_HALF);
    for (String moment : List.of("drain", "push")) {
      story.await(
          rollout,
          END,
          event -> isBegun(event, moment) && !Story.text(event, "node").equals(CANARY));
      killAndStart(OTHER_HALF);
    }
    endsAs(rollout, "COMPLETED", next);
    assertThat(story.told(rollout)).isEqualTo(undisturbed.get("v2.0.0"));
  }

  private static boolean isBegun(JsonNode event, String step) {
    return Story.text(event, "type").equals("step-started")
        && Story.text(event, "step").equals(step);
  }

  private void killAndStart(List<String> services) throws IOException, InterruptedException {
    for (String service : services) {
      cluster.kill(service);
    }
    for (String service : services) {
      cluster.start(service);
    }
  }

  @Test
  @Order(4)
  void takesBackAsItWouldHaveWhateverIsKilledInTheRollback()
      throws IOException, InterruptedException {
    Path installed = installed();
    String rollout = ask("v2.2.0", unhealthy);
    story.await(rollout, END, event -> Story.text(event, "type").equals("rollback-started"));
    killAndStart(ONE_HALF);
    story.await(
        rollout,
        END,
        event -> isBegun(event, "restart") && Story.text(event, "phase").equals("ROLLING_BACK"));
    killAndStart(OTHER_HALF);
    endsAs(rollout, "ROLLED_BACK", installed);
    assertThat(story.told(rollout)).isEqualTo(undisturbed.get("v2.2.0"));
  }

  @Test
  @Order(5)
  void goesOnFromTheBrokerAloneWhenOneOfTwoCoordinatorsDiesWithItsDataAndThenTheOther()
      throws IOException, InterruptedException {
    cluster.start("coordinator-2");
    cluster.awaitCoordinator("coordinator-2");
    Path next = installed().equals(good) ? other : good;
    String rollout = ask(next.equals(good) ? "v2.0.0" : "v2.1.0", next);
    awaitStep(rollout, "restart");
    cluster.kill("coordinator");
    deleteTree(cluster.data("coordinator"));
    cluster.start("coordinator");
    cluster.awaitCoordinator("coordinator");
    story.await(
        rollout, END, event -> isBegun(event, "push") && !Story.text(event, "node").equals(CANARY));
    cluster.kill("coordinator-2");
    deleteTree(cluster.data("coordinator-2"));
    endsAs(rollout, "COMPLETED", next);
  }

  @Test
  @Order(6)
  void goesOnWhenTheBrokerIsBack() throws IOException, InterruptedException {
    Path next = installed().equals(good) ? other : good;
    String rollout = ask(next.equals(good) ? "v2.0.0" : "v2.1.0", next);
    awaitStep(rollout, "analyse");
    cluster.kill(SerinCluster.BROKER);
    cluster.startAfter(SerinCluster.BROKER, Duration.ofSeconds(15));
    endsAs(rollout, "COMPLETED", next);
  }

  /// The first comes from a console client of the broker, then by HTTP once more.
  @Test
  @Order(7)
  void theSameRequestTwiceIsOneRolloutAndTwoRequestsRunOneAfterTheOther()
      throws IOException, InterruptedException {
    Path first = installed().equals(good) ? other : good;
    Path second = first.equals(good) ? other : good;
    Map<String, Object> one =
        Releases.request("twice", first.equals(good) ? "v2.0.0" : "v2.1.0", first, "2s");
    Map<String, Object> two =
        Releases.request("after", second.equals(good) ? "v2.0.0" : "v2.1.0", second, "2s");
    String rollout = RolloutIds.of("backend-api", "twice");
    publish(one);
    awaitStep(rollout, "drain");
    assertThat(releases.release(COORDINATOR, one)).isEqualTo(rollout);
    String next = releases.release(COORDINATOR, two);
    endsAs(rollout, "COMPLETED", null);
    endsAs(next, "COMPLETED", second);
    assertThat(story.told(next)).startsWith("rollout-queued", "rollout-started");
    assertThat(story.of(rollout))
        .filteredOn(it -> Story.text(it, "type").equals("rollout-started"))
        .hasSize(1);
  }

  private static void publish(Map<String, Object> request)
      throws IOException, InterruptedException {
    Process kcat =
        new ProcessBuilder("kcat", "-P", "-b", SerinCluster.BOOTSTRAP, "-t", "serin.requests.v1")
            .inheritIO()
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .start();
    try (var out = kcat.getOutputStream()) {
      out.write(Json.mapper().writeValueAsBytes(request));
    }
    assertThat(kcat.waitFor()).isZero();
  }

  /// The artifact is gone from the build machine: what the nodes keep is enough.
  @Test
  @Order(8)
  void aCompletedReleaseIsTakenBackFromWhatTheNodesKeep() throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    Path taken = installed();
    Path earlier = taken.equals(good) ? other : good;
    Path elsewhere = Files.move(earlier, earlier.resolveSibling("elsewhere"));
    String rollout =
        releases.release(
            COORDINATOR,
            Map.of(
                "type",
                "rollback-requested",
                "requestId",
                "back",
                "service",
                "backend-api",
                "requestedBy",
                "somebody"));
    story.awaitEnd(rollout, END);
    Files.move(elsewhere, earlier);
    endsAs(rollout, "COMPLETED", earlier);
    assertThat(story.told(rollout)).doesNotContain("step-started analyse");
    LoadSnapshot during = load.snapshot().since(before);
    assertThat(during.failures()).isEmpty();
    assertThat(during.failed()).isZero();
  }

  private void awaitStep(String rollout, String step) {
    story.awaitStep(rollout, step, END);
  }

  /// Which of the two good releases is on the nodes.
  private Path installed() throws IOException, InterruptedException {
    return fleet.digests().containsValue(Releases.digest(good)) ? good : other;
  }

  private JsonNode endsAs(
      String rollout, String phase, @org.jspecify.annotations.Nullable Path installed)
      throws IOException, InterruptedException {
    JsonNode end = story.awaitEnd(rollout, END);
    assertThat(Story.text(end, "phase"))
        .as("%s: %s", rollout, story.told(rollout))
        .isEqualTo(phase);
    List<Long> sequences = new ArrayList<>();
    story.of(rollout).forEach(event -> sequences.add(event.get("sequence").longValue()));
    assertThat(sequences)
        .isEqualTo(IntStream.rangeClosed(1, sequences.size()).mapToObj(Long::valueOf).toList());
    if (installed != null) {
      assertThat(fleet.digests().values()).containsOnly(Releases.digest(installed));
      assertThat(fleet.servers().values())
          .hasSize(3)
          .allSatisfy(server -> assertThat(server.isUp()).isTrue())
          .extracting(Fleet.Server::weight)
          .containsOnly(weight);
    }
    return end;
  }

  private static void deleteTree(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
