package dev.serin.lab.bench;

import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// How long it takes, measured in HAProxy or on the stream of events, when parts of Serin or of the
/// fleet die.
final class WorstDay {
  private static final String CANARY = "backend-api-2";
  private static final String SERVICE = "backend-api";
  private static final Duration END = Duration.ofMinutes(3);

  /// The dead man's switch of these releases, the shortest that a service may set.
  private static final Duration DEAD_MAN = Duration.ofSeconds(60);

  private static final Duration SWITCH_WITHIN = DEAD_MAN.plusSeconds(5);
  private static final Duration SHARE_BACK_WITHIN = Duration.ofSeconds(5);
  private static final Duration GOES_ON_WITHIN = Duration.ofSeconds(10);

  /// Takes a measured time and its limit.
  interface Limits {
    void limit(String what, Duration measured, Duration limit);
  }

  private final SerinCluster cluster;
  private final Releases releases;
  private final Story story;
  private final Fleet fleet;
  private final Limits limits;
  private int number;
  private String worker = "";

  private WorstDay(
      SerinCluster cluster, Releases releases, Story story, Fleet fleet, Limits limits) {
    this.cluster = cluster;
    this.releases = releases;
    this.story = story;
    this.fleet = fleet;
    this.limits = limits;
  }

  static void measure(Path root, Fleet fleet, Limits limits)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-bench-worst-day");
    try (SerinCluster cluster = SerinCluster.start(root, directory, UnaryOperator.identity());
        Story story = new Story();
        Load load = Load.start(LoadPlan.steady(Fleet.FRONT, Duration.ofMinutes(15)))) {
      Releases releases = new Releases(root, directory);
      releases.define(SerinCluster.url("coordinator"));
      WorstDay day = new WorstDay(cluster, releases, story, fleet, limits);
      day.reload(directory);
      day.goesOn("coordinator");
      day.goesOn("haproxy-agent");
      day.goesOn("incus-agent");
      day.watchesOn();
      cluster.start("coordinator-2");
      cluster.start("haproxy-agent-2");
      cluster.awaitCoordinator("coordinator-2");
      day.takenOver("haproxy-agent");
      day.takenOver("coordinator");
      cluster.kill("coordinator-2");
      cluster.kill("haproxy-agent-2");
      cluster.start("incus-agent-2");
      cluster.start("sli-watcher-2");
      day.takenOver("incus-agent");
      day.takenOver("sli-watcher");
      cluster.kill("incus-agent-2");
      cluster.kill("sli-watcher-2");
      new TwoNodes(releases, story, fleet, limits, directory).measure(root);
      day.deadMan();
      System.out.printf(
          "  %,d requests served meanwhile, %d failed%n",
          load.snapshot().served(), load.snapshot().failed());
    }
    OneProcess.measure(root, GOES_ON_WITHIN, limits);
  }

  private String analysing(Map<String, Object> analysis, String... behaviour)
      throws IOException, InterruptedException {
    String rollout = released(SERVICE, Map.of("analysis", analysis), behaviour);
    awaitStep(rollout, "analyse");
    return rollout;
  }

  private String released(String service, Map<String, Object> overrides, String... behaviour)
      throws IOException, InterruptedException {
    number++;
    String version = "v7.0." + number;
    Map<String, Object> body =
        Releases.request("worst-day-" + number, version, releases.bake(version, behaviour), "4s");
    body.put("service", service);
    body.put("overrides", overrides);
    return releases.releaseUntilTaken(SerinCluster.url("coordinator"), body, Duration.ofMinutes(1));
  }

  private void awaitStep(String rollout, String step) {
    story.awaitStep(rollout, step, END);
  }

  private void abort(URI coordinator, String service, String rollout)
      throws IOException, InterruptedException {
    askToAbort(coordinator, service, rollout);
    story.awaitEnd(rollout, END);
  }

  private void askToAbort(URI coordinator, String service, String rollout)
      throws IOException, InterruptedException {
    Map<String, Object> abort = new HashMap<>();
    abort.put("type", "abort-requested");
    abort.put("requestId", "abort-" + rollout);
    abort.put("service", service);
    abort.put("rolloutId", rollout);
    releases.postUntilTaken(coordinator, abort, END);
  }

  private Duration until(Predicate<Fleet.Server> fits) throws IOException, InterruptedException {
    long from = System.nanoTime();
    while (!fits.test(Objects.requireNonNull(fleet.servers().get(CANARY), CANARY))) {
      if (System.nanoTime() - from > END.toNanos()) {
        throw new IOException("not within " + END + ": " + fleet.servers());
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return Duration.ofNanos(System.nanoTime() - from);
  }

  /// Which process of HAProxy answers; the one before where a reload refuses to for a moment.
  private String worker() {
    try {
      worker =
          fleet
              .runtime("show info")
              .lines()
              .filter(it -> it.startsWith("Pid:"))
              .findFirst()
              .orElse(worker);
    } catch (IOException between) {
      // Asked again.
    }
    return worker;
  }

  /// HAProxy is reloaded in the middle of a rollout's own step of a tenth of the requests.
  private void reload(Path directory) throws IOException, InterruptedException {
    releases.define(
        SerinCluster.url("coordinator"), Definitions.inTenths(cluster.root(), directory));
    String rollout = released("in-tenths", Map.of("health", Map.of("within", "20s")));
    awaitStep(rollout, "analyse");
    Map<String, Fleet.Server> servers = fleet.servers();
    int canary = Objects.requireNonNull(servers.get(CANARY), CANARY).weight();
    int all = servers.values().stream().mapToInt(Fleet.Server::weight).sum();
    if (canary * 10 != all) {
      throw new IOException("expected the canary to have a tenth of the weights: " + servers);
    }
    String master = Files.readAllLines(Path.of("/run/serin-lab/pids/haproxy-1")).getFirst();
    String before = worker();
    long from = System.nanoTime();
    if (new ProcessBuilder("kill", "-USR2", master).inheritIO().start().waitFor() != 0) {
      throw new IOException("expected to signal HAProxy");
    }
    while (worker().equals(before)) {
      if (System.nanoTime() - from > END.toNanos()) {
        throw new IOException("expected another worker of HAProxy within " + END);
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    until(server -> server.weight() == canary);
    limits.limit(
        "HAProxy reloaded in a 10 % step, from the signal on: share back",
        Duration.ofNanos(System.nanoTime() - from), SHARE_BACK_WITHIN);
    abort(SerinCluster.url("coordinator"), "in-tenths", rollout);
  }

  /// From the start of the killed service to the next event of the rollout that it does.
  private void goesOn(String service) throws IOException, InterruptedException {
    String rollout = analysing(Map.of("window", "5m"));
    cluster.kill(service);
    cluster.start(service);
    long from = System.nanoTime();
    URI coordinator = SerinCluster.url("coordinator");
    // What is asked for now needs the one that was killed.
    askToAbort(coordinator, SERVICE, rollout);
    awaitDone(rollout, service);
    limits.limit(
        service + " killed with kill -9 and started: it has done its next step",
        Duration.ofNanos(System.nanoTime() - from),
        GOES_ON_WITHIN);
    story.awaitEnd(rollout, END);
  }

  /// From the start of the killed watcher to its first probe of a slot that nobody could have seen
  /// before.
  private void watchesOn() throws IOException, InterruptedException {
    String rollout = analysing(Map.of("window", "5m"));
    story.await(rollout, END, event -> Story.text(event, "type").equals("sli-probed"));
    cluster.kill("sli-watcher");
    Instant killed = Instant.now();
    cluster.start("sli-watcher");
    long from = System.nanoTime();
    story.await(
        rollout,
        END,
        event ->
            Story.text(event, "type").equals("sli-probed")
                && Instant.parse(Story.text(event.path("probe"), "at")).isAfter(killed));
    limits.limit(
        "sli-watcher killed with kill -9 and started: it has done its next probe",
        Duration.ofNanos(System.nanoTime() - from),
        GOES_ON_WITHIN);
    abort(SerinCluster.url("coordinator"), SERVICE, rollout);
  }

  private void awaitDone(String rollout, String service) {
    String step =
        switch (service) {
          case "coordinator" -> "";
          case "haproxy-agent" -> "drain";
          default -> "restore";
        };
    story.await(
        rollout,
        END,
        event ->
            step.isEmpty()
                ? Story.text(event, "type").equals("rollback-started")
                : Story.text(event, "type").equals("step-succeeded")
                    && Story.text(event, "step").equals(step)
                    && event.path("undo").asBoolean(false));
  }

  /// One of two is killed and stays dead, then the other one: only one of them has this service's
  /// work, and the slower of both times is that one's.
  private void takenOver(String service) throws IOException, InterruptedException {
    Duration one = takenOver(service, service, SerinCluster.url("coordinator-2"));
    Duration other = takenOver(service, service + "-2", SerinCluster.url("coordinator"));
    limits.limit(
        "one of two " + service + "s killed with kill -9: the other goes on",
        one.compareTo(other) > 0 ? one : other,
        GOES_ON_WITHIN);
  }

  private Duration takenOver(String service, String killed, URI asked)
      throws IOException, InterruptedException {
    return switch (service) {
      case "coordinator", "haproxy-agent" -> takenOverInTheMiddle(service, killed, asked);
      default -> takenOverAtPreflight(killed);
    };
  }

  /// A preflight asks every agent at once, and passes only when all of them have answered.
  private Duration takenOverAtPreflight(String killed) throws IOException, InterruptedException {
    cluster.kill(killed);
    long from = System.nanoTime();
    String rollout = released(SERVICE, Map.of("analysis", Map.of("window", "5m")));
    story.await(rollout, END, event -> Story.text(event, "type").equals("preflight-passed"));
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    abort(SerinCluster.url("coordinator"), SERVICE, rollout);
    cluster.start(killed);
    // Back in its group, with its share of the work.
    TimeUnit.SECONDS.sleep(10);
    return took;
  }

  private Duration takenOverInTheMiddle(String service, String killed, URI asked)
      throws IOException, InterruptedException {
    String rollout = analysing(Map.of("window", "5m"));
    cluster.kill(killed);
    long from = System.nanoTime();
    askToAbort(asked, SERVICE, rollout);
    if (service.equals("coordinator")) {
      awaitDone(rollout, service);
    } else {
      // Draining itself takes the time that its requests take.
      until(server -> server.status().startsWith("DRAIN"));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    story.awaitEnd(rollout, END);
    cluster.start(killed);
    if (service.equals("coordinator")) {
      cluster.awaitCoordinator(killed);
    }
    // Back in its group, with its share of the work.
    TimeUnit.SECONDS.sleep(5);
    return took;
  }

  /// Broker, coordinator and watcher are killed while a canary takes traffic that turns bad when
  /// nobody is left to see it.
  private void deadMan() throws IOException, InterruptedException {
    String rollout =
        analysing(
            Map.of("window", "5m", "deadMan", Map.of("after", DEAD_MAN.toSeconds() + "s")),
            "--error-rate",
            "0.2",
            "--bad-after",
            "25s");
    until(Fleet.Server::isUp);
    cluster.kill("sli-watcher");
    cluster.kill("coordinator");
    cluster.kill(SerinCluster.BROKER);
    Duration out = until(server -> server.status().startsWith("DRAIN"));
    limits.limit(
        "broker, coordinator and watcher killed (switch at %d s): bad canary out of rotation"
            .formatted(DEAD_MAN.toSeconds()),
        out,
        SWITCH_WITHIN);
    cluster.start(SerinCluster.BROKER);
    cluster.start("coordinator");
    cluster.start("sli-watcher");
    story.awaitEnd(rollout, END);
  }
}
