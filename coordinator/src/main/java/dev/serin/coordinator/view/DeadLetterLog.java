package dev.serin.coordinator.view;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The dead letters of all topics, read from the broker when somebody asks.
public final class DeadLetterLog {
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int READERS = 4;

  /// The topics that have dead letters.
  public static final List<String> TOPICS =
      Topics.all().stream()
          .map(Topics.Topic::name)
          .filter(name ->
              Topics.all().stream()
                  .anyMatch(topic -> topic.name().equals(Topics.deadLetters(name))))
          .toList();

  /// What reading came to.
  public sealed interface Reading<T> {
    record Read<T>(T found) implements Reading<T> {}

    record Unreachable<T>(String why) implements Reading<T> {}

    /// Too many are reading already.
    record Busy<T>() implements Reading<T> {}
  }

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Semaphore readers = new Semaphore(READERS);

  public DeadLetterLog(KafkaSettings settings) {
    this.consumers = () -> Consumers.lenient(settings);
  }

  /// The newest ones, the newest first.
  ///
  /// @param topic only of this one; none for all
  public Reading<List<ObjectNode>> newest(@Nullable String topic, int limit) {
    return reading(consumer -> {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWER);
      Map<TopicPartition, Long> starts =
          new HashMap<>(consumer.beginningOffsets(partitions, ANSWER));
      // Each may have been sent again, and marked so.
      ends.forEach((partition, end) -> starts.merge(partition, end - 2L * limit, Math::max));
      Map<String, Instant> replayed = new HashMap<>();
      List<Line> lines = new ArrayList<>();
      read(
          consumer,
          starts,
          ends,
          letter -> {
            String marked = letter.marks();
            if (marked == null) {
              lines.add(new Line(letter.at(), letter.id().toString(), letter.line()));
            } else {
              replayed.put(marked, letter.at());
            }
          });
      lines.sort(Comparator.comparing(Line::at).reversed());
      return lines.stream().limit(limit).map(line -> line.with(replayed.get(line.id()))).toList();
    });
  }

  /// One of them, whole.
  public Reading<Optional<DeadLetter>> one(DeadLetter.Id id) {
    return reading(consumer -> {
      TopicPartition partition = new TopicPartition(Topics.deadLetters(id.topic()), id.partition());
      List<TopicPartition> only = List.of(partition);
      consumer.assign(only);
      boolean there =
          partitions(consumer, id.topic()).contains(partition)
              && consumer.beginningOffsets(only, ANSWER).getOrDefault(partition, 0L) <= id.offset()
              && consumer.endOffsets(only, ANSWER).getOrDefault(partition, 0L) > id.offset();
      List<DeadLetter> found = new ArrayList<>();
      if (there) {
        read(
            consumer,
            Map.of(partition, id.offset()),
            Map.of(partition, id.offset() + 1),
            letter -> {
              if (letter.id().equals(id) && letter.marks() == null) {
                found.add(letter);
              }
            });
      }
      return found.stream().findFirst();
    });
  }

  /// A letter in a list: what it holds is dropped as it is read, since there may be many.
  private record Line(Instant at, String id, ObjectNode json) {
    ObjectNode with(@Nullable Instant replayedAt) {
      if (replayedAt != null) {
        json.put("replayedAt", replayedAt.toString());
      }
      return json;
    }
  }

  private interface Look<T> {
    T with(Consumer<String, byte[]> consumer);
  }

  private <T> Reading<T> reading(Look<T> look) {
    if (!readers.tryAcquire()) {
      return new Reading.Busy<>();
    }
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      return new Reading.Read<>(look.with(consumer));
    } catch (KafkaException failure) {
      return new Reading.Unreachable<>(String.valueOf(failure.getMessage()));
    } finally {
      readers.release();
    }
  }

  private static List<TopicPartition> partitions(
      Consumer<String, byte[]> consumer, @Nullable String topic) {
    return (topic == null ? TOPICS : List.of(topic))
        .stream()
            .flatMap(name -> consumer.partitionsFor(Topics.deadLetters(name), ANSWER).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .collect(Collectors.toList());
  }

  private static void read(
      Consumer<String, byte[]> consumer,
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> ends,
      java.util.function.Consumer<DeadLetter> sink) {
    List<TopicPartition> partitions = List.copyOf(starts.keySet());
    starts.forEach(consumer::seek);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (partitions.stream()
        .anyMatch(one -> consumer.position(one, ANSWER) < ends.getOrDefault(one, 0L))) {
      if (System.nanoTime() - deadline > 0) {
        throw new KafkaException("the broker is too slow: not read within " + PATIENCE);
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        String topic = record.topic().substring(0, record.topic().length() - ".dlt".length());
        sink.accept(DeadLetter.of(topic, record));
      }
    }
  }
}
