package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How a service whose wake-up hits a bug is tried again.
class TryAgainTest {
  @Test
  void thePausesGrowToAnHourAndNoFurther() {
    assertThat(TryAgain.pause(1)).isEqualTo(Duration.ofMinutes(1));
    assertThat(TryAgain.pause(2)).isEqualTo(Duration.ofMinutes(2));
    assertThat(TryAgain.pause(6)).isEqualTo(Duration.ofMinutes(32));
    assertThat(TryAgain.pause(7)).isEqualTo(Duration.ofHours(1));
    assertThat(TryAgain.pause(1_000)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void theTriesAreKeptAndDoNotWrapAround() {
    assertThat(TryAgain.tries(new byte[0])).isZero();
    assertThat(TryAgain.tries(TryAgain.kept(3))).isEqualTo(3);
    assertThat(TryAgain.tries(TryAgain.kept(1_000))).isEqualTo(127);
  }

  @Test
  void afterFiveTriesAPersonIsNamedWithWhatToDo() {
    assertThat(TryAgain.isForAPerson(4)).isFalse();
    assertThat(TryAgain.isForAPerson(5)).isTrue();
    assertThat(TryAgain.act("api", 5, new IllegalStateException("no such step")))
        .contains("5 tries", "no such step", "serin rescue api");
  }
}
