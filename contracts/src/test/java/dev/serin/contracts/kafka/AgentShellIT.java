package dev.serin.contracts.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// An agent's consumer on a real broker.
@Timeout(900)
class AgentShellIT {
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  private final BlockingQueue<String> obeyed = new LinkedBlockingQueue<>();
  private final List<Lease> leases = new CopyOnWriteArrayList<>();

  /// What is told as soon as an agent begins.
  private List<SliEvent> toldAtOnce = List.of();

  @BeforeEach
  void freshTopics() throws InterruptedException {
    broker.deleteTopics();
    TopicCreation.ensure(broker.settings());
  }

  private AgentShell<SliCommand, SliEvent> shell(KafkaSettings settings) {
    return shell(settings, new SimpleMeterRegistry());
  }

  private AgentShell<SliCommand, SliEvent> shell(KafkaSettings settings, MeterRegistry meters) {
    return shell(settings, meters, () -> new KafkaConsumer<>(settings.consumer()));
  }

  private AgentShell<SliCommand, SliEvent> shell(
      KafkaSettings settings,
      MeterRegistry meters,
      Supplier<org.apache.kafka.clients.consumer.Consumer<String, byte[]>> recalls) {
    CommandHandler<SliCommand, SliEvent> handler =
        new CommandHandler<>() {
          @Override
          public void handle(SliCommand command, Turn turn, Consumer<SliEvent> to) {
            obeyed.add(command.head().commandId());
          }

          @Override
          public void begun(Consumer<SliEvent> to) {
            toldAtOnce.forEach(to);
          }

          @Override
          public boolean worksUnderLease() {
            return true;
          }

          @Override
          public void underLease(Lease its) {
            leases.add(its);
          }

          @Override
          public void recalled(SliCommand command, Consumer<SliEvent> to) {
            // Only what is obeyed is looked at here.
          }
        };
    return new AgentShell<>(
        "sli",
        SliCommand.class,
        handler,
        refusal -> {
          throw new AssertionError("nothing is refused here: " + refusal);
        },
        settings,
        meters,
        recalls);
  }

  private @Nullable String obeys(int number) throws Exception {
    SliCommand command =
        new SliCommand.StopWatching(
            new CommandHead("c-" + number, "r", "api", "b1", number, Instant.EPOCH), "analysis");
    write(Json.mapper().writeValueAsBytes(command));
    return obeyed.poll(60, TimeUnit.SECONDS);
  }

