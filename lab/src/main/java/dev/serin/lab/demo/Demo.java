package dev.serin.lab.demo;

import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.fleet.SerinProcess;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
import dev.serin.lab.load.LoadSnapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lab/demo`: starts `serin standalone` on the lab's fleet, puts load on it, releases a good
/// version and two bad ones, and sums up what users saw. It fails where anything is not as it
/// should be.
@Command(
    name = "lab/demo",
    mixinStandardHelpOptions = true,
    description = "Three releases under load. Exit code: 0 all as it should be, 1 not.")
public final class Demo implements Callable<Integer> {

  private static final URI COORDINATOR = URI.create("http://127.0.0.1:7070");
  private static final Duration LONGEST = Duration.ofMinutes(10);

  @Option(names = "--root", hidden = true, required = true)
  private Path root = Path.of(".");

  @Option(names = "--run", hidden = true, required = true)
  private Path run = Path.of(".");

  @Option(names = "--incus", hidden = true, required = true)
  private Path incus = Path.of(".");

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Demo())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/demo: " + e.getMessage());
              return 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Fleet fleet = new Fleet(incus);
    List<Release> releases = releases();
    Map<String, Fleet.Server> before = fleet.servers();
    say(
        "%n  serin standalone on this fleet%s%n",
        Files.readString(run.resolve("fleet.env")).contains("STAND_IN=yes")
            ? ", on the Incus stand-in: no daemon, each node a directory and a process"
            : "");
    long from = System.nanoTime();
    try (SerinProcess standalone =
        SerinProcess.start(
            root, "standalone", run.resolve("serin.yaml"), run.resolve("logs/serin.log"))) {
      standalone.awaitHealthy(COORDINATOR, Duration.ofSeconds(60));
      say("  ready after %s; its page: %s%n", seconds(since(from)), COORDINATOR);
      serin("services", "apply", "-f", root.resolve("lab/services/backend-api.yaml").toString());
      try (Load load = Load.start(LoadPlan.steady(Fleet.FRONT, LONGEST))) {
        say("  steady load: 200 requests/s, 3 s requests, 20 WebSockets%n");
        List<Release.Result> results = new ArrayList<>();
        for (Release release : releases) {
          results.add(play(release, load, fleet));
        }
        return summary(results, load.stop(), before, fleet);
      }
    }
  }

  private List<Release> releases() throws IOException, InterruptedException {
    return List.of(
        new Release("a good release", "v1.1.0", bake("v1.1.0"), 0, false),
        new Release(
            "its health check answers 500", "v1.2.0", bake("v1.2.0", "--health", "500"), 3, false),
        new Release(
            "it fails a fifth of its requests",
            "v1.3.0",
            bake("v1.3.0", "--error-rate", "0.2"),
            3,
            true));
  }

  private Path bake(String version, String... behaviour) throws IOException, InterruptedException {
    Path artifact = run.resolve("artifacts").resolve("backend-api-" + version);
    Files.createDirectories(artifact.getParent());
    List<String> command =
        new ArrayList<>(
            List.of(root.resolve("lab/release").toString(), version, "-o", artifact.toString()));
    command.addAll(List.of(behaviour));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("expected to bake release " + version + " with lab/release");
    }
    return artifact;
  }

  private Release.Result play(Release release, Load load, Fleet fleet)
      throws IOException, InterruptedException {
    say("%n  %s: %s%n", release.version(), release.title());
    LoadSnapshot before = load.snapshot();
    long from = System.nanoTime();
    int code =
        serin(
            "release",
            "backend-api",
            "--artifact",
            release.artifact().toString(),
            "--version",
            release.version(),
            "--reason",
            "demo: " + release.title(),
            "--watch",
            "--timeout",
            "5m");
    Duration took = since(from);
    return new Release.Result(release, code, took, load.snapshot().since(before), fleet.digests());
  }

  private int serin(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(root.resolve("serin").toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor();
  }

  private int summary(
      List<Release.Result> results, LoadSnapshot all, Map<String, Fleet.Server> before, Fleet fleet)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    say("%n  %-8s %-34s %-12s %8s %9s %s%n", "release", "", "ended", "took", "served", "failed");
    for (Release.Result result : results) {
      say(
          "  %-8s %-34s %-12s %8s %,9d %s%n",
          result.release().version(),
          result.release().title(),
          ended(result.exitCode()),
          seconds(result.took()),
          result.load().served(),
          failures(result.load()));
      if (!result.isAsExpected()) {
        wrong.add(
            "%s: expected it to end %s with no request failed but by its own errors, found %s, %s"
                .formatted(
                    result.release().version(),
                    ended(result.release().exitCode()),
                    ended(result.exitCode()),
                    failures(result.load())));
      }
    }
    say("%n%s", all.report());
    fleetIsWhole(results, before, fleet, wrong);
    wrong.forEach(line -> say("  NOT AS IT SHOULD BE: %s%n", line));
    say(wrong.isEmpty() ? "%n  All as it should be.%n%n" : "%n");
    return wrong.isEmpty() ? 0 : 1;
  }

  private static void fleetIsWhole(
      List<Release.Result> results,
      Map<String, Fleet.Server> before,
      Fleet fleet,
      List<String> wrong)
      throws IOException, InterruptedException {
    Map<String, Fleet.Server> servers = fleet.servers();
    Map<String, String> digests = fleet.digests();
    Map<String, String> names = new LinkedHashMap<>();
    for (Release.Result result : results) {
      names.put(
          Fleet.sha256(Files.readAllBytes(result.release().artifact())),
          result.release().version());
    }
    say(
        "%n  %-16s %-6s %6s  %s%n",
        "node", "state", "weight", "binary (sha256sum in the container)");
    for (String node : Fleet.NODES) {
      Fleet.Server server = servers.get(node);
      Fleet.Server was = before.get(node);
      String digest = digests.get(node);
      if (server == null || was == null || digest == null) {
        wrong.add(node + ": expected it in the pool and its binary readable, it is not");
        continue;
      }
      String version = names.getOrDefault(digest, "unknown");
      say(
          "  %-16s %-6s %6d  %s = %s%n",
          node, server.status(), server.weight(), digest.substring(0, 12), version);
      if (!server.isUp() || server.weight() != was.weight()) {
        wrong.add(
            "%s: expected UP with weight %d, found %s with %d"
                .formatted(node, was.weight(), server.status(), server.weight()));
      }
      if (!version.equals("v1.1.0")) {
        wrong.add("%s: expected the binary of v1.1.0, found %s".formatted(node, version));
      }
    }
  }

  private static String ended(int exitCode) {
    return switch (exitCode) {
      case 0 -> "completed";
      case 3 -> "rolled back";
      case 4 -> "halted";
      case 5 -> "rejected";
      default -> "exit " + exitCode;
    };
  }

  private static String failures(LoadSnapshot load) {
    return load.failed() == 0 ? "0" : load.failed() + " " + load.failedByVersion();
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static String seconds(Duration duration) {
    return "%.1f s".formatted(duration.toMillis() / 1e3);
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation is not among the lab's libraries
  private static void say(String format, Object... values) {
    System.out.printf(format, values);
    System.out.flush();
  }
}
