package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a process that is given partitions should know before it obeys anything: the newest
/// commands there, whoever obeyed them. From them it learns the fences of its nodes, over its own
/// restart and over the end of another process, and which guards stand. Needs no disk: the broker
/// has it all. Without it nothing may be obeyed: a command that another process has outdone would
/// be, and a switch that is armed would be forgotten.
public final class Recall<C extends AgentCommand> {
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

  /// How long it reads at most, at first, and how often that is doubled: each time that it did not
  /// do, since a broker that is slow would be asked in vain for ever.
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  private static final int MOST_DOUBLINGS = 3;

  /// How long closing its consumer may take, which has left fetches with the broker. The client's
  /// own 30 s come on top of everything else, and just where the broker is slow.
  private static final Duration CLOSES = Duration.ofSeconds(5);

  /// As [#ANSWER] bounds each: where the partitions end, begin and were an hour ago; and, after the
  /// last look at the clock, how far one is read, where it has just got another leader.
  private static final int ANSWERS = 4;

  /// How long all of it takes at most, on the thread for which a rebalance waits: that has to stay
  /// below the time for which it does ([KafkaSettings#LONGEST_REBALANCE_MILLIS]).
  static final Duration LONGEST =
      ANSWER
          .multipliedBy(ANSWERS)
          .plus(PATIENCE.multipliedBy(1L << MOST_DOUBLINGS))
          .plus(POLL)
          .plus(CLOSES);

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Class<C> commandType;
  private final CommandDesk<C, ?> desk;
  private final Heard heard;
  private final Duration patience;
  private final InstantSource clock;
  private final LongSupplier nanos;

  /// How often in a row the time was too short.
  private volatile int tooShort;

  /// Is told which services there are commands of, and in which partition.
  @FunctionalInterface
  public interface Heard {
    void commanded(String service, int partition);
  }

  /// @param heard before anything is learned of a service: what is begun for it has to end with the
  ///   work there, also where no command comes any more
  /// @param clock by which an hour is an hour ago
  /// @param nanos only grows, whatever is done to the clock
  public Recall(
      Supplier<Consumer<String, byte[]>> consumers,
      Class<C> commandType,
      CommandDesk<C, ?> desk,
      Heard heard,
      InstantSource clock,
      LongSupplier nanos) {
    this(consumers, commandType, desk, heard, PATIENCE, clock, nanos);
  }

  /// @param patience how long it reads at most, at first: [#AT_LEAST] have to be read in this time
  Recall(
      Supplier<Consumer<String, byte[]>> consumers,
      Class<C> commandType,
      CommandDesk<C, ?> desk,
      Heard heard,
      Duration patience) {
    this(consumers, commandType, desk, heard, patience, InstantSource.system(), System::nanoTime);
  }

  private Recall(
      Supplier<Consumer<String, byte[]>> consumers,
      Class<C> commandType,
      CommandDesk<C, ?> desk,
      Heard heard,
      Duration patience,
      InstantSource clock,
      LongSupplier nanos) {
    this.consumers = consumers;
    this.commandType = commandType;
    this.desk = desk;
    this.heard = heard;
    this.patience = patience;
    this.clock = clock;
    this.nanos = nanos;
  }

  /// The newest are read first, and all that was read is learned at once: what is learned never has
  /// a gap.
  ///
  /// @throws KafkaException where not even the newest [#AT_LEAST] could be read; nothing was
  ///   learned
  public void of(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      desk.recall(List.of());
      return;
    }
    List<C> commands = read(List.copyOf(partitions));
    tooShort = 0;
    desk.recall(commands);
    log.atInfo()
        .addKeyValue("partitions", partitions.size())
        .log("recalled {} commands", commands.size());
  }

  private List<C> read(List<TopicPartition> partitions) {
    Consumer<String, byte[]> consumer = consumers.get();
    try {
      consumer.assign(partitions);
      List<Unread> unread = unread(consumer, partitions);
      Duration patient = patience.multipliedBy(1L << Math.min(tooShort, MOST_DOUBLINGS));
      long deadline = nanos.getAsLong() + patient.toNanos();
      Deque<List<C>> parts = new ArrayDeque<>();
      for (int size = AT_LEAST; unread.stream().anyMatch(Unread::isAny); size *= 2) {
        int newest = size;
        Optional<List<C>> part = newest(consumer, unread, newest, deadline);
        if (part.isPresent()) {
          parts.push(part.get());
        } else if (parts.isEmpty()) {
          tooShort = Math.min(tooShort + 1, MOST_DOUBLINGS);
          throw new KafkaException("the newest " + AT_LEAST + " were not read within " + patient);
        } else {
          log.atWarn().log("not all commands of an hour were read within {}", patient);
          break;
        }
        unread = unread.stream().map(it -> it.without(newest)).toList();
      }
      Newest<C> commands = new Newest<>();
      parts.forEach(part -> part.forEach(commands::add));
      return commands.oldestFirst();
    } finally {
      close(consumer);
    }
  }

  /// What was read counts, and why nothing could be: not how the consumer ends.
  private static void close(Consumer<?, ?> consumer) {
    try {
      consumer.close(CloseOptions.timeout(CLOSES));
    } catch (KafkaException failed) {
      log.atWarn().setCause(failed).log("a consumer that has recalled did not close");
    }
  }

  /// What is to be read of a partition still.
  ///
  /// @param from the first offset
  /// @param until the offset after the last one
  private record Unread(TopicPartition partition, long from, long until) {
    boolean isAny() {
      return from < until;
    }

    /// Where its newest ones begin.
    long newest(int size) {
      return Math.max(from, until - size);
    }

    Unread without(int size) {
      return new Unread(partition, from, newest(size));
    }

    boolean has(ConsumerRecord<?, ?> found) {
      return found.partition() == partition.partition()
          && found.topic().equals(partition.topic())
          && found.offset() < until;
    }
  }

  /// The newest credible commands of what is unread, in their order; none where the time is over.
  private Optional<List<C>> newest(
      Consumer<String, byte[]> consumer, List<Unread> unread, int size, long deadline) {
    unread.forEach(it -> consumer.seek(it.partition(), it.newest(size)));
    Newest<C> commands = new Newest<>();
    while (unread.stream().anyMatch(it -> consumer.position(it.partition(), ANSWER) < it.until())) {
      if (nanos.getAsLong() - deadline > 0) {
        return Optional.empty();
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        if (unread.stream().anyMatch(it -> it.has(record))
            && Decoded.message(record.value(), commandType)
                instanceof Decoded.Readable<C>(C command)
            && desk.isCredible(command)) {
          heard.commanded(command.head().service(), record.partition());
          commands.add(command);
        }
      }
    }
    return Optional.of(commands.oldestFirst());
  }

  private List<Unread> unread(Consumer<String, byte[]> consumer, List<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWER);
    Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, ANSWER);
    Map<TopicPartition, Long> hour = looksBack(consumer, partitions);
    List<Unread> unread = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      long end = ends.getOrDefault(partition, 0L);
      long start = Math.min(hour.getOrDefault(partition, end), end - AT_LEAST);
      long oldest = Math.max(first.getOrDefault(partition, 0L), Math.max(start, end - AT_MOST));
      unread.add(new Unread(partition, oldest, end));
    }
    return unread;
  }

  /// Where the commands of the last hour begin; nothing of a partition that has none.
  private Map<TopicPartition, Long> looksBack(
      Consumer<String, byte[]> consumer, List<TopicPartition> partitions) {
    long since = clock.millis() - LOOKS_BACK.toMillis();
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
