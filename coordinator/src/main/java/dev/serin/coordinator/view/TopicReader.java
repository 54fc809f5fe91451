package dev.serin.coordinator.view;

import dev.serin.contracts.agent.BackOff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads all partitions of some topics for ever, on a thread of its own, and hands every record on.
/// A broker that is away, or topics that are not there yet, are waited for; what was read until
/// then stays valid. A platform thread, since a consumer's wait would hold a carrier thread.
final class TopicReader {
  private static final Logger log = LoggerFactory.getLogger(TopicReader.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final BackOff BETWEEN_ATTEMPTS =
      new BackOff(Duration.ofMillis(500), Duration.ofSeconds(1));

  /// Where the records go. Called by the reader's thread alone.
  interface Sink {
    /// What was read before is void: records from these offsets on follow. This is the first call,
    /// and the one after a topic was truncated or made anew.
    void restarted(Map<TopicPartition, Long> positions);

    /// Records in the order of each partition, possibly none.
    ///
    /// @param positions the offset of each partition's next record
    /// @param caughtUp whether everything was read that was there at the start
    void read(
        List<ConsumerRecord<String, byte[]>> records,
        Map<TopicPartition, Long> positions,
        boolean caughtUp);
  }

  /// Where reading begins.
  interface Start {
    Start BEGINNING = (consumer, partitions) -> consumer.beginningOffsets(partitions, ANSWER);

    /// So many records of each partition before its end.
    static Start last(int records) {
      return (consumer, partitions) -> {
        Map<TopicPartition, Long> starts =
            new HashMap<>(consumer.beginningOffsets(partitions, ANSWER));
        consumer
            .endOffsets(partitions, ANSWER)
            .forEach((partition, end) -> starts.merge(partition, end - records, Math::max));
        return starts;
      };
    }

    Map<TopicPartition, Long> offsets(
        Consumer<String, byte[]> consumer, Collection<TopicPartition> partitions);
  }

  private final List<String> topics;
  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Start start;
  private final Sink sink;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Consumer<String, byte[]> open;

  /// The offset of each partition's next record; empty before the first start.
  private Map<TopicPartition, Long> positions = Map.of();

  /// In a row, since something was read.
  private int failures;

  /// What must be read before the sink is caught up.
  private Map<TopicPartition, Long> ends = Map.of();

  TopicReader(
      String name,
      List<String> topics,
      Supplier<Consumer<String, byte[]>> consumers,
      Start start,
      Sink sink) {
    this.topics = topics;
    this.consumers = consumers;
    this.start = start;
    this.sink = sink;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Whether it still reads: false before the start, after the stop, and after a bug ended it.
  boolean isAlive() {
    return thread.isAlive();
  }

  void stop() {
    stopped.countDown();
    Consumer<String, byte[]> consumer = open;
    if (consumer != null) {
      consumer.wakeup();
    }
    boolean interrupted = false;
    try {
      thread.join(ANSWER.plusSeconds(1));
    } catch (InterruptedException interruption) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  private void run() {
    try {
      while (!isStopped()) {
        try (Consumer<String, byte[]> consumer = consumers.get()) {
          open = consumer;
          readFor(consumer);
        } catch (OffsetOutOfRangeException truncated) {
          log.warn("{}: reads anew: {}", thread.getName(), truncated.getMessage());
          positions = Map.of();
        } catch (WakeupException stop) {
          log.debug("{}: stops", thread.getName());
        } catch (KafkaException failure) {
          log.warn("{}: tries again: {}", thread.getName(), failure.toString());
        } finally {
          open = null;
        }
        pause();
      }
    } catch (InterruptedException stop) {
      log.debug("{}: stops", thread.getName());
    }
  }

  private void pause() throws InterruptedException {
    failures++;
    Duration pause = BETWEEN_ATTEMPTS.pause(failures, thread.getName(), System.nanoTime());
    boolean _ = stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void readFor(Consumer<String, byte[]> consumer) {
    List<TopicPartition> partitions = partitions(consumer);
    if (partitions.isEmpty()) {
      return;
    }
    consumer.assign(partitions);
    if (positions.isEmpty()) {
      Map<TopicPartition, Long> starts = start.offsets(consumer, partitions);
      ends = Map.copyOf(consumer.endOffsets(partitions, ANSWER));
      sink.restarted(Map.copyOf(starts));
      positions = Map.copyOf(starts);
    }
    positions.forEach(consumer::seek);
    while (!isStopped()) {
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      consumer.poll(POLL).forEach(records::add);
      Map<TopicPartition, Long> next = new HashMap<>();
      partitions.forEach(partition -> next.put(partition, consumer.position(partition, ANSWER)));
      positions = Map.copyOf(next);
      failures = 0;
      sink.read(
          records,
          positions,
          ends.entrySet().stream()
              .allMatch(end -> next.getOrDefault(end.getKey(), -1L) >= end.getValue()));
    }
  }

  /// All partitions of all topics; none while one of the topics is missing.
  private List<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      List<PartitionInfo> of = consumer.partitionsFor(topic, ANSWER);
      if (of == null || of.isEmpty()) {
        log.debug("{}: waits for the topic {}", thread.getName(), topic);
        return List.of();
      }
      of.forEach(one -> partitions.add(new TopicPartition(topic, one.partition())));
    }
    return partitions;
  }
}
