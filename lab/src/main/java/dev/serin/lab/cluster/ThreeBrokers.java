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
/// over from.
@Command(
    name = "lab/cluster",
    mixinStandardHelpOptions = true,
    description = "Three brokers, two of each service. Exit code: 0 all as it should be, 1 not.")
public final class ThreeBrokers implements Callable<Integer> {
  private static final Duration END = Duration.ofMinutes(4);
  private static final URI COORDINATOR = SerinCluster.url("coordinator");
  private static final URI OTHER = SerinCluster.url("coordinator-2");

  /// What is killed, and in the middle of which step.
  private static final List<Map.Entry<String, String>> KILLS =
      List.of(
          Map.entry("broker-1", "analyse"),
          Map.entry("broker-2", "push"),
          Map.entry("broker-3", "drain"),
          Map.entry("haproxy-agent", "drain"),
          Map.entry("incus-agent", "push"),
          Map.entry("sli-watcher", "analyse"),
          Map.entry("coordinator", "restart"),
          // Whichever of the two has the work, it was killed once.
          Map.entry("haproxy-agent-2", "drain"),
          Map.entry("incus-agent-2", "push"),
          Map.entry("sli-watcher-2", "analyse"),
          Map.entry("coordinator-2", "restart"));

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
        Load load = Load.start(LoadPlan.steady(Fleet.FRONT, Duration.ofMinutes(40)))) {
      Releases releases = new Releases(root, directory);
      releases.define(COORDINATOR, patient(directory));
      List<Path> good = List.of(releases.bake("v6.0.0"), releases.bake("v6.1.0"));
      Path bad = releases.bake("v6.2.0", "--error-rate", "0.2");
      int number = 0;
      int round = 0;
      for (Map.Entry<String, String> kill : KILLS) {
        round++;
        number++;
        Path artifact = good.get(round % 2);
        String rollout = ask(releases, number, round % 2 == 0 ? "v6.0.0" : "v6.1.0", artifact);
        awaitStep(story, rollout, kill.getValue());
        cluster.kill(kill.getKey());
        Path installed = ends(story, fleet, rollout, "COMPLETED", artifact);
        say(
            "- %s killed in the middle of %s: %s"
                .formatted(kill.getKey(), kill.getValue(), phase(story.awaitEnd(rollout, END))));
        cluster.start(kill.getKey());
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

  private static void awaitStep(Story story, String rollout, String step) {
    story.awaitStep(rollout, step, END);
  }

  private Path ends(Story story, Fleet fleet, String rollout, String phase, Path installed)
      throws IOException, InterruptedException {
    JsonNode end = story.awaitEnd(rollout, END);
    if (!phase(end).equals(phase)) {
      violations.add(
          rollout + ": expected " + phase + ", ended " + end + "; " + story.told(rollout));
    }
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
