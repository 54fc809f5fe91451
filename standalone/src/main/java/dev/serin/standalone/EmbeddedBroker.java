package dev.serin.standalone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/// One KRaft broker in this process, which keeps its data over restarts.
final class EmbeddedBroker implements AutoCloseable {
  /// Names the cluster of every standalone; its data directory is what tells two apart.
  private static final String CLUSTER_ID = "c2VyaW4tc3RhbmRhbG9uZQ";

  private final KafkaRaftServer server;

  private EmbeddedBroker(KafkaRaftServer server) {
    this.server = server;
  }

  /// Starts the broker, after formatting its directory the first time.
  ///
  /// @param data where it keeps its log
  /// @param host where it listens
  /// @param port where clients connect; the next one is its controller's
  /// @throws IllegalStateException when the directory can't be used, with what to do
  static EmbeddedBroker start(Path data, String host, int port) {
    try {
      Files.createDirectories(data);
      Properties properties = properties(data, host, port);
      Path file = data.resolve("broker.properties");
      try (OutputStream out = Files.newOutputStream(file)) {
        properties.store(out, "Written at each start of serin standalone.");
      }
      format(file);
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(server);
    } catch (IOException unusable) {
      throw new UncheckedIOException(
          "expected a directory that can be written, found " + data + ": " + unusable.getMessage(),
          unusable);
    }
  }

  private static void format(Path properties) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code =
        StorageTool.execute(
            new String[] {
              "format", "--ignore-formatted", "-c", properties.toString(), "-t", CLUSTER_ID
            },
            new PrintStream(said, true, StandardCharsets.UTF_8));
    if (code != 0) {
      throw new IllegalStateException(
          "the broker's directory can't be formatted: " + said.toString(StandardCharsets.UTF_8));
    }
  }

  private static Properties properties(Path data, String host, int port) {
    Properties properties = new Properties();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@" + host + ":" + (port + 1));
    properties.put(
        "listeners",
        "PLAINTEXT://" + host + ":" + port + ",CONTROLLER://" + host + ":" + (port + 1));
    properties.put("advertised.listeners", "PLAINTEXT://" + host + ":" + port);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", data.resolve("log").toString());
    // One node: every internal topic has one replica, and few partitions start faster.
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "4");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "4");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("group.min.session.timeout.ms", "3000");
    // After kill -9 the controller lets the broker in when the session of the one before is over:
    // the default of 9 s is for machines that lose each other, and these two are one process. The
    // price: after a pause of 2 s or more the broker may be taken for gone until its next
    // heartbeat, which everybody rides out as any short absence.
    properties.put("broker.session.timeout.ms", "2000");
    properties.put("broker.heartbeat.interval.ms", "500");
    properties.put("auto.create.topics.enable", "false");
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    // The default of 128 MiB would be most of this process's memory.
    properties.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 * 1024 * 1024));
    return properties;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
