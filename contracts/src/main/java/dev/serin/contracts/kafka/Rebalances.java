package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.Handover;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/// Hears of an agent's partitions. Whoever is given some recalls first what was commanded there.
final class Rebalances implements ConsumerAwareRebalanceListener {
  private final Handover handover;
  private final java.util.function.Consumer<Collection<TopicPartition>> recall;

  /// @param recall called with what was given, before anything of it is read
  Rebalances(Handover handover, java.util.function.Consumer<Collection<TopicPartition>> recall) {
    this.handover = handover;
    this.recall = recall;
  }

  @Override
  public void onPartitionsRevokedAfterCommit(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    handover.takenAway(numbers(partitions));
  }

  @Override
  public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    handover.takenAway(numbers(partitions));
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    handover.given(numbers(partitions));
    recall.accept(partitions);
  }

  private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }
}
