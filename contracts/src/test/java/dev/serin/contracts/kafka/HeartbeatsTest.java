package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the lease is told of the answers that a client has counted.
class HeartbeatsTest {
  private record Counted(MetricName metricName, AtomicInteger value) implements Metric {
    @Override
    public Object metricValue() {
      return (double) value.get();
    }
  }

  /// A member whose answers a test counts.
  private static final class Member extends MockConsumer<String, byte[]> {
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger sentAgo = new AtomicInteger();

    Member() {
      super("earliest");
    }

    @Override
    public synchronized Map<MetricName, ? extends Metric> metrics() {
      Map<MetricName, Metric> metrics = new HashMap<>();
      Map.of("heartbeat-total", answers, "last-heartbeat-seconds-ago", sentAgo)
          .forEach((name, value) -> {
            MetricName full = new MetricName(name, "consumer-coordinator-metrics", "", Map.of());
            metrics.put(full, new Counted(full, value));
          });
      return metrics;
    }
  }

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger setBack = new AtomicInteger();
  private final Lease lease = new Lease(nanos::get);
  private final Heartbeats heartbeats = new Heartbeats(lease, setBack::get);
  private final Member member = new Member();

  @AfterEach
  void close() {
    heartbeats.close();
    member.close();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /// An answer to what was sent so long ago by the client's own clock.
  private void answered(int secondsAgo) {
    member.sentAgo.set(secondsAgo);
    member.answers.incrementAndGet();
    heartbeats.look();
  }

  @Test
  void anAnswerRenewsTheLeaseFromWhenItsHeartbeatWasSent() {
    heartbeats.joined(member);
    pass(Duration.ofSeconds(3));
    answered(1);
    pass(Duration.ofSeconds(3));
    assertThat(lease.hasRunOut()).isFalse();

    pass(Duration.ofMillis(1));
    assertThat(lease.hasRunOut()).isTrue();
  }

  @Test
  void theAnswerThatRefusesIsTakenForAGoodOneOnlyUntilItIsToldThatThePlaceIsLost() {
    heartbeats.joined(member);
    answered(0);
    int term = lease.term();

    heartbeats.lost(member);
    assertThat(lease.isHeld(term)).isFalse();
    answered(0);
    assertThat(lease.hasRunOut()).isTrue();

    heartbeats.joined(member);
    assertThat(lease.hasRunOut()).isFalse();
    assertThat(lease.isHeld(term)).isFalse();
  }

  @Test
  void whatOneLosesThatAnotherHasFollowedChangesNothing() {
    try (Member before = new Member()) {
      heartbeats.joined(before);
      heartbeats.joined(member);
      int term = lease.term();

      heartbeats.lost(before);
      assertThat(lease.isHeld(term)).isTrue();
    }
  }

  @Test
  void theFirstAnswerAfterTheClockWasSetBackRenewsNothingSinceNobodyKnowsItsAge() {
    heartbeats.joined(member);
    pass(Duration.ofSeconds(3));
    setBack.incrementAndGet();
    answered(0);
    pass(Duration.ofSeconds(2));
    assertThat(lease.hasRunOut()).isTrue();

    answered(0);
    assertThat(lease.hasRunOut()).isFalse();
  }

  @Test
  void norDoesOneThatWasSentInTheFutureByTheClockOfNow() {
    heartbeats.joined(member);
    pass(Duration.ofSeconds(5));
    answered(-2);

    assertThat(lease.hasRunOut()).isTrue();
  }
}
