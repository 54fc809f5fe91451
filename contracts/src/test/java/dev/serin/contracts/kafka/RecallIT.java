package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a process learns from the commands that were given before it had the work, on a real
/// broker.
@Timeout(900)
class RecallIT {
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  private final List<String> recalled = new ArrayList<>();
  private final Set<String> heard = new TreeSet<>();
  private final List<SliEvent> answers = new ArrayList<>();
  private final CommandHandler<SliCommand, SliEvent> handler =
      new CommandHandler<>() {
        @Override
        public void handle(
            SliCommand command, Turn turn, java.util.function.Consumer<SliEvent> to) {
          throw new AssertionError("nothing is obeyed here");
        }

        @Override
        public void recalled(SliCommand command, java.util.function.Consumer<SliEvent> to) {
          recalled.add(command.head().commandId());
        }
      };

  @BeforeEach
  void freshTopics() throws InterruptedException {
    broker.deleteTopics();
    TopicCreation.ensure(broker.settings());
  }

  private static SliCommand command(int number) {
    return new SliCommand.StopWatching(
        new CommandHead("c-" + number, "r", "api", "b1", number, Instant.EPOCH), "analysis");
  }

  private static SliCommand renewal(int number) {
    return new SliCommand.WatchSlis(
        new CommandHead("w-" + number, "r", "api", null, number, Instant.EPOCH),
        "analysis",
        Instant.EPOCH,
        Duration.ofSeconds(30),
        1,
        120,
        Instant.EPOCH.plusSeconds(60),
        List.of());
  }

  @Test
  void renewalsPushNothingElseOutOfSightAndOnlyTheNewestOfThemCounts() throws Exception {
    oneCommandBeforeManyRenewals();

    recall(0);

    assertThat(recalled).containsExactly("c-5", "w-3000");
    isRefusedBelow(5);
  }

  /// The command of fence 4 that [#recall] gives afterwards.
  private void isRefusedBelow(long fence) {
    assertThat(answers)
        .singleElement()
        .isInstanceOfSatisfying(
            SliEvent.Failed.class,
            refused ->
                assertThat(refused.failure().sentence())
                    .contains("fence " + fence + " or more for b1, found fence 4"));
  }

  private static void oneCommandBeforeManyRenewals() {
    try (var producer = new KafkaProducer<String, byte[]>(broker.settings().producer())) {
      var _ = producer.send(record(0, Json.mapper().writeValueAsBytes(command(5))));
      for (int number = 1; number <= 3_000; number++) {
        var _ = producer.send(record(0, Json.mapper().writeValueAsBytes(renewal(number))));
      }
      var _ = producer.send(record(0, Json.mapper().writeValueAsBytes(renewal(2))));
    }
  }

  /// A broker that hands out the newest thousand at once and nothing that is older.
  private static Consumer<String, byte[]> slow() {
    return new KafkaConsumer<>(broker.settings().consumer()) {
      @Override
      public ConsumerRecords<String, byte[]> poll(Duration timeout) {
        if (position(partitions(0).getFirst()) < 2_002) {
          LockSupport.parkNanos(timeout.toNanos());
          return ConsumerRecords.empty();
        }
        return super.poll(timeout);
      }
    };
  }

  @Test
  void whatIsNotReadInTimeIsTheOldest() {
    oneCommandBeforeManyRenewals();

    recall(RecallIT::slow, Duration.ofSeconds(10), 0);

    assertThat(recalled).containsExactly("w-3000");
  }

  /// Whoever obeyed it would obey nobody else any more.
  @Test
  void aFenceFromTheFarFutureIsNotLearned() {
    CommandHead far =
        new CommandHead(
            "c-far",
            "r",
            "api",
            "b1",
            Instant.now().plus(Duration.ofHours(2)).toEpochMilli(),
            Instant.EPOCH);
    try (var producer = new KafkaProducer<String, byte[]>(broker.settings().producer())) {
      var _ = producer.send(record(0, Json.mapper().writeValueAsBytes(command(5))));
      var _ =
          producer.send(
              record(
                  0,
                  Json.mapper().writeValueAsBytes(new SliCommand.StopWatching(far, "analysis"))));
    }

    recall(0);

    assertThat(recalled).containsExactly("c-5");
    isRefusedBelow(5);
  }

