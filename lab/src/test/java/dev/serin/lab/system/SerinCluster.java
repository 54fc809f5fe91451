package dev.serin.lab.system;

import dev.serin.lab.fleet.SerinProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The broker, the coordinator and the agents, each a process of its own, with ports and data of
/// their own beside whatever else runs on this machine.
final class SerinCluster implements AutoCloseable {
  static final List<String> SERVICES =
      List.of("coordinator", "haproxy-agent", "incus-agent", "sli-watcher");
  static final String BROKER = "broker";
  static final String BOOTSTRAP = "127.0.0.1:19192";
  private static final Duration START = Duration.ofSeconds(90);

  private final Path root;
  private final Path directory;
  private final Map<String, SerinProcess> processes = new LinkedHashMap<>();

  private SerinCluster(Path root, Path directory) {
    this.root = root;
    this.directory = directory;
  }

  /// @param directory for configuration, data and logs
  static SerinCluster start(Path directory) throws IOException, InterruptedException {
    Path root = Path.of("").toAbsolutePath().getParent();
    SerinCluster cluster = new SerinCluster(Objects.requireNonNull(root), directory);
    cluster.start(BROKER);
    for (String service : SERVICES) {
      cluster.start(service);
    }
    cluster.awaitCoordinator("coordinator");
    return cluster;
  }

  Path root() {
    return root;
  }

  /// The address of a coordinator; a second one is `coordinator-2`.
  static URI url(String coordinator) {
    return URI.create("http://127.0.0.1:" + (coordinator.endsWith("-2") ? 17072 : 17070));
  }

  /// Starts a process by name; `-2` at its end is a second instance of a service.
  void start(String name) throws IOException {
    String module = name.replaceFirst("-2$", "");
    Path config = configuration(name);
    SerinProcess process =
        name.equals(BROKER)
            ? SerinProcess.start(root, "standalone", config, log(name), withoutAll())
            : SerinProcess.start(root, module, config, log(name));
    processes.put(name, process);
  }

  /// Starts a process after a while.
  void startAfter(String name, Duration pause) {
    CompletableFuture.runAsync(
            () -> {
              try {
                start(name);
              } catch (IOException failed) {
                throw new UncheckedIOException(failed);
              }
            },
            CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS))
        .join();
  }

  private static String[] withoutAll() {
    List<String> without = new ArrayList<>();
    SERVICES.forEach(service -> {
      without.add("--without");
      without.add(service);
    });
    return without.toArray(String[]::new);
  }

  Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /// Where a process keeps its data.
  Path data(String name) {
    return directory.resolve("data-" + name);
  }

  private Path configuration(String name) throws IOException {
    Path config = directory.resolve(name + ".yaml");
    Files.createDirectories(directory);
    Files.writeString(
        config,
        Files.readString(Path.of("/run/serin-lab/serin.yaml"))
                .replaceAll("(?m)^  data: .*$", "  data: " + data(name))
            + "  http: {port: "
            + url(name).getPort()
            + "}\n  kafka: {bootstrap-servers: \""
            + BOOTSTRAP
            + "\"}\n");
    return config;
  }

  void awaitCoordinator(String name) throws IOException, InterruptedException {
    Objects.requireNonNull(processes.get(name)).awaitHealthy(url(name), START);
  }

  /// `kill -9`.
  void kill(String name) throws InterruptedException {
    Objects.requireNonNull(processes.remove(name), name + " does not run").kill();
  }

  /// `kill -9`, and started again.
  void killAndStart(String name) throws IOException, InterruptedException {
    kill(name);
    start(name);
  }

  @Override
  public void close() {
    List<String> names = new ArrayList<>(processes.keySet());
    for (String name : names.reversed()) {
      SerinProcess process = processes.remove(name);
      if (process != null) {
        process.close();
      }
    }
  }
}
