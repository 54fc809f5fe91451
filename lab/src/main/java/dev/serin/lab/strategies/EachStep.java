package dev.serin.lab.strategies;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Runs a way to its end, and takes it back at its steps: after each run every node has to have the
/// binary, the state and the weight that it is to have, and no request may have failed, but where a
/// way says itself that nobody serves meanwhile.
final class EachStep implements AutoCloseable {
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration END = Duration.ofMinutes(4);
  private static final Duration LOAD_LIMIT = Duration.ofHours(2);

  private final Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
  private final Path directory;
  private final SerinCluster cluster;
  private final Releases releases;
  private final Story story;
  private final Load load;
  private final Path one;
  private final Path other;
  private int number;

  /// What a run came to.
  ///
  /// @param step the step in which it was taken back; `-` where it completed
  /// @param took from the request to take it back, or from its start, to its end
  /// @param wrong what is not as it has to be
  record Run(Way way, String step, Duration took, List<String> wrong) {}

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
    load =
        Load.start(
            new LoadPlan(
                Fleet.FRONT,
                200,
                20,
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                4,
                LOAD_LIMIT));
  }

  void define(Way way) throws IOException, InterruptedException {
    String own = Files.readString(cluster.root().resolve("lab/services/backend-api.yaml"));
    releases.define(
        COORDINATOR,
        Files.writeString(directory.resolve(way.service() + ".yaml"), way.definition(own)));
  }

  /// Releases what is not there yet.
  Run completed(Way way) throws IOException, InterruptedException {
    LoadSnapshot before = load.snapshot();
    Path next = next();
    String expected = way.installs() ? Releases.digest(next) : installed();
    long from = System.nanoTime();
    String rollout = release(way, next);
    JsonNode end = story.awaitEnd(rollout, END);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    return new Run(way, "-", took, wrong(way, end, "COMPLETED", expected, before));
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
    LoadSnapshot before = load.snapshot();
    Path next = next();
    String installed = installed();
    String rollout = release(way, next);
    JsonNode step =
        story.await(
            rollout,
            END,
            event ->
                isForward(event)
                    && story.of(rollout).stream()
                            .filter(EachStep::isForward)
                            .toList()
                            .indexOf(event)
                        >= nth);
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
    String where = name(step);
    // The last step may be over before anybody can ask: then it has completed, and whole.
    boolean over = Story.text(end, "phase").equals("COMPLETED") && isLast(rollout, step);
    return over
        ? new Run(
            way,
            where + ", over",
            took,
            wrong(
                way, end, "COMPLETED", way.installs() ? Releases.digest(next) : installed, before))
        : new Run(way, where, took, wrong(way, end, "ROLLED_BACK", installed, before));
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
        Releases.request(
            way.service() + "-" + number,
            artifact.equals(one) ? "v6.0.0" : "v6.1.0",
            artifact,
            "4s");
    body.put("service", way.service());
    body.remove("overrides");
    if (!way.installs()) {
      body.put("strategy", way.strategy());
      body.remove("artifact");
    }
    return releases.releaseUntilTaken(COORDINATOR, body, END);
  }

  private String lastOf(Way way) {
    return dev.serin.contracts.rollout.RolloutIds.of(way.service(), way.service() + "-" + number);
  }

  private Path next() throws IOException, InterruptedException {
    return fleet.digests().containsValue(Releases.digest(one)) ? other : one;
  }

  /// What every node has.
  private String installed() throws IOException, InterruptedException {
    List<String> found = fleet.digests().values().stream().distinct().toList();
    if (found.size() != 1) {
      throw new IOException("expected every node to have one binary, found " + found);
    }
    return found.getFirst();
  }

  private List<String> wrong(
      Way way, JsonNode end, String phase, String digest, LoadSnapshot before)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    String ended = Story.text(end, "phase");
    if (!ended.equals(phase)) {
      wrong.add("expected it to end " + phase + ", was " + ended + ": " + Story.text(end, "why"));
    }
    fleet
        .digests()
        .forEach((node, found) -> {
          if (!found.equals(digest)) {
            wrong.add("expected " + node + " to run " + digest + ", found " + found);
          }
        });
    fleet
        .servers()
        .forEach((node, server) -> {
          if (!server.isUp() || server.weight() != 1) {
            wrong.add("expected " + node + " UP at weight 1, found " + server);
          }
        });
    LoadSnapshot during = load.snapshot().since(before);
    if (during.failed() > 0 && !way.interrupts()) {
      wrong.add("expected no request to fail, found " + during.failures());
    }
    return wrong;
  }

  @Override
  public void close() {
    load.close();
    story.close();
    cluster.close();
  }

  static EachStep on(Path root, String... behaviour) throws IOException, InterruptedException {
    return new EachStep(
        Objects.requireNonNull(root), Files.createTempDirectory("serin-strategies"), behaviour);
  }
}
