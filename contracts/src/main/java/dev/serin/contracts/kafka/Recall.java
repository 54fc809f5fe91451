package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
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

  /// How far back it looks in each partition: at the commands of the last hour, and at this many if
  /// those are fewer. The guards of many rollouts, renewed every few seconds, push no other command
  /// out of sight.
  private static final int AT_LEAST = 1_000;

  private static final Duration LOOKS_BACK = Duration.ofHours(1);

  /// Twenty rollouts at once fill an hour with 14,400 guards; of what is more, only the newest.
  private static final int AT_MOST = 30_000;

  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(6);

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
      List<C> commands = asFarAsThereIsTime(List.copyOf(partitions));
      desk.recall(commands);
      log.atInfo()
          .addKeyValue("partitions", partitions.size())
          .log("recalled {} commands", commands.size());
    } catch (KafkaException unreadable) {
      log.atWarn()
          .log("commands could not be recalled, going on without: {}", unreadable.getMessage());
    }
  }

  /// The newest ones alone, where there are too many for the time.
  private List<C> asFarAsThereIsTime(List<TopicPartition> partitions) {
    try {
      return read(partitions, AT_MOST);
    } catch (TooSlow tooMany) {
      log.atWarn().log("the commands of an hour take too long, recalling the newest of them");
      return read(partitions, AT_LEAST);
    }
  }

  private static final class TooSlow extends KafkaException {
    private static final long serialVersionUID = 1L;

    TooSlow() {
      super("not read within " + PATIENCE);
    }
  }

  private List<C> read(List<TopicPartition> partitions, int most) {
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWER);
      Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, ANSWER);
      Map<TopicPartition, Long> looksBack = looksBack(consumer, partitions);
      for (TopicPartition partition : partitions) {
        long end = ends.getOrDefault(partition, 0L);
        long start = Math.min(looksBack.getOrDefault(partition, end), end - AT_LEAST);
        consumer.seek(
            partition, Math.max(first.getOrDefault(partition, 0L), Math.max(start, end - most)));
      }
      Newest<C> commands = new Newest<>();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one, ANSWER) < ends.getOrDefault(one, 0L))) {
        if (System.nanoTime() - deadline > 0) {
          throw new TooSlow();
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (Decoded.message(record.value(), commandType) instanceof Decoded.Readable<C>(C command)
              && desk.isCredible(command)) {
            commands.add(command);
          }
        }
      }
      return commands.oldestFirst();
    }
  }

  /// Where the commands of the last hour begin; nothing of a partition that has none.
  private static Map<TopicPartition, Long> looksBack(
      Consumer<String, byte[]> consumer, List<TopicPartition> partitions) {
    long since = System.currentTimeMillis() - LOOKS_BACK.toMillis();
    Map<TopicPartition, Long> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, since));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    consumer
        .offsetsForTimes(asked, ANSWER)
        .forEach((partition, found) -> {
          if (found != null) {
            offsets.put(partition, found.offset());
          }
        });
    return offsets;
  }

  /// Commands without those that a later one stands for: a repetition for its first telling, a
  /// renewal for the one before it.
  private static final class Newest<C extends AgentCommand> {
    private final SequencedMap<List<String>, C> byName = new LinkedHashMap<>();

    void add(C command) {
      CommandHead head = command.head();
      List<String> name =
          command.renews()
              ? List.of(command.getClass().getName(), head.service(), head.rolloutId())
              : List.of(head.commandId());
      C before = byName.get(name);
      if (before == null || before.head().fence() <= head.fence()) {
        byName.putLast(name, command);
      }
    }

    List<C> oldestFirst() {
      return List.copyOf(byName.values());
    }
  }
}
