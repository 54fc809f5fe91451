package dev.serin.coordinator.view;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/// The events of one rollout, read from `serin.rollouts.v1` when somebody asks.
///
/// 1. The partition is the one that a Kafka producer chooses for the service's name.
/// 2. Reading begins at the time of the request, a minute earlier for clocks that differ; if the
///    rollout's first event is not found from there on, at the partition's beginning.
/// 3. It ends with the newest event that the rollout's state has, or at the partition's end.
public final class EventLog {
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /// How many may read at once.
  private static final int READERS = 8;

  /// What reading came to.
  public sealed interface Reading {
    /// The rollout's story.
    ///
    /// @param events each event's value word for word, in the order of their sequence numbers
    record Read(List<String> events) implements Reading {}

    record Unreachable(String why) implements Reading {}

    /// Too many are reading already.
    record Busy() implements Reading {}
  }

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Semaphore readers = new Semaphore(READERS);

  public EventLog(KafkaSettings settings) {
    this(() -> Consumers.lenient(settings));
  }

  EventLog(Supplier<Consumer<String, byte[]>> consumers) {
    this.consumers = consumers;
  }

  public Reading read(RolloutRow rollout) {
    if (!readers.tryAcquire()) {
      return new Reading.Busy();
    }
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      TopicPartition partition = partition(consumer, rollout.service());
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition), ANSWER).getOrDefault(partition, 0L);
      Map<Long, String> events =
          readFrom(
              consumer, partition, about(consumer, partition, rollout.queuedAt()), end, rollout);
      if (!events.containsKey(1L)) {
        long beginning =
            consumer.beginningOffsets(List.of(partition), ANSWER).getOrDefault(partition, 0L);
        events = readFrom(consumer, partition, beginning, end, rollout);
      }
      return new Reading.Read(List.copyOf(events.values()));
    } catch (KafkaException failure) {
      return new Reading.Unreachable(String.valueOf(failure.getMessage()));
    } finally {
      readers.release();
    }
  }

  private static TopicPartition partition(Consumer<String, byte[]> consumer, String service) {
    int partitions = consumer.partitionsFor(Topics.ROLLOUTS, ANSWER).size();
    if (partitions == 0) {
      throw new KafkaException("the topic " + Topics.ROLLOUTS + " is not there");
    }
    byte[] key = service.getBytes(StandardCharsets.UTF_8);
    return new TopicPartition(Topics.ROLLOUTS, Utils.toPositive(Utils.murmur2(key)) % partitions);
  }

  private static long about(
      Consumer<String, byte[]> consumer, TopicPartition partition, Instant queuedAt) {
    OffsetAndTimestamp found =
        consumer
            .offsetsForTimes(
                Map.of(partition, queuedAt.minus(CLOCKS_DIFFER).toEpochMilli()), ANSWER)
            .get(partition);
    return found == null ? 0 : found.offset();
  }

  private static Map<Long, String> readFrom(
      Consumer<String, byte[]> consumer,
      TopicPartition partition,
      long start,
      long end,
      RolloutRow rollout) {
    Map<Long, String> events = new TreeMap<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    consumer.seek(partition, start);
    while (consumer.position(partition) < end) {
      if (System.nanoTime() - deadline > 0) {
        throw new KafkaException("the broker is too slow: not read within " + PATIENCE);
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        LoggedEvent.of(record)
            .filter(event -> event.rolloutId().equals(rollout.rolloutId()))
            .ifPresent(event -> events.putIfAbsent(event.sequence(), event.json()));
      }
      if (isWhole(events, rollout)) {
        break;
      }
    }
    return events;
  }

  /// Whether nothing is missing that the state has. A rollout that goes on may have more by now.
  private static boolean isWhole(Map<Long, String> events, RolloutRow rollout) {
    return rollout.phase().isOver() && events.containsKey(rollout.sequence());
  }
}
