package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.Handover;
import java.util.Collection;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/// Hears of an agent's partitions. Whoever is given some recalls first what was commanded there;
/// where that fails, nothing of them is read.
final class Rebalances implements ConsumerAwareRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(Rebalances.class);

  private final Handover handover;
  private final Consumer<? super org.apache.kafka.clients.consumer.Consumer<?, ?>> joined;
  private final Consumer<? super org.apache.kafka.clients.consumer.Consumer<?, ?>> lost;
  private final Recalling recalling;

  /// What is recalled, and who hears how that went.
  interface Recalling {
    /// Called with what was given, before anything of it is read.
    ///
    /// @throws KafkaException where it could not be recalled
    void recall(Collection<TopicPartition> partitions);

    /// What was given stays unread. It returns at once; the consumer is to begin anew.
    void notRecalled(RuntimeException why);
  }

  /// @param joined called with a consumer that has just been given what is its own
  /// @param lost called with one whose place in the group is another's, or nobody's
  Rebalances(
      Handover handover,
      Consumer<? super org.apache.kafka.clients.consumer.Consumer<?, ?>> joined,
      Consumer<? super org.apache.kafka.clients.consumer.Consumer<?, ?>> lost,
      Recalling recalling) {
    this.handover = handover;
    this.joined = joined;
    this.lost = lost;
    this.recalling = recalling;
  }

  @Override
  public void onPartitionsRevokedAfterCommit(
      org.apache.kafka.clients.consumer.Consumer<?, ?> consumer,
      Collection<TopicPartition> partitions) {
    handover.takenAway(numbers(partitions));
  }

  @Override
  public void onPartitionsLost(
      org.apache.kafka.clients.consumer.Consumer<?, ?> consumer,
      Collection<TopicPartition> partitions) {
    lost.accept(consumer);
    handover.takenAway(numbers(partitions));
    log.atWarn()
        .addKeyValue("partitions", partitions.size())
        .log(
            "the group has given this process's work to another, or to nobody: what is under way"
                + " ends before its next effect");
  }

  @Override
  public void onPartitionsAssigned(
      org.apache.kafka.clients.consumer.Consumer<?, ?> consumer,
      Collection<TopicPartition> partitions) {
    try {
      joined.accept(consumer);
      handover.given(numbers(partitions));
      recalling.recall(partitions);
    } catch (RuntimeException why) {
      // Thrown on, it would end this poll alone: the client takes its partitions for given then,
      // and the next poll reads them.
      consumer.pause(partitions);
      recalling.notRecalled(why);
    }
  }

  static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }
}
