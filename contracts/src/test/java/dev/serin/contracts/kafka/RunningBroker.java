package dev.serin.contracts.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/// A broker for tests: the one that a JVM's tests share through [KafkaBroker], or one of a
/// fixture's own.
public sealed interface RunningBroker extends AutoCloseable {
  String bootstrapServers();

  @Override
  void close();

  /// Decides where the broker comes from, says so in one line, and starts it.
  static RunningBroker start() {
    // The same version as the client's, as Spring Boot manages it.
    String image = "apache/kafka:" + AppInfoParser.getVersion();
    long begin = System.nanoTime();
    DockerImages.Answer docker = DockerImages.forContainer(image);
    RunningBroker started = docker.there() ? Container.start(image) : Embedded.start();
    System.out.printf(
        "Kafka for the tests: %s at %s, ready in %d ms, since %s%n",
        docker.there() ? "Testcontainers, " + image : "embedded KRaft broker",
        started.bootstrapServers(),
        (System.nanoTime() - begin) / 1_000_000,
        docker.why());
    return started;
  }

  /// What both have in common: one node that keeps the transaction log by itself, and makes no
  /// topic that nobody asked for. Other values hang the first transaction for ever.
  static Map<String, String> configuration() {
    Map<String, String> configuration = new HashMap<>();
    configuration.put("auto.create.topics.enable", "false");
    configuration.put("offsets.topic.replication.factor", "1");
    configuration.put("offsets.topic.num.partitions", "4");
    configuration.put("transaction.state.log.replication.factor", "1");
    configuration.put("transaction.state.log.min.isr", "1");
    configuration.put("transaction.state.log.num.partitions", "4");
    configuration.put("group.initial.rebalance.delay.ms", "0");
    return configuration;
  }

  /// In this JVM.
  record Embedded(EmbeddedKafkaKraftBroker broker) implements RunningBroker {
    static Embedded start() {
      return start(configuration());
    }

    private static Embedded start(Map<String, String> configuration) {
      EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
      broker.brokerProperties(configuration);
      broker.afterPropertiesSet();
      return new Embedded(broker);
    }

    /// One that sends every client to this address, whatever it was reached by first.
    static Embedded behind(String address) {
      Map<String, String> configuration = configuration();
      configuration.put("advertised.listeners", "EXTERNAL://" + address);
      return start(configuration);
    }

    @Override
    public String bootstrapServers() {
      return broker.getBrokersAsString();
    }

    @Override
    public void close() {
      broker.destroy();
    }
  }

  /// In a container.
  record Container(KafkaContainer container) implements RunningBroker {
    static Container start(String image) {
      KafkaContainer container = new KafkaContainer(DockerImageName.parse(image));
      configuration()
          .forEach((name, value) ->
              container.withEnv(
                  "KAFKA_" + name.replace('.', '_').toUpperCase(java.util.Locale.ROOT), value));
      container.start();
      return new Container(container);
    }

    @Override
    public String bootstrapServers() {
      return container.getBootstrapServers();
    }

    @Override
    public void close() {
      container.stop();
    }
  }
}
