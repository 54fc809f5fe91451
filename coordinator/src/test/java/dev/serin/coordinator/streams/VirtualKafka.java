package dev.serin.coordinator.streams;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Limit;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The topology on virtual Kafka and virtual time.
final class VirtualKafka implements AutoCloseable {
  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private final TopologyTestDriver driver;
  private Instant now = NOON;

  /// Whether the saga may believe that it has read its input to the end.
  boolean isCaughtUp = true;

  /// The topics that it asked about.
  Set<String> watched = Set.of();

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  VirtualKafka() {
    this(Published.NOTHING, List.of());
  }

  VirtualKafka(Published published, List<Limit> limits) {
    this(published, limits, RescueSheets.NONE);
  }

  VirtualKafka(Published published, List<Limit> limits, RescueSheets rescue) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, CoordinatorStreams.APPLICATION_ID);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
    CaughtUp caughtUp =
        (partition, topics) -> {
          watched = topics;
          return isCaughtUp;
        };
    driver =
        new TopologyTestDriver(
            CoordinatorTopology.build(
                new CoordinatorMetrics(meters),
                caughtUp,
                () -> now,
                rescue,
                new LostRecords(published, 1),
                limits),
            properties,
            NOON);
  }

  /// Time passes, a tick at a time.
  void pass(Duration time) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      Duration left = Duration.between(now, until);
      Duration step = left.compareTo(SagaProcessor.TICK) < 0 ? left : SagaProcessor.TICK;
      jump(step);
    }
  }

  /// Time passes at once.
  void jump(Duration time) {
    now = now.plus(time);
    driver.advanceWallClockTime(time);
  }

  Instant now() {
    return now;
  }

  void write(String topic, @Nullable String key, byte @Nullable [] value) {
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(key == null ? null : bytes(key), value));
  }

  void write(String topic, @Nullable String key, String value) {
    write(topic, key, bytes(value));
  }

  /// What an agent answers.
  void write(AgentEvent event) {
    String topic =
        switch (event) {
          case dev.serin.contracts.haproxy.HaproxyEvent haproxy -> Topics.HAPROXY_EVENTS;
          case dev.serin.contracts.incus.IncusEvent incus -> Topics.INCUS_EVENTS;
          default -> Topics.SLI_EVENTS;
        };
    write(topic, event.head().service(), Json.mapper().writeValueAsBytes(event));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Everything that was written to a topic since the last look.
  List<TestRecord<String, byte[]>> read(String topic) {
    var output =
        driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
    List<TestRecord<String, byte[]>> records = new ArrayList<>();
    while (!output.isEmpty()) {
      records.add(output.readRecord());
    }
    return records;
  }

  /// The commands to all agents since the last look.
  List<AgentCommand> commands() {
    List<AgentCommand> commands = new ArrayList<>();
    read(Topics.HAPROXY_COMMANDS)
        .forEach(
            record -> commands.add(Json.mapper().readValue(record.value(), HaproxyCommand.class)));
    read(Topics.INCUS_COMMANDS)
        .forEach(
            record -> commands.add(Json.mapper().readValue(record.value(), IncusCommand.class)));
    read(Topics.SLI_COMMANDS)
        .forEach(record -> commands.add(Json.mapper().readValue(record.value(), SliCommand.class)));
    return commands;
  }

  /// The types of the rollout events since the last look.
  List<String> events() {
    return read(Topics.ROLLOUTS).stream()
        .map(record -> tree(record).get("type").stringValue())
        .toList();
  }

  static JsonNode tree(TestRecord<String, byte[]> record) {
    return Json.mapper().readTree(record.value());
  }

  static String header(TestRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  KeyValueStore<String, byte[]> store(String name) {
    return driver.getKeyValueStore(name);
  }

  @Override
  public void close() {
    driver.close();
  }
}
