package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One of two agents, cut off from a real broker alone: whoever gets its work begins only once it
/// has lost its lease, and what it was about ends unanswered (I10).
@Timeout(600)
class CutOffIT {
  private static final String CUT_OFF = "cut-off";

  /// An agent whose commands last until they are ended.
  private final class Agent {
    private final BlockingQueue<SliCommand> obeyed = new LinkedBlockingQueue<>();
    private final CompletableFuture<Lease> lease = new CompletableFuture<>();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final AgentShell<SliCommand, SliEvent> shell;
    private Runnable before = () -> {};

    Agent(String name) {
      shell =
          new AgentShell<>(
              "sli",
              SliCommand.class,
              new CommandHandler<>() {
                @Override
                public void handle(SliCommand command, Turn turn, Consumer<SliEvent> to)
                    throws Turn.Preempted {
                  before.run();
                  obeyed.add(command);
                  try {
                    while (true) {
                      turn.pause(Duration.ofMillis(100));
                    }
                  } finally {
                    ended.complete(true);
                  }
                }

                @Override
                public boolean worksUnderLease() {
                  return true;
                }

                @Override
                public void underLease(Lease its) {
                  lease.complete(its);
                }

                @Override
                public void recalled(SliCommand command, Consumer<SliEvent> to) {
                  // Only what is obeyed is looked at here.
                }
              },
              // What the one that was cut off has not acknowledged comes to the other, and is
              // stale.
              refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
              new KafkaSettings(proxy.address(), null, Map.of("client.id", name)),
              new SimpleMeterRegistry());
    }

    private @Nullable String obeys() throws InterruptedException {
      SliCommand command = obeyed.poll(60, TimeUnit.SECONDS);
      return command == null ? null : command.head().service();
    }
  }

  private final BrokerProxy proxy;
  private final RunningBroker broker;
  private final Agent cutOff;
  private final Agent other;

  CutOffIT() throws Exception {
    proxy = new BrokerProxy();
    broker = RunningBroker.Embedded.behind(proxy.address());
    proxy.standsBefore(Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", "")));
    cutOff = new Agent(CUT_OFF);
    other = new Agent("other");
  }

  @BeforeEach
  void makeTopics() throws InterruptedException {
    TopicCreation.ensure(settings());
  }

  @AfterEach
  void stop() throws Exception {
    proxy.cutsOffNobody();
    cutOff.shell.stop();
    other.shell.stop();
    broker.close();
    proxy.close();
  }

  private KafkaSettings settings() {
    return new KafkaSettings(proxy.address(), null, Map.of("client.id", "test"));
  }

  /// One command a partition, each for a service of its own.
  private void commandsForAll(int number) throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(settings().producer())) {
      for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
        SliCommand command =
            new SliCommand.StopWatching(
                new CommandHead(
                    "c-" + number + "-" + partition,
                    "r",
                    "api-" + partition,
                    "b1",
                    number,
                    Instant.EPOCH),
                "analysis");
        producer
            .send(
                new ProducerRecord<>(
                    Topics.SLI_COMMANDS,
                    partition,
                    command.head().service(),
                    Json.mapper().writeValueAsBytes(command)))
            .get();
      }
    }
  }

  @Test
  void hasLostItsLeaseBeforeTheOtherObeysAndEndsWhatItWasAbout() throws Exception {
    cutOff.shell.start();
    commandsForAll(1);
    String its = cutOff.obeys();
    assertThat(its).isNotNull();
    Lease lease = cutOff.lease.join();
    int term = lease.term();
    assertThat(lease.isHeld(term)).isTrue();

    BlockingQueue<Boolean> heldBeside = new LinkedBlockingQueue<>();
    other.before = () -> heldBeside.add(lease.isHeld(term));
    proxy.cutsOff(CUT_OFF);
    other.shell.start();
    commandsForAll(2);

    assertThat(other.obeys()).isNotNull();
    assertThat(heldBeside).isNotEmpty().doesNotContain(true);
    assertThat(cutOff.ended.get(60, TimeUnit.SECONDS)).isTrue();

    proxy.cutsOffNobody();
    while (lease.hasRunOut()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    assertThat(lease.isHeld(term)).as("what was begun before the cut").isFalse();
  }
}
