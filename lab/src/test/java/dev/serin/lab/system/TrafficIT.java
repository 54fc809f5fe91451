package dev.serin.lab.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.AtHome;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import dev.serin.lab.load.Sample;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// The canary's share of real requests, step by step, on the load balancers of the lab, under load.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrafficIT {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final String SERVICE = "in-shares";
  private static final String CANARY = "backend-api-2";
  private static final Duration END = Duration.ofMinutes(3);
  private static final int REQUESTS = 20_000;

  /// How far the share of the requests may be from the one asked for, in points.
  private static final double POINTS = 1.5;

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private SerinCluster cluster;
  private Releases releases;
  private Story story;
  private Load load;

  @SuppressWarnings("NullAway.Init")
  TrafficIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-traffic");
    cluster =
        SerinCluster.start(
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()),
            directory,
            UnaryOperator.identity());
    releases = new Releases(cluster.root(), directory);
    releases.define(COORDINATOR, definition(directory));
    story = new Story();
    load =
        Load.start(
            new LoadPlan(
                Fleet.FRONT,
                300,
                20,
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                4,
                Duration.ofMinutes(15)));
  }

  /// A share stays for longer than its requests take to be counted: it is promoted.
  private Path definition(Path directory) throws IOException {
    String own = Files.readString(cluster.root().resolve("lab/services/backend-api.yaml"));
    String shares =
        """
        strategy: traffic-steps
        trafficSteps:
          - {share: 5, window: 10m}
          - {share: 10, window: 10m}
          - {share: 25, window: 10m}
          - {share: 50, window: 10m}
          - {share: 100, window: 5s}
        """;
    return Files.writeString(
        directory.resolve("in-shares.yaml"),
        Definitions.evenIfRed(own)
            .replace("service: backend-api\n", "service: " + SERVICE + "\n")
            .replace("[haproxy-1]", "[" + String.join(", ", Fleet.balancers()) + "]")
            .replace("strategy: canary-then-peers\n", shares));
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

  private String release(String version, Path artifact) throws IOException, InterruptedException {
    Map<String, Object> body =
        new HashMap<>(Releases.request("release-" + version, version, artifact, "60s"));
    body.put("service", SERVICE);
    body.remove("overrides");
    return releases.releaseUntilTaken(COORDINATOR, body, END);
  }

  private void ask(String type, String requestId) throws IOException, InterruptedException {
    releases.postUntilTaken(
        COORDINATOR,
        Map.of(
            "type",
            type,
            "requestId",
            requestId,
            "service",
            SERVICE,
            "requestedBy",
            "somebody",
            "reason",
            "seen enough"),
        END);
  }

  /// Waits until the canary is watched at its n-th share.
  private void awaitWatch(String rollout, int nth) {
    story.await(
        rollout,
        END,
        event ->
            Story.text(event, "type").equals("step-started")
                && Story.text(event, "step").equals("analyse")
                && story.told(rollout).stream().filter("step-started analyse"::equals).count()
                    >= nth);
  }

  private void isAtHome() throws IOException, InterruptedException {
    assertThat(fleet.servers().values()).allMatch(server -> server.isUp() && server.weight() == 1);
    for (InetSocketAddress front : Fleet.fronts()) {
      Sample sample = Sample.of(front, 3_000);
      for (String node : Fleet.NODES) {
        assertThat(sample.share(node)).isCloseTo(100.0 / 3, within(POINTS));
      }
    }
  }

  @Test
  void givesTheCanaryJustItsShareAtEachStepOnEveryLoadBalancer()
      throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    Path artifact = releases.bake("v8.0.0");
    String rollout = release("v8.0.0", artifact);
    int nth = 0;
    for (double share : new double[] {5, 10, 25, 50}) {
      awaitWatch(rollout, ++nth);
      for (InetSocketAddress front : Fleet.fronts()) {
        Sample sample = Sample.of(front, REQUESTS / Fleet.fronts().size());
        System.out.printf(
            "  asked %2.0f %%, port %d: %5.2f %% of %,d requests%n",
            share, front.getPort(), sample.share(CANARY), REQUESTS / Fleet.fronts().size());
        assertThat(sample.share(CANARY)).isCloseTo(share, within(POINTS));
        assertThat(sample.failed()).isZero();
      }
      ask("promote-requested", "promote-" + nth);
    }
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("COMPLETED");
    assertThat(fleet.digests().values()).containsOnly(Releases.digest(artifact));
    isAtHome();
    assertThat(load.snapshot().since(before).failures()).isEmpty();
  }

  @Test
  void takesABadReleaseBackFromItsFirstShare() throws IOException, InterruptedException {
    Map<String, String> digests = fleet.digests();
    LoadSnapshot before = load.snapshot();
    String rollout = release("v8.1.0", releases.bake("v8.1.0", "--error-rate", "0.2"));
    story.await(rollout, END, event -> Story.text(event, "type").equals("rollback-started"));
    long detected = System.nanoTime();
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
    System.out.printf(
        "  every touched node back %.1f s after the breach was seen%n",
        (System.nanoTime() - detected) / 1e9);
    assertThat(fleet.digests()).isEqualTo(digests);
    isAtHome();
    LoadSnapshot during = load.snapshot().since(before);
    assertThat(during.failedByVersion().keySet()).isSubsetOf("v8.1.0");
  }

  @Test
  void isAbortedInTheMiddleOfAShareAndLeavesNoWeightBehind()
      throws IOException, InterruptedException {
    Map<String, String> digests = fleet.digests();
    LoadSnapshot before = load.snapshot();
    String rollout = release("v8.2.0", releases.bake("v8.2.0"));
    awaitWatch(rollout, 1);
    ask("promote-requested", "on-8.2.0");
    awaitWatch(rollout, 2);
    ask("abort-requested", "abort-8.2.0");
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
    assertThat(fleet.digests()).isEqualTo(digests);
    isAtHome();
    assertThat(load.snapshot().since(before).failures()).isEmpty();
  }
}
