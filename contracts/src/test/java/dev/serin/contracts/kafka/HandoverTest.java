package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private final List<String> released = new ArrayList<>();
  private final CommandHandler<SliCommand, SliEvent> handler =
      new CommandHandler<>() {
        @Override
        public void handle(SliCommand command, Turn turn, Consumer<SliEvent> answers) {}

        @Override
        public void released(String service) {
          released.add(service);
        }
      };
  private final CommandDesk<SliCommand, SliEvent> desk =
      new CommandDesk<>(
          handler,
          refusal -> new SliEvent.Failed(refusal.head(), refusal.failure()),
          event -> {},
          Clock.systemUTC());
  private final Map<String, Integer> services = new ConcurrentHashMap<>(Map.of("api", 1, "web", 2));
  private final List<TopicPartition> recalled = new ArrayList<>();
  private final Handover handover = new Handover(desk, services, recalled::addAll);
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");

  @AfterEach
  void close() {
    desk.close();
    consumer.close();
  }

  private static List<TopicPartition> partitions(int... numbers) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int number : numbers) {
      partitions.add(new TopicPartition(Topics.SLI_COMMANDS, number));
    }
    return partitions;
  }

  @Test
  void whatComesBackIsNotReleased() {
    handover.onPartitionsLost(consumer, partitions(0, 1, 2));
    assertThat(released).isEmpty();
    handover.onPartitionsAssigned(consumer, partitions(0, 1, 2));
    assertThat(released).isEmpty();
  }

  @Test
  void whatIsGivenIsRecalledFirst() {
    handover.onPartitionsAssigned(consumer, partitions(0, 2));
    assertThat(recalled).isEqualTo(partitions(0, 2));
  }

  @Test
  void whatAnotherHasIsReleasedOnce() {
    handover.onPartitionsRevokedAfterCommit(consumer, partitions(0, 1, 2));
    handover.onPartitionsAssigned(consumer, partitions(0, 2));
    assertThat(released).containsExactly("api");
    assertThat(services).containsOnlyKeys("web");
    handover.onPartitionsAssigned(consumer, partitions(0));
    assertThat(released).containsExactly("api");
  }
}
