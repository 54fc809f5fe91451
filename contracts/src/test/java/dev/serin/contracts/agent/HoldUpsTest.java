package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.kafka.KafkaSettings;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HoldUpsTest {
  private final AtomicLong nanos = new AtomicLong();

  private void pass(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void noticesAPulseThatDidNotComeBeforeItComes() {
    try (HoldUps holdUps = new HoldUps(nanos::get)) {
      pass(2_900);
      assertThat(holdUps.count()).isZero();
      pass(3_001);
      assertThat(holdUps.count()).isEqualTo(1);
      assertThat(holdUps.count()).isEqualTo(1);
    }
  }

  @Test
  void noticesHalfASessionBeforeAnotherProcessHasTheWork() {
    try (HoldUps holdUps = new HoldUps(nanos::get)) {
      pass(KafkaSettings.SESSION_TIMEOUT_MILLIS / 2 + 1);
      assertThat(holdUps.count()).isEqualTo(1);
    }
  }

  @Test
  void noticesThatTheMachineWasSuspendedThoughItsMonotonicClockStoodStill() {
    AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-01-02T12:00:00Z"));
    try (HoldUps holdUps = new HoldUps(new Elapsed(nanos::get, wall::get))) {
      wall.set(wall.get().plusSeconds(60));
      assertThat(holdUps.count()).isEqualTo(1);

      wall.set(wall.get().minusSeconds(3_600));
      assertThat(holdUps.count()).isEqualTo(1);
      pass(3_001);
      wall.set(wall.get().plusMillis(3_001));
      assertThat(holdUps.count()).isEqualTo(2);
    }
  }

  @Test
  void pulsesInTimeAreNoHoldUp() {
    try (HoldUps holdUps = new HoldUps(nanos::get)) {
      for (int i = 0; i < 100; i++) {
        pass(500);
        holdUps.pulse();
      }
      assertThat(holdUps.count()).isZero();
      pass(10_000);
      holdUps.pulse();
      assertThat(holdUps.count()).isEqualTo(1);
    }
  }
}
