package dev.serin.lab.system;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
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

/// What the load balancers have while Serin, or what it talks to, is not as it should be.
@Tag("lab")
@ExtendWith(AtHome.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WorstDayIT {
  private static final Duration END = Duration.ofMinutes(4);
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final String CANARY = "backend-api-2";

  /// The shortest that a service may have.
  private static final Duration DEAD_MAN = Duration.ofSeconds(60);

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private Path directory = Path.of("");
  private SerinCluster cluster;
  private Releases releases;
  private Story story;
  private Load load;

  @SuppressWarnings("NullAway.Init")
  WorstDayIT() {}

  @BeforeAll
  void start() throws IOException, InterruptedException {
    directory = Files.createTempDirectory("serin-worst-day");
    cluster =
        SerinCluster.start(
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()),
            directory,
            UnaryOperator.identity());
    releases = new Releases(cluster.root(), directory);
    releases.define(COORDINATOR);
    story = new Story();
    load = Load.start(LoadPlan.light(Fleet.FRONT, Duration.ofMinutes(15)));
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

  private String analysing(String requestId, String version, Map<String, Object> analysis)
      throws IOException, InterruptedException {
    return analysing(requestId, version, analysis, new String[0]);
  }

  private String analysing(
      String requestId, String version, Map<String, Object> analysis, String... behaviour)
      throws IOException, InterruptedException {
    Map<String, Object> body =
        Releases.request(requestId, version, releases.bake(version, behaviour), "4s");
    body.put("overrides", Map.of("analysis", analysis, "health", Map.of("within", "8s")));
    String rollout = releases.release(COORDINATOR, body);
    story.awaitStep(rollout, "analyse", END);
    return rollout;
  }

  private Fleet.Server server(String node) throws IOException {
    return Objects.requireNonNull(fleet.servers().get(node), node);
  }

  /// Waits until HAProxy itself has the canary so.
  private void untilCanary(Predicate<Fleet.Server> fits) throws IOException {
    long end = System.nanoTime() + END.toNanos();
    Fleet.Server seen = server(CANARY);
    while (!fits.test(seen)) {
      assertThat(System.nanoTime()).as("%s is %s", CANARY, seen).isLessThan(end);
      Thread.onSpinWait();
      seen = server(CANARY);
    }
  }

  @Test
  void aShareThatAReloadForgotIsBackInTheMiddleOfAnAnalysis()
      throws IOException, InterruptedException {
    releases.define(COORDINATOR, Definitions.inTenths(cluster.root(), directory));
    Map<String, Object> body = Releases.request("reload", "v4.0.0", releases.bake("v4.0.0"), "4s");
    body.put("service", "in-tenths");
    body.put("overrides", Map.of("health", Map.of("within", "8s")));
    LoadSnapshot before = load.snapshot();
    String rollout = releases.release(COORDINATOR, body);
    awaitStep(rollout, "analyse");
    Map<String, Integer> asked = weights();
    assertThat(asked.values().stream().mapToInt(Integer::intValue).sum())
        .as("the canary has a tenth: %s", asked)
        .isEqualTo(10 * Objects.requireNonNull(asked.get(CANARY)));

    reload();
    JsonNode told =
        story.await(
            rollout,
            END,
            event ->
                Story.text(event, "type").equals("traffic-shifted")
                    && Story.text(event, "why").contains("had forgotten"));
    assertThat(Story.text(told, "why")).startsWith("haproxy-1 was reloaded");
    assertThat(weights()).as("every node's share, not only the canary's").isEqualTo(asked);

    abort("in-tenths", rollout);
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
    assertThat(weights().values()).containsOnly(1);
    assertThat(load.snapshot().since(before).failed()).isZero();
  }

  private Map<String, Integer> weights() throws IOException {
    Map<String, Integer> weights = new TreeMap<>();
    fleet.servers().forEach((node, server) -> weights.put(node, server.weight()));
    return weights;
  }

  private void abort(String service, String rollout) throws IOException, InterruptedException {
    releases.postUntilTaken(
        COORDINATOR,
        Map.of(
            "type",
            "abort-requested",
            "requestId",
            "abort-" + rollout,
            "service",
            service,
            "rolloutId",
            rollout),
        END);
  }

  private static void reload() throws IOException, InterruptedException {
    String master = Files.readAllLines(Path.of("/run/serin-lab/pids/haproxy-1")).getFirst();
    assertThat(new ProcessBuilder("kill", "-USR2", master).inheritIO().start().waitFor()).isZero();
  }

  /// A request that only the canary answers, and only after a while.
  private static CompletableFuture<HttpResponse<String>> slowOnTheCanary(Duration lasts) {
    return HttpClient.newHttpClient()
        .sendAsync(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:18080/api/v1/slow?ms=" + lasts.toMillis()))
                .header("Cookie", "SERVERID=" + CANARY)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aReloadInTheMiddleOfADrainCutsNobody() throws IOException, InterruptedException {
    Map<String, Object> body = Releases.request("drained", "v4.6.0", releases.bake("v4.6.0"), "4s");
    LoadSnapshot before = load.snapshot();
    CompletableFuture<HttpResponse<String>> inFlight = slowOnTheCanary(Duration.ofSeconds(14));
    CompletableFuture<Instant> answered = inFlight.thenApply(it -> Instant.now());
    String rollout = releases.release(COORDINATOR, body);
    awaitStep(rollout, "drain");

    reload();
    assertThat(inFlight).as("the drain waits for it over the reload").isNotDone();

    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("COMPLETED");
    assertThat(inFlight.join().statusCode()).isEqualTo(200);
    assertThat(inFlight.join().headers().firstValue("X-Node")).hasValue(CANARY);
    JsonNode restart =
        story.of(rollout).stream()
            .filter(event ->
                Story.text(event, "type").equals("step-started")
                    && Story.text(event, "step").equals("restart"))
            .findFirst()
            .orElseThrow();
    assertThat(Instant.parse(Story.text(restart, "at")))
        .as("the canary is restarted when the old worker has nobody left on it")
        .isAfterOrEqualTo(answered.join().minusSeconds(1));
    assertThat(load.snapshot().since(before).failed()).isZero();
  }

  /// It turns bad only once nobody is there any more to see it. It is the last: for a minute after
  /// an agent has lost its broker, what looks like a late command of its own is put back, and
  /// another service that shares these servers is one.
  @Test
  @Order(Integer.MAX_VALUE)
  void aBadCanaryLeavesRotationByItselfWhenEverybodyWhoWatchedItIsDead()
      throws IOException, InterruptedException {
    Map<String, String> before = fleet.digests();
    String rollout =
        analysing(
            "dead-man",
            "v4.1.0",
            Map.of("window", "5m", "deadMan", Map.of("after", DEAD_MAN.toSeconds() + "s")),
            "--error-rate",
            "0.2",
            "--bad-after",
            "25s");
    untilCanary(Fleet.Server::isUp);

    cluster.kill("sli-watcher");
    cluster.kill("coordinator");
    cluster.kill(SerinCluster.BROKER);
    LoadSnapshot nobodyIsLeft = load.snapshot();
    long died = System.nanoTime();
    untilCanary(server -> server.status().startsWith("DRAIN"));
    Duration out = Duration.ofNanos(System.nanoTime() - died);
    long failed = load.snapshot().since(nobodyIsLeft).failed();
    assertThat(fleet.servers())
        .as("the others take its requests")
        .allSatisfy((node, server) -> assertThat(server.isUp()).isEqualTo(!node.equals(CANARY)));
    System.out.printf(
        "  a bad canary was out of rotation %.1f s after everybody who watched it was killed (switch"
            + " at %d s); %,d of its requests had failed%n",
        out.toMillis() / 1e3, DEAD_MAN.toSeconds(), failed);
    assertThat(failed).as("it was bad while it served").isPositive();

    cluster.start(SerinCluster.BROKER);
    cluster.start("coordinator");
    cluster.start("sli-watcher");
    cluster.awaitCoordinator("coordinator");
    // What was in flight when it left is answered by now.
    LoadSnapshot isOut = load.snapshot();
    JsonNode end = story.awaitEnd(rollout, END);
    assertThat(Story.text(end, "phase")).isEqualTo("ROLLED_BACK");
    assertThat(fleet.digests()).isEqualTo(before);
    assertThat(fleet.servers().values()).allMatch(Fleet.Server::isUp);
    assertThat(load.snapshot().since(isOut).failed()).isZero();
  }

  @Test
  void aPersonsHandPausesTheRolloutAndIsLeftAlone() throws IOException, InterruptedException {
    String rollout = analysing("by-hand", "v4.2.0", Map.of("window", "30s"));
    fleet.runtime("set server api_pool/backend-api-3 state maint");
    JsonNode paused =
        story.await(rollout, END, event -> Story.text(event, "type").equals("rollout-paused"));
    assertThat(Story.text(paused, "why"))
        .isEqualTo(
            "somebody has changed backend-api-3 on haproxy-1 (asked READY at weight 1, found MAINT"
                + " at weight 1); nothing was reverted");
    assertThat(server("backend-api-3").status()).isEqualTo("MAINT");

    fleet.runtime("set server api_pool/backend-api-3 state ready");
    abort("backend-api", rollout);
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
    assertThat(fleet.servers().values()).allMatch(Fleet.Server::isUp);
  }

  /// A service of two nodes in the same pool; the third is taken out by hand.
  private String releaseOfTwo(String version, String... behaviour)
      throws IOException, InterruptedException {
    releases.define(COORDINATOR, Definitions.twoNodes(cluster.root(), directory));
    fleet.runtime("set server api_pool/backend-api-3 state maint");
    Map<String, Object> body =
        Releases.request(version, version, releases.bake(version, behaviour), "4s");
    body.put("service", "two-nodes");
    return releases.release(COORDINATOR, body);
  }

  private void awaitStep(String rollout, String step) {
    story.awaitStep(rollout, step, END);
  }

  private static void incus(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("incus"));
    command.addAll(List.of(words));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  /// Stops the only other node, and says how long HAProxy had none that takes requests.
  private void peerDies(String when) throws IOException, InterruptedException {
    long died = System.nanoTime();
    incus("stop", "--force", "backend-api-1");
    untilCanary(Fleet.Server::isUp);
    System.out.printf(
        "  the other node was stopped while the canary %s: %.1f s until the canary takes requests%n",
        when, (System.nanoTime() - died) / 1e9);
  }

  private void everythingIsBack() throws IOException, InterruptedException {
    incus("start", "backend-api-1");
    fleet.runtime("set server api_pool/backend-api-3 state ready");
    long end = System.nanoTime() + END.toNanos();
    while (!fleet.servers().values().stream().allMatch(Fleet.Server::isUp)) {
      assertThat(System.nanoTime()).as("%s", fleet.servers()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void aDrainingCanaryIsReadyAgainAtOnceWhenTheOnlyOtherNodeDies()
      throws IOException, InterruptedException {
    // It keeps the canary from being empty before the other node is seen to be dead.
    CompletableFuture<HttpResponse<String>> inFlight = slowOnTheCanary(Duration.ofSeconds(14));
    String rollout = releaseOfTwo("v4.4.0");
    awaitStep(rollout, "drain");
    try {
      peerDies("drained");
      JsonNode failed =
          story.await(rollout, END, event -> Story.text(event, "type").equals("step-failed"));
      assertThat(Story.text(failed, "step")).isEqualTo("drain");
      assertThat(Story.text(failed, "why")).contains("it is back in rotation");
      assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
      assertThat(inFlight.join().statusCode()).isEqualTo(200);
    } finally {
      everythingIsBack();
    }
  }

  @Test
  void aRestartingCanaryIsAdmittedTheMomentItIsHealthyWhenTheOnlyOtherNodeDies()
      throws IOException, InterruptedException {
    // The other node is gone before this one is healthy.
    String rollout = releaseOfTwo("v4.5.0", "--healthy-after", "5s");
    awaitStep(rollout, "health");
    try {
      peerDies("restarted");
      awaitRunningOnTheCanaryAlone(rollout);
    } finally {
      everythingIsBack();
    }
    assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("COMPLETED");
  }

  private void awaitRunningOnTheCanaryAlone(String rollout)
      throws IOException, InterruptedException {
    JsonNode state = releases.get(COORDINATOR, "/api/v1/rollouts/" + rollout);
    long end = System.nanoTime() + END.toNanos();
    while (!Story.text(state, "message").contains("running on one node: " + CANARY)) {
      assertThat(System.nanoTime()).as("%s", state).isLessThan(end);
      state = releases.get(COORDINATOR, "/api/v1/rollouts/" + rollout);
    }
  }

  /// Whichever version it runs: here the one from before, which takes its time to be healthy.
  @Test
  void aCanaryOnTheWayBackIsAdmittedTheMomentItIsHealthyWhenTheOnlyOtherNodeDies()
      throws IOException, InterruptedException {
    String slow = releaseOfTwo("v4.7.0", "--healthy-after", "5s");
    assertThat(Story.text(story.awaitEnd(slow, END), "phase")).isEqualTo("COMPLETED");
    Map<String, String> before = fleet.digests();
    String rollout = releaseOfTwo("v4.8.0");
    awaitStep(rollout, "analyse");
    abort("two-nodes", rollout);
    story.await(
        rollout,
        END,
        event ->
            Story.text(event, "type").equals("step-started")
                && Story.text(event, "step").equals("health")
                && event.path("undo").asBoolean(false));
    try {
      peerDies("was taken back");
      assertThat(fleet.readableDigests()).containsEntry(CANARY, before.get(CANARY));
      assertThat(Story.text(story.awaitEnd(rollout, END), "phase")).isEqualTo("ROLLED_BACK");
    } finally {
      everythingIsBack();
    }
    assertThat(fleet.digests()).isEqualTo(before);
  }
}