  private static void write(int partition, int from, int to) throws Exception {
    Map<String, Object> transactional = broker.settings().producer();
    transactional.put("transactional.id", "recall-it");
    try (var producer = new KafkaProducer<String, byte[]>(transactional)) {
      producer.initTransactions();
      for (int number = from; number <= to; number++) {
        producer.beginTransaction();
        var _ = producer.send(record(partition, Json.mapper().writeValueAsBytes(command(number))));
        if (number == from) {
          var _ = producer.send(record(partition, "nonsense".getBytes(StandardCharsets.UTF_8)));
        }
        producer.commitTransaction();
      }
      producer.beginTransaction();
      var _ = producer.send(record(partition, Json.mapper().writeValueAsBytes(command(1_000_000))));
      producer.flush();
      producer.abortTransaction();
    }
  }

  private static ProducerRecord<String, byte[]> record(int partition, byte[] value) {
    return new ProducerRecord<>(Topics.SLI_COMMANDS, partition, "api", value);
  }

  private static List<TopicPartition> partitions(int... numbers) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int number : numbers) {
      partitions.add(new TopicPartition(Topics.SLI_COMMANDS, number));
    }
    return partitions;
  }

  private void recall(int... partitions) {
    recall(
        () -> new KafkaConsumer<>(broker.settings().consumer()),
        Duration.ofMinutes(10),
        partitions);
  }

  private void recall(
      Supplier<Consumer<String, byte[]>> consumers, Duration patience, int... partitions) {
    try (CommandDesk<SliCommand, SliEvent> desk =
        new CommandDesk<>(
            handler,
            refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
            answers::add,
            Clock.systemUTC(),
            Lease.unlimited())) {
      new Recall<>(
              consumers,
              SliCommand.class,
              desk,
              (service, partition) -> heard.add(service + " in " + partition),
              patience)
          .of(partitions(partitions));
      desk.accept(command(4));
    }
  }

  @Test
  void learnsFencesAndWhatStandsFromCommittedCommandsOnly() throws Exception {
    write(1, 3, 9);

    recall(0, 1, 2);

    assertThat(recalled).containsExactly("c-3", "c-4", "c-5", "c-6", "c-7", "c-8", "c-9");
    isRefusedBelow(9);
    assertThat(heard)
        .as("whose work it is, and where: it ends with that partition")
        .containsExactly("api in 1");
  }

  @Test
  void isNotDoneWhereTheBrokerDoesNotAnswer() {
    KafkaSettings nobody =
        new KafkaSettings("127.0.0.1:1", null, Map.of("default.api.timeout.ms", "2000"));

    assertThatThrownBy(
            () -> recall(() -> new KafkaConsumer<>(nobody.consumer()), Duration.ofSeconds(10), 0))
        .isInstanceOf(TimeoutException.class);

    assertThat(recalled).isEmpty();
  }

  /// A broker that has something, and hands out nothing.
  private static Consumer<String, byte[]> idle() {
    return new KafkaConsumer<>(broker.settings().consumer()) {
      @Override
      public ConsumerRecords<String, byte[]> poll(Duration timeout) {
        LockSupport.parkNanos(timeout.toNanos());
        return ConsumerRecords.empty();
      }
    };
  }

  @Test
  void isNotDoneWhereNotEvenTheNewestAreReadInTime() {
    oneCommandBeforeManyRenewals();

    assertThatThrownBy(() -> recall(RecallIT::idle, Duration.ofMillis(500), 0))
        .isInstanceOf(KafkaException.class)
        .hasMessage("the newest 1000 were not read within PT0.5S");

    assertThat(recalled).isEmpty();
  }
}
