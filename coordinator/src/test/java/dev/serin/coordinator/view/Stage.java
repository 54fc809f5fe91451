package dev.serin.coordinator.view;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.RunningBroker;
import dev.serin.contracts.kafka.TopicCreation;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/// A broker of its own with Serin's topics, and a writer that publishes as the coordinator does: an
/// event and the state after it in one transaction.
public final class Stage implements AutoCloseable {
  private final RunningBroker broker;
  private final KafkaSettings settings;
  private final KafkaProducer<String, byte[]> coordinator;
  private final KafkaProducer<String, byte[]> plain;

  public Stage() throws InterruptedException {
    LoggingSystem.get(Stage.class.getClassLoader())
        .setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
    broker = RunningBroker.start();
    settings = new KafkaSettings(broker.bootstrapServers(), null, Map.of());
    TopicCreation.ensure(settings);
    plain = new KafkaProducer<>(settings.producer());
    Map<String, Object> transactional = settings.producer();
    transactional.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "stage-" + UUID.randomUUID());
    transactional.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    transactional.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    coordinator = new KafkaProducer<>(transactional);
    coordinator.initTransactions();
  }

  public KafkaSettings settings() {
    return settings;
  }

  public void service(String json) {
    raw(Topics.SERVICES, Json.mapper().readTree(json).path("service").asString(), json);
  }

  /// One record outside of any transaction, as a console client would write it.
  public void raw(String topic, @Nullable String key, @Nullable String value) {
    var _ =
        plain.send(
            new ProducerRecord<>(
                topic, key, value == null ? null : value.getBytes(StandardCharsets.UTF_8)));
    plain.flush();
  }

  public void happened(RolloutEvent event, RolloutState after) {
    happened(List.of(event), List.of(after));
  }

  /// All in one transaction.
  public void happened(List<? extends RolloutEvent> events, List<RolloutState> states) {
    coordinator.beginTransaction();
    events.forEach(this::send);
    states.forEach(this::send);
    coordinator.commitTransaction();
  }

  /// Events that no consumer of committed records may ever see.
  public void aborted(List<? extends RolloutEvent> events) {
    coordinator.beginTransaction();
    events.forEach(this::send);
    coordinator.flush();
    coordinator.abortTransaction();
  }

  private void send(RolloutEvent event) {
    var _ =
        coordinator.send(
            new ProducerRecord<>(
                Topics.ROLLOUTS,
                null,
                event.head().service(),
                Json.mapper().writeValueAsBytes(event),
                EventHeaders.of("/serin/coordinator", event)));
  }

  private void send(RolloutState state) {
    var _ =
        coordinator.send(
            new ProducerRecord<>(
                Topics.ROLLOUT_STATES,
                null,
                state.rolloutId(),
                Json.mapper().writeValueAsBytes(state),
                EventHeaders.state(
                    "/serin/coordinator", state.rolloutId(), state.sequence(), state.updatedAt())));
  }

  /// All records of a topic that are there now, partition after partition.
  public List<ConsumerRecord<String, byte[]>> records(String topic) {
    try (Consumer<String, byte[]> consumer = Consumers.lenient(settings)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  @Override
  public void close() {
    plain.close();
    coordinator.close();
    broker.close();
  }
}
