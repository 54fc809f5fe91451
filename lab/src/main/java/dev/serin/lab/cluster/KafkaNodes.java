package dev.serin.lab.cluster;

import dev.serin.lab.fleet.SerinProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/// Three KRaft nodes, each broker and controller in a process of its own, from the Kafka that
/// standalone ships. Internal topics have three replicas, two of which must have every record.
final class KafkaNodes {
  static final List<String> NAMES = List.of("broker-1", "broker-2", "broker-3");
  private static final String CLUSTER_ID = "c2VyaW4tdGhyZWUtbm9kZQ";
  private static final int FIRST_PORT = 19192;

  private KafkaNodes() {}

  private static int port(String name) {
    return FIRST_PORT + 2 * NAMES.indexOf(name);
  }

  static String bootstrap() {
    return NAMES.stream().map(name -> "127.0.0.1:" + port(name)).collect(Collectors.joining(","));
  }

  /// Starts a node; the first time its directory is formatted.
  static SerinProcess start(Path root, Path directory, String name, Path log) throws IOException {
    Path properties = directory.resolve(name + ".properties");
    Files.createDirectories(directory);
    if (!Files.exists(properties)) {
      Files.writeString(properties, properties(directory, name));
      format(root, properties, log);
    }
    return SerinProcess.start(name, java(root, "kafka.Kafka", properties.toString()), log);
  }

  /// Waits until all of them know each other: topics that are made before have fewer copies.
  static void awaitAll(Duration within) throws IOException, InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    Map<String, Object> client =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            2_000,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            4_000);
    try (Admin admin = Admin.create(client)) {
      while (System.nanoTime() < end) {
        try {
          if (admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == NAMES.size()) {
            return;
          }
        } catch (ExecutionException | TimeoutException notYet) {
          // They are starting.
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
    throw new IOException("expected three brokers within " + within);
  }

  private static void format(Path root, Path properties, Path log) throws IOException {
    List<String> command =
        java(
            root,
            "kafka.tools.StorageTool",
            "format",
            "-c",
            properties.toString(),
            "-t",
            CLUSTER_ID);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("expected a directory to be formatted; what was said is in " + log);
    }
  }

  private static List<String> java(Path root, String main, String... arguments) {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                root.resolve("standalone/target/lib") + "/*",
                main));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String properties(Path directory, String name) {
    String voters =
        NAMES.stream()
            .map(each -> id(each) + "@127.0.0.1:" + (port(each) + 1))
            .collect(Collectors.joining(","));
    return """
    process.roles=broker,controller
    node.id=%d
    controller.quorum.voters=%s
    listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
    advertised.listeners=PLAINTEXT://127.0.0.1:%d
    controller.listener.names=CONTROLLER
    listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
    log.dirs=%s
    offsets.topic.replication.factor=3
    offsets.topic.num.partitions=6
    transaction.state.log.replication.factor=3
    transaction.state.log.min.isr=2
    transaction.state.log.num.partitions=6
    share.coordinator.state.topic.replication.factor=3
    share.coordinator.state.topic.min.isr=2
    group.initial.rebalance.delay.ms=0
    group.min.session.timeout.ms=3000
    auto.create.topics.enable=false
    num.network.threads=2
    num.io.threads=4
    log.cleaner.dedupe.buffer.size=8388608
    broker.session.timeout.ms=6000
    """
        .formatted(
            id(name),
            voters,
            port(name),
            port(name) + 1,
            port(name),
            directory.resolve("data-" + name));
  }

  private static int id(String name) {
    return NAMES.indexOf(name) + 1;
  }
}
