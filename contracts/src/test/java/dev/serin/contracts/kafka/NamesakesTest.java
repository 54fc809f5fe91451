package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NamesakesTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Namesakes namesakes = new Namesakes(nanos::get);

  private void fenced(int times, Duration apart) {
    for (int i = 0; i < times; i++) {
      nanos.addAndGet(apart.toNanos());
      namesakes.fenced();
    }
  }

  @Test
  void areSupposedOnceItWasFencedSomeTimesInARow() {
    fenced(Namesakes.IN_A_ROW - 1, Duration.ofSeconds(6));
    assertThat(namesakes.areThere()).isFalse();

    fenced(1, Duration.ofSeconds(6));
    assertThat(namesakes.areThere()).isTrue();
  }

  @Test
  void areNotWhereABrokerComesBackNowAndThen() {
    fenced(10, Namesakes.IN_A_ROW_WITHIN.plusMillis(1));

    assertThat(namesakes.areThere()).isFalse();
  }

  @Test
  void areGoneOnceItWasNotFencedForAWhile() {
    fenced(10, Duration.ofSeconds(6));
    nanos.addAndGet(Namesakes.IN_A_ROW_WITHIN.plusMillis(1).toNanos());
    assertThat(namesakes.areThere()).isFalse();

    fenced(1, Duration.ofSeconds(6));
    assertThat(namesakes.areThere()).isFalse();
  }
}
