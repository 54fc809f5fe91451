package dev.serin.lab.chaos;

import dev.serin.lab.cluster.SerinCluster;
import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What faults are done to: Serin's processes, and the lab's own daemons and containers.
///
/// @param root the repository
/// @param run where the lab keeps its sockets and the ids of what it started
record Surroundings(Path root, Path run, SerinCluster cluster, Relay relay, Fleet fleet) {
  private static final Path INSTALLED = Path.of("/opt/serin-lab/backend-api");

  /// Sends a signal to a daemon that the lab started: HAProxy's master, Prometheus.
  void signal(String daemon, String signal) throws IOException, InterruptedException {
    run("kill", "-" + signal, pidOf(daemon));
  }

  private String pidOf(String daemon) throws IOException {
    return Files.readAllLines(run.resolve("pids").resolve(daemon)).getFirst();
  }

  /// Kills HAProxy with its workers, at once.
  void killBalancer() throws IOException, InterruptedException {
    String master = pidOf("haproxy-1");
    List<String> pids =
        new ArrayList<>(
            ProcessHandle.of(Long.parseLong(master)).stream()
                .flatMap(ProcessHandle::descendants)
                .map(worker -> Long.toString(worker.pid()))
                .toList());
    pids.addFirst(master);
    pids.addAll(0, List.of("kill", "-KILL"));
    run(pids.toArray(String[]::new));
  }

  /// Starts HAProxy and Prometheus where they are gone.
  void mend() throws IOException, InterruptedException {
    run(root.resolve("lab/up").toString(), "--daemons");
  }

  void stopContainer(String node) throws IOException, InterruptedException {
    run("incus", "stop", "--force", node);
  }

  void startContainer(String node) throws IOException, InterruptedException {
    run("incus", "start", node);
  }

  /// Leaves no room where binaries are kept: a file system of 64 KiB over that directory.
  void fillDisk(String node) throws IOException, InterruptedException {
    String store = INSTALLED.resolve(".serin").toString();
    run("incus", "exec", node, "--", "mkdir", "-p", store);
    run("incus", "exec", node, "--", "mount", "-t", "tmpfs", "-o", "size=64k", "full", store);
  }

  void emptyDisk(String node) throws IOException, InterruptedException {
    run("incus", "exec", node, "--", "umount", "-l", INSTALLED.resolve(".serin").toString());
  }

  /// Whether a node is out of rotation now, which HAProxy forgets when it is reloaded or killed.
  boolean someNodeIsOut() throws IOException {
    return fleet.servers().values().stream().anyMatch(Fleet.Server::isOut);
  }

  /// Waits until HAProxy has every node up that nobody took out.
  void awaitUp(Duration within) throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (System.nanoTime() < end) {
      if (fleet.servers().values().stream()
          .noneMatch(
              server -> server.status().startsWith("DOWN") || server.status().startsWith("UP "))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IOException("expected no node DOWN within " + within + ", found " + fleet.servers());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(
          "expected '" + String.join(" ", command) + "' to succeed, it said: " + output.strip());
    }
  }
}
