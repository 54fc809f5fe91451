package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.CommandDesk;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;

/// What becomes of an agent's work when its partitions go to another process:
/// 1. once they are taken away, commands under way end: the coordinator asks their new owner;
/// 2. once it is known that they have not come back, guards and analyses end too. Not before: a
///    broker that was away takes everything from everybody for a moment, and a dead man's switch
///    has to outlive that;
/// 3. whoever is given partitions recalls first what was commanded there.
final class Handover implements ConsumerAwareRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(Handover.class);

  private final CommandDesk<?, ?> desk;
  private final Map<String, Integer> services;
  private final Set<Integer> gone = new HashSet<>();
  private final java.util.function.Consumer<Collection<TopicPartition>> recall;

  /// @param services each service that commands have come for, with its partition
  /// @param recall called with what was given, before anything of it is read
  Handover(
      CommandDesk<?, ?> desk,
      Map<String, Integer> services,
      java.util.function.Consumer<Collection<TopicPartition>> recall) {
    this.desk = desk;
    this.services = services;
    this.recall = recall;
  }

  @Override
  public void onPartitionsRevokedAfterCommit(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    takenAway(partitions);
  }

  @Override
  public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    takenAway(partitions);
  }

  private synchronized void takenAway(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      gone.add(partition.partition());
      services.forEach((service, its) -> {
        if (its == partition.partition()) {
          desk.suspend(service);
        }
      });
    }
  }

  @Override
  public synchronized void onPartitionsAssigned(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> gone.remove(partition.partition()));
    services.forEach((service, partition) -> {
      if (gone.contains(partition) && services.remove(service, partition)) {
        log.atInfo()
            .addKeyValue("service", service)
            .log("another process has this service's work from now on");
        desk.release(service);
      }
    });
    gone.clear();
    recall.accept(partitions);
  }
}
