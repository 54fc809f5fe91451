package dev.serin.lab.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// One process of Serin's, started through the `serin` launcher as an operator would. None outlives
/// whoever started it, unless that one is killed with `kill -9`.
public final class SerinProcess implements AutoCloseable {
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "last-one-out"));
  }

  private final String name;
  private final Process process;
  private final Path log;

  private SerinProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    RUNNING.add(process);
    var _ = process.onExit().thenAccept(RUNNING::remove);
  }

  /// Starts `serin <name> --config <config>`.
  ///
  /// @param root the repository
  /// @param name `standalone`, `coordinator`, `haproxy-agent`, `incus-agent` or `sli-watcher`
  /// @param log where its output goes, added to what is there
  public static SerinProcess start(Path root, String name, Path config, Path log, String... more)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(root.resolve("serin").toString(), name, "--config", config.toString()));
    command.addAll(List.of(more));
    return start(name, command, log);
  }

  /// Starts any command.
  public static SerinProcess start(String name, List<String> command, Path log) throws IOException {
    Files.createDirectories(log.getParent());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new SerinProcess(name, process, log);
  }

  public long pid() {
    return process.pid();
  }

  /// Waits until the coordinator at `url` says that it is up.
  public void awaitHealthy(URI url, Duration within) throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build()) {
      HttpRequest health =
          HttpRequest.newBuilder(url.resolve("/actuator/health"))
              .timeout(Duration.ofSeconds(2))
              .build();
      while (System.nanoTime() < end) {
        if (!process.isAlive()) {
          throw new IOException(
              "expected " + name + " to start, it ended; its output is in " + log);
        }
        try {
          if (http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // It is starting.
        }
        Thread.sleep(50);
      }
    }
    throw new IOException(
        "expected " + name + " to be ready within " + within + "; its output is in " + log);
  }

  /// `kill -9`.
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
