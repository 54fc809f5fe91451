package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How a service whose wake-up hits a bug is tried again.
class TryAgainTest {
  private static void isUpTo(Duration longest, int tries) {
    assertThat(TryAgain.pause("api", tries))
        .isBetween(longest.multipliedBy(3).dividedBy(4), longest)
        .isEqualTo(TryAgain.pause("api", tries));
  }

  @Test
  void thePausesGrowToAnHourAndNoFurther() {
    isUpTo(Duration.ofMinutes(1), 1);
    isUpTo(Duration.ofMinutes(2), 2);
    isUpTo(Duration.ofMinutes(32), 6);
    isUpTo(Duration.ofHours(1), 7);
    isUpTo(Duration.ofHours(1), 1_000);
  }

  @Test
  void manyServicesAreNotTriedAtOnce() {
    assertThat(IntStream.range(0, 100).mapToObj(it -> TryAgain.pause("api-" + it, 1)).distinct())
        .hasSizeGreaterThan(50);
  }

  @Test
  void theTriesHaveALimit() {
    assertThat(TryAgain.isOver(29)).isFalse();
    assertThat(TryAgain.isOver(30)).isTrue();
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
