package dev.serin.lab.cluster;

import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `lab/cluster`: three brokers and two of each service. In the middle of one release after the
/// other each broker is killed once, and one instance of each service, which the other one takes
/// over from; and an instance of an agent, or a coordinator, is frozen until the other one has
/// ended the rollout, and then goes on.
@Command(
    name = "lab/cluster",
    mixinStandardHelpOptions = true,
    description = "Three brokers, two of each service. Exit code: 0 all as it should be, 1 not.")
public final class ThreeBrokers implements Callable<Integer> {
  private static final Duration END = Duration.ofMinutes(4);

  /// A dead member's session ends after 6 s; a frozen one has to stand still for longer.
  private static final Duration SESSION = Duration.ofSeconds(10);

  /// I10.
  private static final Duration PUT_RIGHT_WITHIN = Duration.ofSeconds(5);

  private static final Duration WATCHED = Duration.ofSeconds(12);
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final URI OTHER = SerinCluster.url("coordinator-2");

  /// What is done to which process, and in the middle of which step. Only one of two instances has
  /// the work, so each is met once.
  private static final List<Harm> HARMS =
      List.of(
          new Killed("broker-1", "analyse"),
          new Killed("broker-2", "push"),
          new Killed("broker-3", "drain"),
          new Killed("haproxy-agent", "drain"),
          new Killed("incus-agent", "push"),
          new Killed("sli-watcher", "analyse"),
          new Killed("coordinator", "restart"),
          new Killed("haproxy-agent-2", "drain"),
          new Killed("incus-agent-2", "push"),
          new Killed("sli-watcher-2", "analyse"),
          new Killed("coordinator-2", "restart"),
          new Frozen("haproxy-agent", "drain"),
          new Frozen("haproxy-agent-2", "drain"),
          new Frozen("incus-agent", "push"),
          new Frozen("incus-agent-2", "push"),
          new Frozen("incus-agent", "restart"),
          new Frozen("incus-agent-2", "restart"),
          new Frozen("coordinator", "restart"),
          new Frozen("coordinator-2", "restart"));

  /// What happens to one process in the middle of a release.
  private sealed interface Harm {
    String step();
  }

  /// `kill -9`, and started again when the rollout has ended.
  private record Killed(String target, String step) implements Harm {}

  /// `SIGSTOP` until the rollout has ended without it, far longer than its session; then `SIGCONT`,
  /// and it goes on with what it was about.
  private record Frozen(String target, String step) implements Harm {}

  @Option(names = "--root", hidden = true, required = true)
  private Path root = Path.of(".");

  @Option(names = "--report", description = "Write the report to this file too.")
  private @Nullable Path report;

