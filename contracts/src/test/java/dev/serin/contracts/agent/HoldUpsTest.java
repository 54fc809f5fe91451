package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.kafka.KafkaSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
