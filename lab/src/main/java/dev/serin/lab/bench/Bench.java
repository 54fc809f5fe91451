package dev.serin.lab.bench;

import dev.serin.lab.fleet.Fleet;
import dev.serin.lab.fleet.SerinProcess;
import dev.serin.lab.load.Load;
import dev.serin.lab.load.LoadPlan;
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
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `lab/bench`: how fast a breach is undone beside a plain script that does the same restore, how
/// fast `serin standalone` is ready, and how much memory it keeps.
@Command(
    name = "lab/bench",
    mixinStandardHelpOptions = true,
    description = "Exit code: 0 every limit held, 1 one was missed.")
public final class Bench implements Callable<Integer> {

  /// How much longer than the script a rollback may take.
  private static final Duration MORE_THAN_THE_SCRIPT = Duration.ofSeconds(1);

  private static final Duration READY_WITHIN = Duration.ofSeconds(10);
  private static final long MOST_MEMORY_MEGABYTES = 600;
  private static final int ROUNDS = 9;
  private static final URI COORDINATOR = URI.create("http://127.0.0.1:17070");
  private static final String CANARY = "backend-api-2";

  @Option(names = "--root", hidden = true, required = true)
  private Path root = Path.of(".");

  @Option(names = "--run", hidden = true, required = true)
  private Path run = Path.of(".");

  @Option(names = "--incus", hidden = true, required = true)
  private Path incus = Path.of(".");

  @Option(
      names = "--worst-day",
      description = "Only how long it takes when parts of Serin or of the fleet die.")
  private boolean onlyWorstDay;

  @Option(names = "--report", description = "Write what was measured to this file too.")
  private @Nullable Path report;

  private final JsonMapper json = JsonMapper.shared();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> missed = new ArrayList<>();
  private final List<String> rows = new ArrayList<>();

