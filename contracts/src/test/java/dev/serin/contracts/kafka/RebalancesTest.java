package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.Handover;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RebalancesTest {
  private final CommandDesk<SliCommand, SliEvent> desk = IdleDesk.make();
  private final List<Consumer<?, ?>> joined = new ArrayList<>();
  private final List<Consumer<?, ?>> lost = new ArrayList<>();
  private final List<TopicPartition> recalled = new ArrayList<>();
  private final List<String> notRecalled = new ArrayList<>();
  private @Nullable KafkaException unreadable;
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
  private final Rebalances rebalances =
      new Rebalances(
          new Handover(desk),
          joined::add,
          lost::add,
          new Rebalances.Recalling() {
            @Override
            public void recall(Collection<TopicPartition> partitions) {
              if (unreadable != null) {
                throw unreadable;
              }
              recalled.addAll(partitions);
            }

            @Override
            public void notRecalled(RuntimeException why) {
              notRecalled.add(String.valueOf(why.getMessage()));
            }
          });

  @AfterEach
  void close() {
    desk.close();
    consumer.close();
  }

  private void given(int... numbers) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int number : numbers) {
      partitions.add(new TopicPartition(Topics.SLI_COMMANDS, number));
    }
    consumer.assign(partitions);
    rebalances.onPartitionsAssigned(consumer, partitions);
  }

  @Test
  void whatIsGivenIsRecalledFirst() {
    given(0, 2);

    assertThat(recalled).containsExactlyInAnyOrderElementsOf(consumer.assignment());
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void aConsumerThatIsGivenSomethingHasBeenAnswered() {
    given(0);

    assertThat(joined).containsExactly(consumer);
  }

  @Test
  void aConsumerWhosePartitionsAreAnothersByNowHasLostItsPlaceAndNotOneThatGivesThemBack() {
    given(0);
    rebalances.onPartitionsRevokedAfterCommit(consumer, consumer.assignment());
    assertThat(lost).isEmpty();

    rebalances.onPartitionsLost(consumer, consumer.assignment());
    assertThat(lost).containsExactly(consumer);
  }

  @Test
  void nothingIsReadOfWhatCouldNotBeRecalled() {
    unreadable = new KafkaException("the broker is away");

    given(0, 2);

    assertThat(consumer.paused()).isEqualTo(consumer.assignment()).hasSize(2);
    assertThat(notRecalled).containsExactly("the broker is away");
  }
}