  private static void write(byte[] value) throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(broker.settings().producer())) {
      producer.send(new ProducerRecord<>(Topics.SLI_COMMANDS, "api", value)).get();
    }
  }

  /// Each dead letter of the commands as its value and its reason, once there is one.
  private static List<String> deadLetters() {
    List<TopicPartition> partitions =
        IntStream.range(0, Topics.PARTITIONS)
            .mapToObj(number -> new TopicPartition(Topics.deadLetters(Topics.SLI_COMMANDS), number))
            .toList();
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    List<String> letters = new ArrayList<>();
    try (var consumer = new KafkaConsumer<String, byte[]>(broker.settings().consumer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (letters.isEmpty() && System.nanoTime() < end) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record ->
                letters.add(
                    new String(record.value(), UTF_8)
                        + ": "
                        + new String(
                            record.headers().lastHeader(DeadLetters.REASON).value(), UTF_8)));
      }
    }
    return letters;
  }

  @Test
  void aPoisonedCommandIsADeadLetterOfItsTopicAndTheNextOneIsObeyed() throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    AgentShell<SliCommand, SliEvent> shell = shell(broker.settings(), meters);
    assertThat(meters.get("serin.dead.letters").tag("topic", Topics.SLI_COMMANDS).counter().count())
        .as("there from the start, so that an alarm sees the first one")
        .isZero();
    shell.start();
    try {
      write("poison".getBytes(UTF_8));

      assertThat(obeys(1)).isEqualTo("c-1");
      assertThat(deadLetters())
          .singleElement(STRING)
          .startsWith("poison: expected a JSON object, found malformed JSON");
      assertThat(meters.get("serin.dead.letters").counters())
          .singleElement()
          .satisfies(counter -> {
            assertThat(counter.getId().getTag("topic")).isEqualTo(Topics.SLI_COMMANDS);
            assertThat(counter.count()).isEqualTo(1);
          });
    } finally {
      shell.stop();
    }
  }

  /// Until then the first consumer may still read on: it learns of it by its next heartbeat.
  private static void untilAnotherHasJoined(String member) throws Exception {
    try (Admin admin = Admin.create(broker.settings().common())) {
      while (admin.describeConsumerGroups(List.of("serin-sli-agent")).all().get().values().stream()
          .flatMap(group -> group.members().stream())
          .allMatch(one -> one.consumerId().equals(member))) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
  }

  /// Its last answer refused it, and counts as an answer: it has lost its lease all the same.
  @Test
  void hearsCommandsAgainAfterTheBrokerHasTakenItsConsumerForAnother() throws Exception {
    String servers = broker.settings().bootstrapServers();
    AgentShell<SliCommand, SliEvent> shell = shell(new KafkaSettings(servers, "same", Map.of()));
    // The container numbers its consumers.
    KafkaSettings settings = new KafkaSettings(servers, "same-0", Map.of());
    shell.start();
    try {
      assertThat(obeys(1)).isEqualTo("c-1");
      Lease lease = leases.getFirst();
      int term = lease.term();
      assertThat(lease.isHeld(term)).isTrue();
      String fenced;
      try (var other = new KafkaConsumer<String, byte[]>(settings.consumer("serin-sli-agent"))) {
        other.subscribe(List.of(Topics.SLI_COMMANDS));
        while (other.assignment().isEmpty()) {
          other.poll(Duration.ofMillis(100));
        }
        fenced = other.groupMetadata().memberId();
      }
      untilAnotherHasJoined(fenced);
      assertThat(obeys(2)).isEqualTo("c-2");
      assertThat(lease.isHeld(term)).isFalse();
      assertThat(lease.isHeld(lease.term())).isTrue();
    } finally {
      shell.stop();
    }
  }

  private static final String NAMESAKE =
      "an instance id of its own: another process that hears serin.sli.commands.v1 runs as same too,"
          + " and each takes the work from the other; give each its own serin.kafka.instance-id";

  /// On its way there it may wait for something else: a recall fails where the other one comes.
  @Test
  void saysThatAnotherProcessRunsUnderItsInstanceIdWhereTheyFenceEachOtherInTurn()
      throws Exception {
    KafkaSettings same = new KafkaSettings(broker.bootstrapServers(), "same", Map.of());
    AgentShell<SliCommand, SliEvent> one = shell(same);
    AgentShell<SliCommand, SliEvent> other = shell(same);
    one.start();
    other.start();
    try {
      while (one.waitsFor().filter(NAMESAKE::equals).isEmpty()) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
      other.stop();
      assertThat(obeys(1)).isEqualTo("c-1");
    } finally {
      one.stop();
      other.stop();
    }
  }

  @Test
  void obeysNothingBeforeItHasRecalledWhatWasCommandedAndSaysThatItWaits() throws Exception {
    AtomicReference<AgentShell<SliCommand, SliEvent>> started = new AtomicReference<>();
    List<Optional<String>> waitedFor = new CopyOnWriteArrayList<>();
    List<String> obeyedBefore = new CopyOnWriteArrayList<>();
    AgentShell<SliCommand, SliEvent> shell =
        shell(
            broker.settings(),
            new SimpleMeterRegistry(),
            () -> {
              obeyedBefore.addAll(obeyed);
              waitedFor.add(started.get().waitsFor());
              if (waitedFor.size() < 3) {
                throw new KafkaException("nobody answers");
              }
              return new KafkaConsumer<>(broker.settings().consumer());
            });
    started.set(shell);
    shell.start();
    try {
      assertThat(obeys(1)).isEqualTo("c-1");
    } finally {
      shell.stop();
    }
    Optional<String> waits =
        Optional.of("the newest commands, of which nothing was read: nobody answers");
    assertThat(waitedFor).containsExactly(Optional.empty(), waits, waits);
    assertThat(obeyedBefore).isEmpty();
    assertThat(shell.waitsFor()).isEmpty();
  }

  /// What it waits for, once it waits for something.
  private static String waiting(AgentShell<SliCommand, SliEvent> shell) {
    while (shell.waitsFor().isEmpty()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    return shell.waitsFor().orElseThrow();
  }

  @Test
  void listensOnceTheBrokersNameIsFoundHoweverOftenItWasNot() throws Exception {
    AgentShell<SliCommand, SliEvent> shell = shell(NameService.of(broker.bootstrapServers()));
    NameService.knowsNothing(2);
    shell.start();
    try {
      assertThat(waiting(shell))
          .isEqualTo(
              "the broker, of which no commands are heard: Failed to create new KafkaAdminClient:"
                  + " No resolvable bootstrap urls given in bootstrap.servers");
      assertThat(obeys(1)).isEqualTo("c-1");
      assertThat(NameService.knowsAll()).isTrue();
    } finally {
      shell.stop();
    }
    assertThat(shell.waitsFor()).isEmpty();
  }

  /// The recall that fails has the consumer replaced; nobody finds the broker's name by then.
  @Test
  void listensAgainThoughItsNextConsumersCouldNotEvenBegin() throws Exception {
    KafkaSettings settings = NameService.of(broker.bootstrapServers());
    List<Optional<String>> waitedFor = new CopyOnWriteArrayList<>();
    AtomicReference<AgentShell<SliCommand, SliEvent>> started = new AtomicReference<>();
    AgentShell<SliCommand, SliEvent> shell =
        shell(
            settings,
            new SimpleMeterRegistry(),
            () -> {
              waitedFor.add(started.get().waitsFor());
              if (waitedFor.size() == 1) {
                NameService.knowsNothing(2);
                throw new KafkaException("nobody answers");
              }
              return new KafkaConsumer<>(settings.consumer());
            });
    started.set(shell);
    shell.start();
    try {
      assertThat(obeys(1)).isEqualTo("c-1");
      assertThat(NameService.knowsAll()).isTrue();
    } finally {
      shell.stop();
    }
    assertThat(waitedFor)
        .containsExactly(
            Optional.empty(),
            Optional.of(
                "the broker, of which no commands are heard: Failed to construct kafka consumer: No"
                    + " resolvable bootstrap urls given in bootstrap.servers"));
    assertThat(shell.waitsFor()).isEmpty();
  }

  /// A switch that goes off before the broker has answered for the first time.
  @Test
  void whatIsToldBeforeTheBrokerHasAnsweredIsSentOnceItDoes() throws Exception {
    CommandHead head = new CommandHead("c-9", "r", "api", "b1", 9, Instant.EPOCH);
    toldAtOnce =
        List.of(
            new SliEvent.Failed(
                head.answered(Instant.EPOCH),
                new Failure(Failure.Reason.INVALID, "one thing", "another", "", false)));
    AgentShell<SliCommand, SliEvent> shell = shell(NameService.of(broker.bootstrapServers()));
    NameService.knowsNothing(2);
    shell.start();
    try {
      assertThat(obeys(1)).isEqualTo("c-1");
      assertThat(events()).singleElement(STRING).contains("\"commandId\":\"c-9\"");
    } finally {
      shell.stop();
    }
  }

  /// What the agent has told, once there is something.
  private static List<String> events() {
    List<TopicPartition> partitions =
        IntStream.range(0, Topics.PARTITIONS)
            .mapToObj(number -> new TopicPartition(Topics.SLI_EVENTS, number))
            .toList();
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    List<String> events = new ArrayList<>();
    try (var consumer = new KafkaConsumer<String, byte[]>(broker.settings().consumer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (events.isEmpty() && System.nanoTime() < end) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> events.add(new String(record.value(), UTF_8)));
      }
    }
    return events;
  }
}
