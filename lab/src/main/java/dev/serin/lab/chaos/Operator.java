package dev.serin.lab.chaos;

import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.lab.chaos.Catalogue.Nature;
import dev.serin.lab.chaos.Catalogue.Release;
import dev.serin.lab.cluster.Releases;
import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.cluster.Story;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Whoever releases while things go wrong: one release after the other, good and bad in turn, now
/// and then an abort or a release that supersedes; never one of those that only the SLIs can judge,
/// so that they do. Where Serin waits for a human act, it is the human, and after a rollout that
/// has left a node out, a good release is what follows.
final class Operator {
  /// No plan of the lab's service lasts longer, an outage of a minute included.
  private static final Duration END = Duration.ofMinutes(6);

  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration PUT_RIGHT = Duration.ofSeconds(5);

  private final Releases releases;
  private final Story story;
  private final Random random;
  private final Catalogue catalogue;
  private final List<Told> told = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Set<String> accepted = new LinkedHashSet<>();
  private final Set<String> steering = new LinkedHashSet<>();

  /// Nodes that a rollout has left out and named, and that no release has brought home yet.
  private final Set<String> leftOut = new TreeSet<>();

  private final Fleet fleet;
  private final String run;

  /// What ran on each node when the last rollout had ended; a node whose binary nobody can tell is
  /// not among them.
  private Map<String, String> ran = Map.of();

  private int number;
  private int aborts;
  private int nodesLeft;
  private int broughtHome;
  private int resumes;

  /// A rollout and how it ended.
  record Told(String rollout, Release release, JsonNode end) {
    String phase() {
      return Story.text(end, "phase");
    }

    /// Whether it ended so that a node may be left out of rotation.
    boolean leaves() {
      return phase().equals("HALTED") || phase().equals("ROLLBACK_FAILED");
    }

    /// The nodes that it says to have left.
    Set<String> named() {
      Set<String> named = new TreeSet<>();
      if (leaves()) {
        String left = end.path("left").toString();
        Fleet.NODES.stream().filter(left::contains).forEach(named::add);
      }
      return named;
    }
  }

  /// @param run in the request ids, so that no run knows another one's
  Operator(
      Releases releases, Story story, Fleet fleet, Random random, Catalogue catalogue, String run) {
    this.fleet = fleet;
    this.releases = releases;
    this.story = story;
    this.random = random;
    this.catalogue = catalogue;
    this.run = run;
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

  int nodesLeft() {
    return nodesLeft;
  }

  int broughtHome() {
    return broughtHome;
  }

  /// The rollouts whose requests were answered 202.
  Set<String> accepted() {
    return accepted;
  }

  /// The ids under which an act on a rollout that came too late is refused.
  Set<String> steering() {
    return steering;
  }

  /// Binaries and servers that a rollout left where it said that it had not; empty when all is as
  /// it was told.
  List<String> violations() {
    return violations;
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
        violations.add(
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
    standing(one);
    return one;
  }

  /// Who is out of rotation now was named: by this rollout, or by one before that nobody has come
  /// after (I5). One that has completed brings everybody home.
  private void standing(Told one) throws InterruptedException {
    Set<String> named = one.named();
    if (one.leaves() && named.isEmpty()) {
      violations.add(one.rollout() + ": ended " + one.phase() + " and names no node");
    }
    Set<String> mayBeOut = new TreeSet<>();
    if (!one.phase().equals("COMPLETED")) {
      mayBeOut.addAll(leftOut);
      mayBeOut.addAll(named);
    }
    Set<String> out = outBeyond(mayBeOut);
    out.removeAll(mayBeOut);
    if (!out.isEmpty()) {
      violations.add(
          one.rollout() + ": ended " + one.phase() + ", does not name " + out + ", and it is out");
    }
    if (one.phase().equals("COMPLETED")) {
      broughtHome += leftOut.size();
      leftOut.clear();
    } else if (one.leaves() && leftOut.addAll(named)) {
      nodesLeft = broughtHome + leftOut.size();
    }
  }

  /// Who is out of rotation, at most [#PUT_RIGHT] after it was only those that may be: a fault may
  /// have had HAProxy forget, and what it forgot is put right within that time (I10).
  private Set<String> outBeyond(Set<String> mayBeOut) throws InterruptedException {
    long until = System.nanoTime() + PUT_RIGHT.toNanos();
    while (true) {
      Set<String> out = new TreeSet<>();
      try {
        fleet
            .servers()
            .forEach((node, server) -> {
              if (server.isOut()) {
                out.add(node);
              }
            });
      } catch (IOException away) {
        // HAProxy is down, so nobody can tell; the end of the run looks again.
      }
      if (mayBeOut.containsAll(out) || System.nanoTime() > until) {
        return out;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
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

  /// Releases what comes next and stays until it has ended.
  Told releaseNext() throws IOException, InterruptedException {
    Release release = leftOut.isEmpty() ? catalogue.now() : catalogue.good();
    String rollout = ask(release, "queue");
    Told one = stay(release, rollout);
    if (!one.phase().equals("REJECTED")) {
      catalogue.next();
    }
    return one;
  }

  private Told stay(Release release, String rollout) throws IOException, InterruptedException {
    int whim = release.nature() == Nature.FAILING ? -1 : random.nextInt(8);
    if (whim == 0) {
      pauseFor(Duration.ofMillis(random.nextInt(12_000)));
      abort(rollout);
    } else if (whim == 1) {
      pauseFor(Duration.ofMillis(random.nextInt(12_000)));
      Release better = catalogue.good();
      String next = ask(better, "supersede");
      Told superseded = end(rollout, release);
      ran = after(superseded);
      if (superseded.leaves()) {
        leftOut.addAll(superseded.named());
        nodesLeft = broughtHome + leftOut.size();
      }
      return compared(end(next, better));
    }
    return compared(end(rollout, release));
  }

  /// Releases a good one once nothing is broken any more, and stays until it has ended.
  Told last() throws IOException, InterruptedException {
    Release release = catalogue.good();
    return compared(end(ask(release, "queue"), release));
  }

  private String ask(Release release, String ifBusy) throws IOException, InterruptedException {
    number++;
    Map<String, Object> body =
        Releases.request(run + "-" + number, release.version(), release.artifact(), "4s");
    body.put("ifBusy", ifBusy);
    String rollout = releases.releaseUntilTaken(COORDINATOR, body, PATIENCE);
    accepted.add(rollout);
    return rollout;
  }

  private void abort(String rollout) throws IOException, InterruptedException {
    number++;
    aborts++;
    steer("abort-requested", rollout);
  }

  private void steer(String type, String rollout) throws IOException, InterruptedException {
    String requestId = run + "-" + type + "-" + number++;
    steering.add(RolloutIds.of("backend-api", requestId));
    releases.postUntilTaken(
        COORDINATOR,
        Map.of(
            "type",
            type,
            "requestId",
            requestId,
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
