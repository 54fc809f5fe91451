package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Whoever releases while things go wrong: one release after the other, good and bad, now and then
/// an abort or a release that supersedes. Where Serin waits for a human act, it is the human.
final class Operator {
  /// No plan of the lab's service lasts longer, an outage of a minute included.
  private static final Duration END = Duration.ofMinutes(6);

  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Releases releases;
  private final Story story;
  private final Random random;
  private final List<Release> catalogue;
  private final List<Told> told = new ArrayList<>();
  private final List<String> wrongVersions = new ArrayList<>();
  private final Fleet fleet;
  private final String run;

  /// What ran on each node when the last rollout had ended; a node whose binary nobody can tell is
  /// not among them.
  private Map<String, String> ran = Map.of();

  private int number;
  private int aborts;
  private int resumes;

  /// A release to choose from.
  ///
  /// @param good whether it may complete
  record Release(String version, Path artifact, boolean good) {}

  /// A rollout and how it ended.
  record Told(String rollout, Release release, JsonNode end) {
    String phase() {
      return Story.text(end, "phase");
    }
  }

  /// @param run in the request ids, so that no run knows another one's
  Operator(
      Releases releases,
      Story story,
      Fleet fleet,
      Random random,
      List<Release> catalogue,
      String run) {
    this.fleet = fleet;
    this.releases = releases;
    this.story = story;
    this.random = random;
    this.catalogue = List.copyOf(catalogue);
    this.run = run;
  }

  /// A release without a fault.
  Release good() {
    return catalogue.getFirst();
  }

  List<Told> told() {
    return told;
  }

  int aborts() {
    return aborts;
  }

  int resumes() {
    return resumes;
  }

  /// Binaries that a rollout left where it said that it had not; empty when all is as it was told.
  List<String> wrongVersions() {
    return wrongVersions;
  }

  /// What a rollout has taken back, or never begun, runs nowhere; what has completed runs
  /// everywhere.
  private Told compared(Told one) throws IOException, InterruptedException {
    Map<String, String> now = fleet.readableDigests();
    String released = Releases.digest(one.release().artifact());
    now.forEach((node, digest) -> {
      String expected =
          switch (one.phase()) {
            case "COMPLETED" -> released;
            case "ROLLED_BACK", "REJECTED" -> ran.getOrDefault(node, digest);
            default -> digest;
          };
      if (!digest.equals(expected)) {
        wrongVersions.add(
            one.rollout()
                + " ended "
                + one.phase()
                + " and left "
                + digest
                + " on "
                + node
                + ", expected "
                + expected);
      }
    });
    ran = now;
    return one;
  }

  /// What runs after a rollout by its own word; another one has begun already.
  private Map<String, String> after(Told one) throws IOException {
    String released = Releases.digest(one.release().artifact());
    return switch (one.phase()) {
      case "COMPLETED" ->
          Fleet.NODES.stream().collect(Collectors.toMap(node -> node, node -> released));
      case "ROLLED_BACK", "REJECTED" -> ran;
      default -> Map.of();
    };
  }

  /// Releases something by chance and stays until it has ended.
  Told releaseAny() throws IOException, InterruptedException {
    Release release =
        random.nextInt(2) == 0
            ? catalogue.get(random.nextInt(2))
            : catalogue.get(random.nextInt(catalogue.size()));
    String rollout = ask(release, "queue");
    int whim = random.nextInt(8);
    if (whim == 0) {
      pauseFor(Duration.ofMillis(random.nextInt(12_000)));
      abort(rollout);
    } else if (whim == 1) {
      pauseFor(Duration.ofMillis(random.nextInt(12_000)));
      Release better = catalogue.get(random.nextInt(2));
      String next = ask(better, "supersede");
      ran = after(end(rollout, release));
      return compared(end(next, better));
    }
    return compared(end(rollout, release));
  }

  /// Releases and stays until it has ended.
  Told release(Release release) throws IOException, InterruptedException {
    return compared(end(ask(release, "queue"), release));
  }

  private String ask(Release release, String ifBusy) throws IOException, InterruptedException {
    number++;
    Map<String, Object> body =
        Releases.request(run + "-" + number, release.version(), release.artifact(), "4s");
    body.put("ifBusy", ifBusy);
    return releases.releaseUntilTaken(COORDINATOR, body, PATIENCE);
  }

  private void abort(String rollout) throws IOException, InterruptedException {
    number++;
    aborts++;
    steer("abort-requested", rollout);
  }

  private void steer(String type, String rollout) throws IOException, InterruptedException {
    releases.postUntilTaken(
        COORDINATOR,
        Map.of(
            "type",
            type,
            "requestId",
            run + "-" + type + "-" + number++,
            "service",
            "backend-api",
            "requestedBy",
            "chaos",
            "rolloutId",
            rollout),
        PATIENCE);
  }

  /// Where a person is asked for, one comes after a second and says: go on.
  private Told end(String rollout, Release release) throws IOException, InterruptedException {
    Instant until = Instant.now().plus(END);
    int paused = 0;
    while (true) {
      int seen = paused;
      JsonNode next =
          story.await(
              rollout,
              Duration.between(Instant.now(), until),
              event -> Story.isEnd(event) || (number(event) > seen && isPause(event)));
      if (Story.isEnd(next)) {
        Told one = new Told(rollout, release, next);
        told.add(one);
        return one;
      }
      paused = number(next);
      TimeUnit.SECONDS.sleep(1);
      resumes++;
      steer("resume-requested", rollout);
    }
  }

  private static boolean isPause(JsonNode event) {
    return Story.text(event, "type").equals("rollout-paused");
  }

  private static int number(JsonNode event) {
    return event.get("sequence").intValue();
  }

  private static void pauseFor(Duration time) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(time.toMillis());
  }
}
