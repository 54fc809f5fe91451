package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
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

  @BeforeEach
  void freshTopics() throws InterruptedException {
    broker.deleteTopics();
    TopicCreation.ensure(broker.settings());
  }

  private AgentShell<SliCommand, SliEvent> shell(KafkaSettings settings) {
    CommandHandler<SliCommand, SliEvent> handler =
        new CommandHandler<>() {
          @Override
          public void handle(SliCommand command, Turn turn, Consumer<SliEvent> to) {
            obeyed.add(command.head().commandId());
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
        new SimpleMeterRegistry());
  }

  private @Nullable String obeys(int number) throws Exception {
    SliCommand command =
        new SliCommand.StopWatching(
            new CommandHead("c-" + number, "r", "api", "b1", number, Instant.EPOCH), "analysis");
    try (var producer = new KafkaProducer<String, byte[]>(broker.settings().producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.SLI_COMMANDS, "api", Json.mapper().writeValueAsBytes(command)))
          .get();
    }
    return obeyed.poll(60, TimeUnit.SECONDS);
  }

  /// Until then the first consumer may still read on: it learns of it by its next heartbeat.
  private static void untilAnotherHasJoined(String member) throws Exception {
    try (Admin admin = Admin.create(broker.settings().common())) {
      while (admin.describeConsumerGroups(List.of("serin-sli-agent")).all().get().values().stream()
          .flatMap(group -> group.members().stream())
          .allMatch(one -> one.consumerId().equals(member))) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void hearsCommandsAgainAfterTheBrokerHasTakenItsConsumerForAnother() throws Exception {
    String servers = broker.settings().bootstrapServers();
    AgentShell<SliCommand, SliEvent> shell = shell(new KafkaSettings(servers, "same", Map.of()));
    // The container numbers its consumers.
    KafkaSettings settings = new KafkaSettings(servers, "same-0", Map.of());
    shell.start();
    try {
      assertThat(obeys(1)).isEqualTo("c-1");
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
    } finally {
      shell.stop();
    }
  }
}
