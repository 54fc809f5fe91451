package dev.serin.lab.strategies;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.fleet.Standing;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Runs a way to its end, and takes it back at its steps: after each run every node has to have the
/// binary, the state and the weight that it is to have, and no request may have failed, but where a
/// way says itself that nobody serves meanwhile.
final class EachStep implements AutoCloseable {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration END = Duration.ofMinutes(4);

  /// A release that fails half of its requests while there is this file on its node.
  private static final String TURNING = "v6.2.0";

  private static final String BAD = "/run/serin-lab-bad";

  /// Requests a second, over all load balancers.
  private static final int RATE = 200;

  private static final Duration LOAD_LIMIT = Duration.ofHours(2);

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private final Path directory;
  private final SerinCluster cluster;
  private final Releases releases;
  private final Story story;
  private final List<Load> loads = new ArrayList<>();
  private final Path one;
  private final Path other;
  private final Path turning;
  private int number;

  /// How a run was to go.
  enum Kind {
    COMPLETED,
    /// Somebody took it back.
    ABORTED,
    /// Its SLIs did.
    BREACHED
  }

  /// What a run came to.
  ///
  /// @param step the step in which it was taken back; `-` where it completed
  /// @param took to its end: from its start, from the request to take it back, or from when it was
  ///   decided to
  /// @param wrong what is not as it has to be
  record Run(Way way, Kind kind, String step, Duration took, List<String> wrong) {}

  /// @param root the repository
  /// @param directory for configuration, data and logs
  /// @param behaviour of both releases
  private EachStep(Path root, Path directory, String... behaviour)
      throws IOException, InterruptedException {
    this.directory = directory;
    cluster = SerinCluster.start(root, directory, UnaryOperator.identity());
    releases = new Releases(root, directory);
    story = new Story();
    one = releases.bake("v6.0.0", behaviour);
    other = releases.bake("v6.1.0", behaviour);
    turning =
        releases.bake(
            TURNING,
            Stream.concat(
                    Stream.of(behaviour), Stream.of("--error-rate", "0.5", "--bad-while", BAD))
                .toArray(String[]::new));
    List<InetSocketAddress> fronts = Fleet.fronts();
    for (InetSocketAddress front : fronts) {
      loads.add(
          Load.start(
              new LoadPlan(
                  front,
                  (double) RATE / fronts.size(),
                  20 / fronts.size(),
                  Duration.ofMillis(500),
                  Duration.ofSeconds(1),
                  4,
                  LOAD_LIMIT)));
    }
  }

  private List<LoadSnapshot> seen() {
    return loads.stream().map(Load::snapshot).toList();
  }

  void define(Way way) throws IOException, InterruptedException {
    String own = Files.readString(cluster.root().resolve("lab/services/backend-api.yaml"));
    releases.define(
        COORDINATOR,
        Files.writeString(directory.resolve(way.service() + ".yaml"), way.definition(own)));
  }

  /// What a node is to have once this way has completed.
  private static Standing after(Way way, Standing before, String digest) {
    if (!way.installs()) {
      return before;
    }
    if (!way.exchanges()) {
      return new Standing(digest, before.standsBy());
    }
    return before.standsBy() ? new Standing(digest, false) : new Standing(before.digest(), true);
  }

  private static Map<String, Standing> after(Way way, Map<String, Standing> before, String digest) {
    Map<String, Standing> after = new TreeMap<>();
    before.forEach((node, standing) -> after.put(node, after(way, standing, digest)));
    return after;
  }

  /// A person takes a node into maintenance, which cuts whoever is on it: that is over a moment
  /// later, and is no release's doing.
  void standBy(String node) throws IOException, InterruptedException {
    set(node, "maint");
    TimeUnit.SECONDS.sleep(3);
  }

  /// A person has every node take requests.
  void admitAll() throws IOException {
    for (String node : Fleet.NODES) {
      set(node, "ready");
    }
  }

