package dev.serin.simulation.service;

import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.engine.VirtualProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/// A consumer without a group, on the virtual broker: it asks, and waits in vain where the broker
/// is out of its reach.
final class VirtualConsumer extends MockConsumer<String, byte[]> {
  private static final Duration LATENCY = Duration.ofMillis(1);

  /// `max.poll.records`
  private static final int MOST = 500;

  private final VirtualProcess process;
  private final Broker broker;
  private final BooleanSupplier reached;
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  /// @param reached whether the process reaches the broker
  VirtualConsumer(VirtualProcess process, Broker broker, BooleanSupplier reached) {
    super("earliest");
    this.process = process;
    this.broker = broker;
    this.reached = reached;
  }

  private void ask(Duration timeout) {
    process.sleep(LATENCY);
    if (!reached.getAsBoolean()) {
      process.sleep(timeout);
      throw new TimeoutException("no answer within " + timeout.toMillis() + " ms");
    }
  }

  /// Where the log ends, not how far a slow fetch has come.
  @Override
  public Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    ask(timeout);
    Map<TopicPartition, Long> ends = new HashMap<>();
    partitions.forEach(it -> ends.put(it, (long) broker.entries(it.topic()).size()));
    return ends;
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    ask(timeout);
    Map<TopicPartition, Long> begins = new HashMap<>();
    partitions.forEach(it -> begins.put(it, 0L));
    return begins;
  }

  @Override
  public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
      Map<TopicPartition, Long> times, Duration timeout) {
    ask(timeout);
    Map<TopicPartition, OffsetAndTimestamp> offsets = new HashMap<>();
    times.forEach((partition, millis) ->
        broker.entries(partition.topic()).stream()
            .filter(entry -> !entry.at().isBefore(Instant.ofEpochMilli(millis)))
            .findFirst()
            .ifPresent(entry ->
                offsets.put(
                    partition, new OffsetAndTimestamp(entry.offset(), entry.at().toEpochMilli()))));
    return offsets;
  }

  @Override
  public synchronized void seek(TopicPartition partition, long offset) {
    positions.put(partition, offset);
  }

  /// Once it was sought, nobody has to be asked.
  @Override
  public synchronized long position(TopicPartition partition, Duration timeout) {
    return Objects.requireNonNull(positions.get(partition));
  }

  @Override
  public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
    process.sleep(LATENCY);
    Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> records = new HashMap<>();
    if (reached.getAsBoolean()) {
      positions.replaceAll((partition, from) -> {
        long end = Math.min(broker.visibleEnd(partition.topic()), from + MOST);
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        for (Broker.Entry entry :
            broker.entries(partition.topic()).subList(from.intValue(), (int) Math.max(from, end))) {
          found.add(
              new ConsumerRecord<>(
                  partition.topic(),
                  partition.partition(),
                  entry.offset(),
                  entry.key(),
                  entry.value()));
        }
        records.put(partition, found);
        return Math.max(from, end);
      });
    }
    if (records.values().stream().allMatch(List::isEmpty)) {
      process.sleep(timeout);
      return ConsumerRecords.empty();
    }
    return new ConsumerRecords<>(records, Map.of());
  }
}
