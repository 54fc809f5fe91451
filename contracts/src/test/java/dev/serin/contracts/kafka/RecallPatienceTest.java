package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How long a broker that is slow is waited for, in the test's own time.
class RecallPatienceTest {
  private static final TopicPartition PARTITION = new TopicPartition(Topics.SLI_COMMANDS, 0);
  private static final long END = 5;

  private final AtomicLong nanos = new AtomicLong();
  private Duration takes = Duration.ZERO;
  private boolean answersAtOnce = true;

  private final CommandDesk<SliCommand, SliEvent> desk = IdleDesk.make();

  private final Recall<SliCommand> recall =
      new Recall<>(
          Slow::new,
          SliCommand.class,
          desk,
          (service, partition) -> {},
          InstantSource.system(),
          nanos::get);

  /// Has everything after as long as the broker takes, and nothing before.
  private final class Slow extends MockConsumer<String, byte[]> {
    private final long begun = nanos.get();

    Slow() {
      super("earliest");
      updateBeginningOffsets(Map.of(PARTITION, 0L));
      updateEndOffsets(Map.of(PARTITION, END));
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions, Duration timeout) {
      answersAfter(timeout);
      return super.endOffsets(partitions, timeout);
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(
        Collection<TopicPartition> partitions, Duration timeout) {
      answersAfter(timeout);
      return super.beginningOffsets(partitions, timeout);
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times, Duration timeout) {
      answersAfter(timeout);
      return Map.of();
    }

    private void answersAfter(Duration timeout) {
      if (!answersAtOnce) {
        nanos.addAndGet(timeout.toNanos());
      }
    }

    /// By the client's own time-out.
    @Override
    public void close() {
      answersAfter(Duration.ofSeconds(30));
      super.close();
    }

    @Override
    public void close(CloseOptions options) {
      answersAfter(options.timeout().orElseThrow());
      super.close(options);
    }

    @Override
    public synchronized long position(TopicPartition partition, Duration timeout) {
      answersAfter(timeout);
      return nanos.get() - begun >= takes.toNanos() ? END : 0;
    }

    @Override
    public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
      nanos.addAndGet(timeout.toNanos());
      return ConsumerRecords.empty();
    }
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private void isTooShort(String time) {
    assertThatThrownBy(() -> recall.of(List.of(PARTITION)))
        .isInstanceOf(KafkaException.class)
        .hasMessage("the newest 1000 were not read within " + time);
  }

  @Test
  void isLongerEachTimeThatItWasTooShortSoThatASlowBrokerIsNotAskedInVainForEver() {
    takes = Duration.ofSeconds(20);
    isTooShort("PT6S");
    isTooShort("PT12S");
    recall.of(List.of(PARTITION));

    takes = Duration.ofSeconds(7);
    isTooShort("PT6S");
  }

  @Test
  void isNeverAsLongAsARebalanceWaitsForAMember() {
    takes = Duration.ofHours(1);
    isTooShort("PT6S");
    isTooShort("PT12S");
    isTooShort("PT24S");
    isTooShort("PT48S");
    isTooShort("PT48S");
  }

  /// Each answer comes when its time is all but over, and the consumer does not close before its
  /// own is.
  @Test
  void allOfItTakesNoLongerThanARebalanceWaitsForAMember() {
    takes = Duration.ofHours(1);
    answersAtOnce = false;
    for (int tries = 1; tries <= 4; tries++) {
      nanos.set(0);
      assertThatThrownBy(() -> recall.of(List.of(PARTITION))).isInstanceOf(KafkaException.class);
    }

    assertThat(Duration.ofNanos(nanos.get()))
        .isLessThanOrEqualTo(Recall.LONGEST)
        .isGreaterThan(Recall.LONGEST.minusSeconds(10));
    assertThat(Recall.LONGEST.toMillis()).isLessThan(KafkaSettings.LONGEST_REBALANCE_MILLIS);
  }
}