  private void set(String node, String state) throws IOException {
    for (String balancer : Fleet.balancers()) {
      fleet.runtime(balancer, "set server " + Fleet.POOL + "/" + node + " state " + state);
    }
  }

  /// Every node takes requests again, all with one binary: as other ways find the fleet.
  void join() throws IOException, InterruptedException {
    admitAll();
    define(Way.IN_A_BATCH);
    List<String> wrong = completed(Way.IN_A_BATCH).wrong();
    if (!wrong.isEmpty()) {
      throw new IOException("expected one binary on every node again, found " + wrong);
    }
  }

  /// Releases what is not there yet.
  Run completed(Way way) throws IOException, InterruptedException {
    List<LoadSnapshot> before = seen();
    Map<String, Standing> standing = Standing.of(fleet);
    Path next = next(way, standing);
    Map<String, Standing> expected = after(way, standing, Releases.digest(next));
    long from = System.nanoTime();
    String rollout = release(way, next);
    JsonNode end = story.awaitEnd(rollout, END);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    return new Run(way, Kind.COMPLETED, "-", took, wrong(way, end, "COMPLETED", expected, before));
  }

  /// The steps that a rollout of this way took, each with its node.
  List<String> stepsOf(Way way) {
    return story.of(lastOf(way)).stream().filter(EachStep::isForward).map(EachStep::name).toList();
  }

  private static String name(JsonNode event) {
    return (Story.text(event, "step") + " " + Story.text(event, "node")).strip();
  }

  /// Releases what is not there yet, and aborts it when it has begun its n-th step.
  ///
  /// @param nth 0 for the first
  Run takenBack(Way way, int nth) throws IOException, InterruptedException {
    return takenBack(way, steps -> steps.size() > nth);
  }

  /// As [#takenBack(Way, int)], where it has begun its first analysis after the switch of two
  /// groups: how many steps come before depends on how many nodes the one that comes has.
  Run takenBackAfterTheSwitch(Way way) throws IOException, InterruptedException {
    return takenBack(
        way,
        steps ->
            steps.getLast().equals("analyse")
                && steps.stream().anyMatch(step -> step.startsWith("maint ")));
  }

  private Run takenBack(Way way, Predicate<List<String>> where)
      throws IOException, InterruptedException {
    List<LoadSnapshot> before = seen();
    Map<String, Standing> standing = Standing.of(fleet);
    Path next = next(way, standing);
    String rollout = release(way, next);
    JsonNode step =
        story.await(rollout, END, event -> isForward(event) && where.test(begun(rollout, event)));
    long from = System.nanoTime();
    releases.postUntilTaken(
        COORDINATOR,
        Map.of(
            "type",
            "abort-requested",
            "requestId",
            "abort-" + number,
            "service",
            way.service(),
            "requestedBy",
            "somebody",
            "rolloutId",
            rollout),
        END);
    JsonNode end = story.awaitEnd(rollout, END);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    String at = name(step);
    // The last step may be over before anybody can ask: then it has completed, and whole.
    boolean over = Story.text(end, "phase").equals("COMPLETED") && isLast(rollout, step);
    return over
        ? new Run(
            way,
            Kind.ABORTED,
            at + ", over",
            took,
            wrong(way, end, "COMPLETED", after(way, standing, Releases.digest(next)), before))
        : new Run(way, Kind.ABORTED, at, took, wrong(way, end, "ROLLED_BACK", standing, before));
  }

