package dev.serin.lab.cluster;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import tools.jackson.databind.JsonNode;

/// The events of rollouts, as a dashboard reads them: committed ones, in order, from the beginning.
public final class Story implements AutoCloseable {
  private final KafkaConsumer<String, byte[]> consumer;
  private final List<JsonNode> events = new ArrayList<>();

  public Story() {
    this(SerinCluster.BOOTSTRAP);
  }

  /// @param bootstrap where the brokers are
  public Story(String bootstrap) {
    consumer = new KafkaConsumer<>(new KafkaSettings(bootstrap, null, Map.of()).consumer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      partitions.add(new TopicPartition(Topics.ROLLOUTS, partition));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /// The first event of a rollout that fits; waits for it.
  public JsonNode await(String rolloutId, Duration within, Predicate<JsonNode> fits) {
    long end = System.nanoTime() + within.toNanos();
    int seen = 0;
    while (true) {
      for (; seen < events.size(); seen++) {
        JsonNode event = events.get(seen);
        if (text(event, "rolloutId").equals(rolloutId) && fits.test(event)) {
          return event;
        }
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "expected an event within "
                + within
                + ", found of "
                + rolloutId
                + ": "
                + withReasons(rolloutId));
      }
      read();
    }
  }

  private void read() {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(20))) {
      events.add(Json.mapper().readTree(record.value()));
    }
  }

  /// The first event of any rollout, told at `from` or later, that fits; none where it did not
  /// come.
  public Optional<JsonNode> firstSince(Instant from, Duration within, Predicate<JsonNode> fits) {
    long end = System.nanoTime() + within.toNanos();
    int seen = 0;
    while (System.nanoTime() < end) {
      for (; seen < events.size(); seen++) {
        JsonNode event = events.get(seen);
        if (!Instant.parse(text(event, "at")).isBefore(from) && fits.test(event)) {
          return Optional.of(event);
        }
      }
      read();
    }
    return Optional.empty();
  }

  /// Every event that is on the topic now.
  public List<JsonNode> toTheEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(it -> consumer.position(it.getKey()) < it.getValue())) {
      read();
    }
    return List.copyOf(events);
  }

  /// How many records each topic of dead letters has, where it has any.
  public Map<String, Long> deadLetters() {
    List<TopicPartition> partitions =
        consumer.listTopics().values().stream()
            .flatMap(List::stream)
            .filter(it -> it.topic().endsWith(Topics.deadLetters("")))
            .map(it -> new TopicPartition(it.topic(), it.partition()))
            .toList();
    Map<String, Long> letters = new TreeMap<>();
    consumer
        .endOffsets(partitions)
        .forEach((partition, end) -> {
          if (end > 0) {
            letters.merge(partition.topic(), end, Long::sum);
          }
        });
    return letters;
  }

  /// The beginning of a step, on whichever node comes first.
  public JsonNode awaitStep(String rolloutId, String step, Duration within) {
    return await(
        rolloutId,
        within,
        event -> text(event, "type").equals("step-started") && text(event, "step").equals(step));
  }

  /// The event that a rollout ended with.
  public JsonNode awaitEnd(String rolloutId, Duration within) {
    return await(rolloutId, within, Story::isEnd);
  }

  /// Whether nothing follows it.
  public static boolean isEnd(JsonNode event) {
    return List.of("COMPLETED", "ROLLED_BACK", "REJECTED", "HALTED", "ROLLBACK_FAILED")
        .contains(text(event, "phase"));
  }

  /// All events of a rollout that were read so far.
  public List<JsonNode> of(String rolloutId) {
    return events.stream().filter(event -> text(event, "rolloutId").equals(rolloutId)).toList();
  }

  /// Types and steps, one a line, probes left out: their number depends on the clock.
  public List<String> told(String rolloutId) {
    return of(rolloutId).stream()
        .filter(event -> !text(event, "type").equals("sli-probed"))
        .map(event ->
            (text(event, "type") + " " + text(event, "step") + " " + text(event, "node")).strip())
        .toList();
  }

  /// As [#told], and why, where something failed or stopped.
  private List<String> withReasons(String rolloutId) {
    return of(rolloutId).stream()
        .filter(event -> !text(event, "type").equals("sli-probed"))
        .map(event -> {
          String type = text(event, "type");
          String why =
              type.endsWith("-failed") || type.equals("rollout-paused") || isEnd(event)
                  ? "(" + text(event, "why") + ")"
                  : "";
          return String.join(" ", type, text(event, "step"), text(event, "node"), why).strip();
        })
        .toList();
  }

  public static String text(JsonNode event, String field) {
    JsonNode value = event.get(field);
    return value == null || value.isNull() ? "" : value.asString();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
