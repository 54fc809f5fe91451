package dev.serin.coordinator.streams;

import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Whether a task has read its input to the end. Deadlines expire only then: after an outage the
/// answers that wait in the broker are older than the clock.
public interface CaughtUp {
  boolean isAtEnd(int partition, Set<String> topics);

  /// Asks the Streams thread's own consumer what it knows; to be called on that thread.
  final class ByLag implements CaughtUp {
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    void watch(Consumer<byte[], byte[]> main) {
      consumer = main;
    }

    @Override
    public boolean isAtEnd(int partition, Set<String> topics) {
      Consumer<byte[], byte[]> main = consumer;
      if (main == null) {
        return false;
      }
      for (TopicPartition assigned : main.assignment()) {
        if (assigned.partition() == partition && topics.contains(assigned.topic())) {
          OptionalLong lag = main.currentLag(assigned);
          if (lag.isEmpty() || lag.getAsLong() > 0) {
            return false;
          }
        }
      }
      return true;
    }
  }
}