  /// Releases one that turns bad once its n-th analysis has begun, and is taken back by its SLIs.
  ///
  /// @param nth 0 for the first
  Run breached(Way way, int nth) throws IOException, InterruptedException {
    List<LoadSnapshot> before = seen();
    Map<String, Standing> standing = Standing.of(fleet);
    String rollout = release(way, turning);
    story.await(rollout, END, event -> isForward(event) && analyses(begun(rollout, event)) > nth);
    JsonNode end;
    try {
      onEveryNode("touch " + BAD);
      end = story.awaitEnd(rollout, END);
    } finally {
      onEveryNode("rm -f " + BAD);
    }
    List<String> wrong = wrong(way, end, "ROLLED_BACK", standing, before);
    if (!Story.text(end, "outcome").equals("breached")) {
      wrong.add("expected a breach, found " + Story.text(end, "outcome"));
    }
    Duration took =
        story.of(rollout).stream()
            .filter(event -> Story.text(event, "type").equals("rollback-started"))
            .map(event -> Duration.between(at(event), at(end)))
            .findFirst()
            .orElse(Duration.ZERO);
    return new Run(way, Kind.BREACHED, "analysis " + (nth + 1), took, wrong);
  }

  private static Instant at(JsonNode event) {
    return Instant.parse(Story.text(event, "at"));
  }

  static int analyses(List<String> steps) {
    return (int) steps.stream().filter("analyse"::equals).count();
  }

  private void onEveryNode(String command) throws IOException, InterruptedException {
    for (String node : Fleet.NODES) {
      fleet.printed(node, command);
    }
  }

  /// The steps that had begun by then, that one last.
  private List<String> begun(String rollout, JsonNode step) {
    List<JsonNode> all = story.of(rollout).stream().filter(EachStep::isForward).toList();
    return all.subList(0, all.indexOf(step) + 1).stream().map(EachStep::name).toList();
  }

  private boolean isLast(String rollout, JsonNode step) {
    return story.of(rollout).stream().filter(EachStep::isForward).toList().getLast().equals(step);
  }

  private static boolean isForward(JsonNode event) {
    return Story.text(event, "type").equals("step-started") && !event.path("undo").asBoolean(false);
  }

  private String release(Way way, Path artifact) throws IOException, InterruptedException {
    number++;
    Map<String, Object> body =
        Releases.request(way.service() + "-" + number, version(artifact), artifact, "4s");
    body.put("service", way.service());
    if (!way.isShortened()) {
      body.remove("overrides");
    }
    if (!way.installs()) {
      body.put("strategy", way.strategy());
      body.remove("artifact");
    }
    return releases.releaseUntilTaken(COORDINATOR, body, END);
  }

  private String version(Path artifact) {
    return artifact.equals(turning) ? TURNING : artifact.equals(one) ? "v6.0.0" : "v6.1.0";
  }

  private String lastOf(Way way) {
    return dev.serin.contracts.rollout.RolloutIds.of(way.service(), way.service() + "-" + number);
  }

  /// What is not there yet; of two groups, what does not serve.
  private Path next(Way way, Map<String, Standing> standing) throws IOException {
    String digest = Releases.digest(one);
    return standing.values().stream()
            .filter(node -> !way.exchanges() || !node.standsBy())
            .anyMatch(node -> node.digest().equals(digest))
        ? other
        : one;
  }

  private List<String> wrong(
      Way way,
      JsonNode end,
      String phase,
      Map<String, Standing> expected,
      List<LoadSnapshot> before)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    String ended = Story.text(end, "phase");
    if (!ended.equals(phase)) {
      wrong.add("expected it to end " + phase + ", was " + ended + ": " + Story.text(end, "why"));
    }
    wrong.addAll(Standing.wrongEverywhere(fleet, expected));
    for (int nth = 0; nth < loads.size(); nth++) {
      LoadSnapshot during = loads.get(nth).snapshot().since(before.get(nth));
      long others = during.failed() - during.failedByVersion().getOrDefault(TURNING, 0L);
      if (others > 0 && !way.interrupts()) {
        wrong.add("expected no request to fail, found " + during.failures());
      }
    }
    return wrong;
  }

  @Override
  public void close() {
    loads.forEach(Load::close);
    story.close();
    cluster.close();
  }

  static EachStep on(Path root, String... behaviour) throws IOException, InterruptedException {
    return new EachStep(
        Objects.requireNonNull(root), Files.createTempDirectory("serin-strategies"), behaviour);
  }
}
