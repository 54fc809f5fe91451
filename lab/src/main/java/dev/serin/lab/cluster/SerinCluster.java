package dev.serin.lab.cluster;

import dev.serin.lab.fleet.SerinProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// The broker, the coordinator and the agents, each a process of its own, with ports and data of
/// their own beside whatever else runs on this machine.
public final class SerinCluster implements AutoCloseable {
  public static final List<String> SERVICES =
      List.of("coordinator", "haproxy-agent", "incus-agent", "sli-watcher");
  public static final String BROKER = "broker";
  public static final String BOOTSTRAP = "127.0.0.1:19192";
  private static final Duration START = Duration.ofMinutes(4);

  private final Path root;
  private final Path directory;
  private final UnaryOperator<String> change;
  private final String bootstrap;
  private final Map<String, SerinProcess> processes = new ConcurrentHashMap<>();

  private SerinCluster(Path root, Path directory, UnaryOperator<String> change, String bootstrap) {
    this.root = root;
    this.directory = directory;
    this.change = change;
    this.bootstrap = bootstrap;
  }

  /// The broker and one of each service.
  ///
  /// @param root the repository
  /// @param directory for configuration, data and logs
  /// @param change what is changed in the lab's configuration for these processes
  public static SerinCluster start(Path root, Path directory, UnaryOperator<String> change)
      throws IOException, InterruptedException {
    SerinCluster cluster = new SerinCluster(root, directory, change, BOOTSTRAP);
    cluster.start(BROKER);
    for (String service : SERVICES) {
      cluster.start(service);
    }
    cluster.awaitCoordinator("coordinator");
    return cluster;
  }

  /// Three brokers, and two of each service.
  public static SerinCluster startOnThreeBrokers(Path root, Path directory)
      throws IOException, InterruptedException {
    SerinCluster cluster =
        new SerinCluster(root, directory, UnaryOperator.identity(), KafkaNodes.bootstrap());
    for (String broker : KafkaNodes.NAMES) {
      cluster.start(broker);
    }
    KafkaNodes.awaitAll(START);
    for (String service : SERVICES) {
      cluster.start(service);
      cluster.start(service + "-2");
    }
    cluster.awaitCoordinator("coordinator");
    cluster.awaitCoordinator("coordinator-2");
    return cluster;
  }

  /// Where clients find the brokers.
  public String bootstrap() {
    return bootstrap;
  }

  public Path root() {
    return root;
  }

  /// The address of a coordinator; a second one is `coordinator-2`.
  public static URI url(String coordinator) {
    return URI.create("http://127.0.0.1:" + (coordinator.endsWith("-2") ? 17072 : 17070));
  }

  /// Starts a process by name; `-2` at its end is a second instance of a service.
  public void start(String name) throws IOException {
    if (KafkaNodes.NAMES.contains(name)) {
      processes.put(name, KafkaNodes.start(root, directory, name, log(name)));
      return;
    }
    String module = name.replaceFirst("-2$", "");
    Path config = configuration(name);
    SerinProcess process =
        name.equals(BROKER)
            ? SerinProcess.start(root, "standalone", config, log(name), withoutAll())
            : SerinProcess.start(root, module, config, log(name));
    processes.put(name, process);
  }

  /// Starts a process after a while.
  public void startAfter(String name, Duration pause) {
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

  public Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /// Where a process keeps its data.
  public Path data(String name) {
    return directory.resolve("data-" + name);
  }

  private Path configuration(String name) throws IOException {
    Path config = directory.resolve(name + ".yaml");
    Files.createDirectories(directory);
    Files.writeString(
        config,
        change
                .apply(Files.readString(Path.of("/run/serin-lab/serin.yaml")))
                .replaceAll("(?m)^  data: .*$", "  data: " + data(name))
            + "  http: {port: "
            + url(name).getPort()
            + "}\n  kafka: {bootstrap-servers: \""
            + bootstrap
            + "\"}\n");
    return config;
  }

  public void awaitCoordinator(String name) throws IOException, InterruptedException {
    Objects.requireNonNull(processes.get(name)).awaitHealthy(url(name), START);
  }

  /// `kill -9`.
  public void kill(String name) throws InterruptedException {
    Objects.requireNonNull(processes.remove(name), name + " does not run").kill();
  }

  /// Whether it was started and not killed since.
  public boolean runs(String name) {
    return processes.containsKey(name);
  }

  /// `SIGSTOP` or `SIGCONT`: it stands still, its connections stay.
  public void freeze(String name, boolean still) throws IOException, InterruptedException {
    long pid = Objects.requireNonNull(processes.get(name), name + " does not run").pid();
    Process kill =
        new ProcessBuilder("kill", still ? "-STOP" : "-CONT", Long.toString(pid))
            .inheritIO()
            .start();
    if (kill.waitFor() != 0) {
      throw new IOException("expected to send " + name + " a signal");
    }
  }

  @Override
  public void close() {
    List<String> names = new ArrayList<>(processes.keySet());
    names.sort(Comparator.comparing(name -> name.startsWith(BROKER)));
    for (String name : names) {
      SerinProcess process = processes.remove(name);
      if (process != null) {
        process.close();
      }
    }
  }
}
