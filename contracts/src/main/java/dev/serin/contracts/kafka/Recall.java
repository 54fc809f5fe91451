package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandDesk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a process that is given partitions should know before it obeys anything: the newest
/// commands there, whoever obeyed them. From them it learns the fences of its nodes, over its own
/// restart and over the end of another process, and which guards stand. Needs no disk: the broker
/// has it all.
final class Recall<C extends AgentCommand> {
  private static final Logger log = LoggerFactory.getLogger(Recall.class);

  /// How far back it looks in each partition. A standing guard is renewed every few seconds, so it
  /// is among the newest ones.
  private static final int RECORDS = 1_000;

  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Class<C> commandType;
  private final CommandDesk<C, ?> desk;

  Recall(KafkaSettings settings, Class<C> commandType, CommandDesk<C, ?> desk) {
    this(() -> new KafkaConsumer<>(settings.consumer()), commandType, desk);
  }

  Recall(
      Supplier<Consumer<String, byte[]>> consumers, Class<C> commandType, CommandDesk<C, ?> desk) {
    this.consumers = consumers;
    this.commandType = commandType;
    this.desk = desk;
  }

  /// All of it is read first, and then learned at once: half of it would be worse than none.
  void of(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    try {
      List<C> commands = read(List.copyOf(partitions));
      desk.recall(commands);
      log.atInfo()
          .addKeyValue("partitions", partitions.size())
          .log("recalled {} commands", commands.size());
    } catch (KafkaException unreadable) {
      log.atWarn()
          .log("commands could not be recalled, going on without: {}", unreadable.getMessage());
    }
  }

  private List<C> read(List<TopicPartition> partitions) {
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWER);
      Map<TopicPartition, Long> starts =
          new HashMap<>(consumer.beginningOffsets(partitions, ANSWER));
      ends.forEach((partition, end) -> starts.merge(partition, end - RECORDS, Math::max));
      starts.forEach(consumer::seek);
      List<C> commands = new ArrayList<>();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one, ANSWER) < ends.getOrDefault(one, 0L))) {
        if (System.nanoTime() - deadline > 0) {
          throw new KafkaException("not read within " + PATIENCE);
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (Decoded.message(record.value(), commandType)
              instanceof Decoded.Readable<C>(C command)) {
            commands.add(command);
          }
        }
      }
      return commands;
    }
  }
}
