package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ElapsedTest {
  private Instant wall = Instant.parse("2026-01-02T12:00:00Z");
  private long nanos = 1_000;
  private final Elapsed elapsed = new Elapsed(() -> nanos, () -> wall);

  private void pass(Duration monotonic, Duration byTheWall) {
    nanos += monotonic.toNanos();
    wall = wall.plus(byTheWall);
  }

  private Duration in(Runnable what) {
    long before = elapsed.getAsLong();
    what.run();
    return Duration.ofNanos(elapsed.getAsLong() - before);
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void isWhatBothClocksSayWhereTheyGoTogether() {
    assertThat(in(() -> pass(seconds(3), seconds(3)))).isEqualTo(seconds(3));
    assertThat(elapsed.setBack()).isZero();
  }

  @Test
  void goesOnInASuspendedMachineWhoseMonotonicClockStandsStill() {
    assertThat(in(() -> pass(seconds(1), seconds(61)))).isEqualTo(seconds(61));
    assertThat(in(() -> pass(seconds(1), seconds(1)))).isEqualTo(seconds(1));
  }

  @Test
  void isNoShorterWhereTheClockIsSetBackAndASuspensionAfterThatCountsToo() {
    assertThat(in(() -> pass(seconds(2), seconds(-3_600)))).isEqualTo(seconds(2));
    assertThat(elapsed.setBack()).isEqualTo(1);
    assertThat(in(() -> pass(seconds(0), seconds(10)))).isEqualTo(seconds(10));
    assertThat(elapsed.setBack()).isEqualTo(1);
  }

  /// Both clocks are read thousands of times a second, and neither is exact.
  @Test
  void isNotMadeLongerByAClockThatIsReadOftenAndCoarse() {
    assertThat(
            in(() -> {
              for (int tick = 0; tick < 1_000; tick++) {
                pass(Duration.ofNanos(999_000), Duration.ZERO);
                elapsed.getAsLong();
                pass(Duration.ofNanos(1_000), Duration.ofMillis(1));
                elapsed.getAsLong();
              }
            }))
        .isEqualTo(seconds(1));
  }

  @Test
  void aHoldUpBetweenTheLooksAtBothClocksIsNoneOfTheClocks() {
    long[] times = {0, 0, 2_000_000_000L, 2_000_000_000L};
    int[] next = {0};
    Elapsed heldUp =
        new Elapsed(
            () -> times[Math.min(next[0]++, times.length - 1)],
            () -> wall.plusNanos(times[Math.min(next[0], times.length - 1)]));

    assertThat(heldUp.getAsLong()).isEqualTo(2_000_000_000L);
    assertThat(heldUp.setBack()).isZero();
  }
}