  private final List<String> lines = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new ThreeBrokers())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/cluster: " + e.getMessage());
              return 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-cluster");
    System.out.printf("%n  configuration, data and logs in %s%n%n", directory);
    Fleet fleet = new Fleet(Path.of("/var/lib/incus/unix.socket"));
    Map<String, Fleet.Server> before = fleet.servers();
    try (SerinCluster cluster = SerinCluster.startOnThreeBrokers(root, directory);
        Story story = new Story(cluster.bootstrap());
        Load load = Load.start(LoadPlan.steady(Fleet.FRONT, Duration.ofMinutes(90)))) {
      Releases releases = new Releases(root, directory);
      releases.define(COORDINATOR, patient(directory));
      List<Path> good = List.of(releases.bake("v6.0.0"), releases.bake("v6.1.0"));
      Path bad = releases.bake("v6.2.0", "--error-rate", "0.2");
      int number = 0;
      int round = 0;
      for (Harm harm : HARMS) {
        round++;
        number++;
        Path artifact = good.get(round % 2);
        String rollout = ask(releases, number, round % 2 == 0 ? "v6.0.0" : "v6.1.0", artifact);
        story.awaitStep(rollout, harm.step(), END);
        Path installed =
            switch (harm) {
              case Killed killed -> kill(cluster, killed, story, fleet, rollout, artifact);
              case Frozen frozen -> freeze(cluster, frozen, story, fleet, rollout, artifact);
            };
        number++;
        String faulty = ask(releases, number, "v6.2.0", bad);
        ends(story, fleet, faulty, "ROLLED_BACK", installed);
      }
      summary(load.stop(), before, fleet.servers());
    }
    violations.forEach(line -> say("- NOT AS IT SHOULD BE: " + line));
    if (report != null) {
      Files.writeString(report, String.join("\n", lines) + "\n");
    }
    return violations.isEmpty() ? 0 : 1;
  }

  /// The others take a dead broker's partitions over once its session has ended, after 6 s and an
  /// election: a service that waits for missing data no longer than that has its release taken
  /// back.
  private Path patient(Path directory) throws IOException {
    String own = Files.readString(root.resolve("lab/services/backend-api.yaml"));
    return Files.writeString(
        directory.resolve("patient.yaml"),
        own.replaceFirst("(noData: .*)limit: [0-9]+s", "$1limit: 40s"));
  }

  private static String phase(JsonNode end) {
    return Story.text(end, "phase");
  }

  private static String ask(Releases releases, int number, String version, Path artifact)
      throws IOException, InterruptedException {
    Map<String, Object> body = Releases.request("cluster-" + number, version, artifact, "4s");
    return releases.releaseUntilTaken(
        number % 3 == 0 ? OTHER : COORDINATOR, body, Duration.ofSeconds(60));
  }

  private Path kill(
      SerinCluster cluster, Killed killed, Story story, Fleet fleet, String rollout, Path artifact)
      throws IOException, InterruptedException {
    cluster.kill(killed.target());
    Path installed = ends(story, fleet, rollout, "COMPLETED", artifact);
    say(
        "- %s killed in the middle of %s: %s"
            .formatted(killed.target(), killed.step(), phase(story.awaitEnd(rollout, END))));
    cluster.start(killed.target());
    return installed;
  }

  /// The other one ends the rollout, so that the fleet is at rest when the frozen one goes on:
  /// whatever differs then is its stale write.
  private Path freeze(
      SerinCluster cluster, Frozen frozen, Story story, Fleet fleet, String rollout, Path artifact)
      throws IOException, InterruptedException {
    cluster.freeze(frozen.target(), true);
    Instant from = Instant.now();
    Path installed = ends(story, fleet, rollout, "COMPLETED", artifact);
    Duration still = Duration.between(from, Instant.now());
    if (still.compareTo(SESSION) <= 0) {
      violations.add(
          "expected %s to be frozen for longer than its session, was %s"
              .formatted(frozen.target(), still));
    }
    StaleWrites stale = new StaleWrites(fleet);
    cluster.freeze(frozen.target(), false);
    Duration wrong = stale.watch(WATCHED);
    if (wrong.compareTo(PUT_RIGHT_WITHIN) > 0) {
      violations.add(
          "%s goes on and HAProxy was not as before for %s: %s"
              .formatted(frozen.target(), wrong, stale.seen()));
    }
    // What went on may have written into a container, or told of it.
    ends(story, fleet, rollout, "COMPLETED", artifact);
    say(
        "- %s frozen in the middle of %s for %.0f s: %s; when it went on, %s"
            .formatted(
                frozen.target(),
                frozen.step(),
                still.toMillis() / 1e3,
                phase(story.awaitEnd(rollout, END)),
                wrong.isZero()
                    ? "no stale write was seen in HAProxy"
                    : "a stale write stood in HAProxy for %.1f s"
                        .formatted(wrong.toMillis() / 1e3)));
    return installed;
  }

  private Path ends(Story story, Fleet fleet, String rollout, String phase, Path installed)
      throws IOException, InterruptedException {
    JsonNode end = story.awaitEnd(rollout, END);
    if (!phase(end).equals(phase)) {
      violations.add(
          rollout + ": expected " + phase + ", ended " + end + "; " + story.told(rollout));
    }
    story.toTheEnd();
    int sequence = 0;
    for (JsonNode event : story.of(rollout)) {
      sequence++;
      if (event.get("sequence").intValue() != sequence) {
        violations.add(rollout + ": expected number " + sequence + ", found " + event);
      }
    }
    String digest = Releases.digest(installed);
    fleet
        .digests()
        .forEach((node, found) -> {
          if (!found.equals(digest)) {
            violations.add(node + " does not run " + installed.getFileName());
          }
        });
    return installed;
  }

  private void summary(
      LoadSnapshot load, Map<String, Fleet.Server> before, Map<String, Fleet.Server> after) {
    after.forEach((node, server) -> {
      Fleet.Server was = before.get(node);
      if (!server.isUp() || was == null || was.weight() != server.weight()) {
        violations.add(node + " was " + was + " before and is " + server);
      }
    });
    load.failedByVersion()
        .forEach((version, count) -> {
          if (!version.equals("v6.2.0")) {
            violations.add(count + " requests failed by " + version + ": " + load.failures());
          }
        });
    say(
        "- requests: %,d served, failed %s, all of them by the bad release"
            .formatted(load.served(), new TreeMap<>(load.failedByVersion())));
  }

  private void say(String line) {
    lines.add(line);
    System.out.println("  " + line);
  }
}
