package dev.serin.incus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.config.Launch;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.KafkaBroker;
import dev.serin.contracts.kafka.TopicCreation;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.service.ServiceDefinition.Install;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The whole process on a real broker, without an Incus: it answers all the same.
class IncusAgentIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  @TempDir Path directory;

  @Test
  void answersACommandOnItsOwnTopic() throws Exception {
    TopicCreation.ensure(broker.settings());
    try (var agent =
            Launch.prepare(
                    IncusApplication.class,
                    "serin-incus-agent",
                    new Launch.Options(null, List.of()),
                    Map.of(
                        "serin.kafka.bootstrap-servers",
                        broker.bootstrapServers(),
                        "serin.data",
                        directory.toString(),
                        "serin.incus.servers.default.url",
                        "unix:" + directory.resolve("nowhere.sock")))
                .run();
        var producer = new KafkaProducer<String, byte[]>(broker.settings().producer());
        var consumer =
            new KafkaConsumer<String, byte[]>(broker.settings().consumer("incus-agent-it"))) {
      assertThat(agent.isRunning()).isTrue();
      consumer.subscribe(List.of(Topics.INCUS_EVENTS));
      byte[] command = Json.mapper().writeValueAsBytes(inspect());
      producer.send(new ProducerRecord<>(Topics.INCUS_COMMANDS, "backend-api", command)).get();

      IncusEvent event = firstEvent(consumer);
      assertThat(event)
          .isInstanceOfSatisfying(
              IncusEvent.InstancesInspected.class,
              inspected -> {
                assertThat(inspected.head().commandId()).isEqualTo("c1");
                assertThat(inspected.problems())
                    .anyMatch(problem -> problem.contains("nowhere.sock"))
                    .anyMatch(problem -> problem.contains("/nowhere/app"));
                assertThat(inspected.instances().getFirst().problems()).hasSize(1);
              });
    }
  }

  private static IncusEvent firstEvent(KafkaConsumer<String, byte[]> consumer) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (var record : consumer.poll(Duration.ofMillis(200))) {
        return Json.mapper().readValue(record.value(), IncusEvent.class);
      }
    }
    throw new AssertionError("expected an event on " + Topics.INCUS_EVENTS);
  }

  private static IncusCommand inspect() {
    return new IncusCommand.InspectInstances(
        new CommandHead("c1", "r1", "backend-api", null, 1, Instant.now()),
        List.of(new InstanceRef("b1", "backend-1", "default")),
        new Install("/opt/app/app", "0", "0", "0755", List.of("app"), null, 3),
        new Artifact("file:///nowhere/app", "0".repeat(64)),
        null);
  }
}