  /// Entry point.
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Bench())
            .setExecutionExceptionHandler((e, commandLine, _) -> {
              commandLine.getErr().println("lab/bench: " + e.getMessage());
              return 1;
            })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!onlyWorstDay) {
      goodDay();
    }
    WorstDay.measure(
        root,
        new Fleet(incus),
        (what, measured, limit) ->
            limit(
                what,
                "%.1f s".formatted(seconds(measured)),
                "%d s".formatted(limit.toSeconds()),
                measured.compareTo(limit) <= 0));
    missed.forEach(line -> System.out.println("  MISSED: " + line));
    if (report != null) {
      Files.writeString(report, page());
    }
    System.out.println(missed.isEmpty() ? "\n  Every limit held.\n" : "");
    return missed.isEmpty() ? 0 : 1;
  }

  private String page() {
    return "| what | measured | limit |\n|---|---|---|\n"
        + String.join("", rows)
        + (missed.isEmpty()
            ? "\nEvery limit held.\n"
            : "\nMISSED: " + String.join("; ", missed) + "\n");
  }

  private void goodDay() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("serin-bench");
    Path config = directory.resolve("serin.yaml");
    Files.writeString(
        config,
        Files.readString(run.resolve("serin.yaml"))
                .replaceAll("(?m)^  data: .*$", "  data: " + directory.resolve("data"))
            + "  http: {port: 17070}\n  kafka: {bootstrap-servers: \"127.0.0.1:19192\"}\n");
    standalone(directory, config, "the first start, on an empty directory");
    try (SerinProcess serin = standalone(directory, config, "a restart")) {
      define();
      memory(serin);
      rollbacks();
    }
  }

  /// Starts a standalone and measures until its API is up; the first one is stopped again.
  private SerinProcess standalone(Path directory, Path config, String which)
      throws IOException, InterruptedException {
    long from = System.nanoTime();
    SerinProcess serin =
        SerinProcess.start(root, "standalone", config, directory.resolve("serin.log"));
    serin.awaitHealthy(COORDINATOR, Duration.ofSeconds(60));
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    limit(
        "serin standalone ready, " + which,
        "%.1f s".formatted(seconds(took)),
        "%d s".formatted(READY_WITHIN.toSeconds()),
        took.compareTo(READY_WITHIN) <= 0);
    if (which.startsWith("the first")) {
      serin.close();
    }
    return serin;
  }

  private void define() throws IOException, InterruptedException {
    ProcessBuilder apply =
        new ProcessBuilder(
            root.resolve("serin").toString(),
            "services",
            "apply",
            "-f",
            root.resolve("lab/services/backend-api.yaml").toString());
    apply.environment().put("SERIN_URL", COORDINATOR.toString());
    if (apply.inheritIO().start().waitFor() != 0) {
      throw new IOException("expected the service to be defined");
    }
  }

  private void memory(SerinProcess serin) throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(20);
    long megabytes =
        Files.readAllLines(Path.of("/proc/" + serin.pid() + "/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
            .findFirst()
            .orElseThrow();
    limit(
        "resident memory of serin standalone at rest",
        megabytes + " MB",
        MOST_MEMORY_MEGABYTES + " MB",
        megabytes < MOST_MEMORY_MEGABYTES);
  }

  private void rollbacks() throws IOException, InterruptedException {
    Path faulty = bake();
    String before = new Fleet(incus).digests().get(CANARY);
    String kept = "/opt/serin-lab/backend-api/.serin/backend-api-" + before;
    List<Duration> ours = new ArrayList<>();
    List<Duration> script = new ArrayList<>();
    LoadPlan plan =
        new LoadPlan(Fleet.FRONT, 200, 20, Duration.ZERO, Duration.ZERO, 0, Duration.ofMinutes(10));
    try (Load load = Load.start(plan)) {
      for (int round = 1; round <= ROUNDS; round++) {
        ours.add(rollback(faulty, round));
        script.add(byHand(kept));
        System.out.printf(
            "  round %d: serin %.2f s, script %.2f s%n",
            round, seconds(ours.getLast()), seconds(script.getLast()));
      }
      System.out.printf("  %,d requests served meanwhile%n", load.snapshot().served());
    }
    double mine = seconds(median(ours));
    double theirs = seconds(median(script));
    limit(
        "breach decided to node restored and ready, median of " + ROUNDS,
        "%.2f s, the script %.2f s, ratio %.2f".formatted(mine, theirs, mine / theirs),
        "the script's + %d s".formatted(MORE_THAN_THE_SCRIPT.toSeconds()),
        mine <= theirs + seconds(MORE_THAN_THE_SCRIPT));
  }

  private Path bake() throws IOException, InterruptedException {
    Path artifact = run.resolve("artifacts/bench-faulty");
    Files.createDirectories(run.resolve("artifacts"));
    Process process =
        new ProcessBuilder(
                root.resolve("lab/release").toString(),
                "v9.9.9",
                "--error-rate",
                "0.5",
                "-o",
                artifact.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("expected lab/release to bake a faulty release");
    }
    return artifact;
  }

  /// A release that breaches: from `rollback-started` to `rollback-completed`.
  private Duration rollback(Path faulty, int round) throws IOException, InterruptedException {
    String body =
        json.writeValueAsString(
            java.util.Map.of(
                "type", "release-requested",
                "requestId", "bench-" + round,
                "service", "backend-api",
                "version", "v9.9.9",
                "artifact",
                    java.util.Map.of(
                        "uri", faulty.toUri().toString(),
                        "sha256", Fleet.sha256(Files.readAllBytes(faulty)))));
    HttpResponse<String> taken =
        http.send(
            HttpRequest.newBuilder(COORDINATOR.resolve("/api/v1/requests"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (taken.statusCode() != 202) {
      throw new IOException("expected 202, was " + taken.statusCode() + ": " + taken.body());
    }
    String rollout = json.readTree(taken.body()).get("rolloutId").asString();
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (System.nanoTime() < end) {
      JsonNode state = get("/api/v1/rollouts/" + rollout);
      if (state.has("endedAt") && !state.get("endedAt").isNull()) {
        return between(get("/api/v1/rollouts/" + rollout + "/events"), state);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IOException("expected " + rollout + " to end within two minutes");
  }

  private static Duration between(JsonNode events, JsonNode state) throws IOException {
    Instant started = null;
    Instant completed = null;
    for (JsonNode event : events) {
      switch (event.get("type").asString()) {
        case "rollback-started" -> started = Instant.parse(event.get("at").asString());
        case "rollback-completed" -> completed = Instant.parse(event.get("at").asString());
        default -> {
          // Every other event lies before or between.
        }
      }
    }
    if (started == null
        || completed == null
        || !"breached".equals(state.get("outcome").asString())) {
      throw new IOException("expected a breach and its rollback, found " + state.get("message"));
    }
    return Duration.between(started, completed);
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return json.readTree(
        http.send(
                HttpRequest.newBuilder(COORDINATOR.resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  /// The script, on the same node, under the same load.
  private Duration byHand(String kept) throws IOException, InterruptedException {
    long from = System.nanoTime();
    Process process =
        new ProcessBuilder(
                root.resolve("lab/lib/restore-by-hand").toString(), CANARY, "127.0.0.12:8080", kept)
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("expected the script to restore " + CANARY);
    }
    return Duration.ofNanos(System.nanoTime() - from);
  }

  private void limit(String what, String measured, String limit, boolean held) {
    System.out.printf("  %-60s %s (limit %s)%n", what, measured, limit);
    rows.add("| %s | %s | %s |%n".formatted(what, measured, limit));
    if (!held) {
      missed.add(what + ": " + measured + ", limit " + limit);
    }
  }

  private static Duration median(List<Duration> durations) {
    return durations.stream().sorted().toList().get(durations.size() / 2);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
