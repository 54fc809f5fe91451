package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a real consumer knows of its broker's answers. The lease's clock is the test's own.
@Timeout(300)
class HeartbeatsIT {
  private static final Duration POLL = Duration.ofMillis(200);

  private final AtomicLong nanos = new AtomicLong();
  private final Lease lease = new Lease(nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void theLeaseIsRenewedWhileTheBrokerAnswersAndNotByPollsThatNobodyAnswers() throws Exception {
    RunningBroker broker = RunningBroker.start();
    KafkaSettings settings = new KafkaSettings(broker.bootstrapServers(), null, Map.of());
    try (Heartbeats heartbeats = new Heartbeats(lease, () -> 0);
        var consumer = new KafkaConsumer<String, byte[]>(settings.consumer("heartbeats-it"))) {
      try (broker) {
        TopicCreation.ensure(settings);
        pass(Duration.ofSeconds(60));
        consumer.subscribe(List.of(Topics.SLI_COMMANDS), joins(heartbeats, consumer));
        assertThat(lease.hasRunOut()).isTrue();
        while (lease.hasRunOut()) {
          assertThat(consumer.poll(POLL)).isEmpty();
        }
        assertThat(consumer.assignment()).hasSize(Topics.PARTITIONS);

        pass(Duration.ofSeconds(5));
        assertThat(lease.hasRunOut()).as("nobody has answered since").isTrue();
        while (lease.hasRunOut()) {
          assertThat(consumer.poll(POLL)).isEmpty();
        }
      }
      heartbeats.look();
      pass(Duration.ofSeconds(5));
      for (int polls = 0; polls < 25; polls++) {
        assertThat(consumer.poll(POLL)).isEmpty();
      }
      heartbeats.look();
      assertThat(lease.hasRunOut()).isTrue();
    }
  }

  private static ConsumerRebalanceListener joins(
      Heartbeats heartbeats, KafkaConsumer<?, ?> consumer) {
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        // Nothing is asked of it.
      }

      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        heartbeats.joined(consumer);
      }
    };
  }
}
