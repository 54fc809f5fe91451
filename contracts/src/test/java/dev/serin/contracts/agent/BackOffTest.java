package dev.serin.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
  private static final BackOff BACK_OFF = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(8));

  @Test
  void doublesUpToTheLongestAndIsAtMostHalfShorter() {
    long[] most = {1, 2, 4, 8, 8, 8};
    for (int failures = 1; failures <= most.length; failures++) {
      Duration longest = Duration.ofSeconds(most[failures - 1]);
      assertThat(BACK_OFF.pause(failures, "c-1")).isBetween(longest.dividedBy(2), longest);
    }
    assertThat(BACK_OFF.pause(Integer.MAX_VALUE, "c-1"))
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
  }

  @Test
  void manyAreNotTriedAtOnceAndEachIsTriedAtTheSameTimeAgain() {
    assertThat(IntStream.range(0, 100).mapToObj(it -> BACK_OFF.pause(3, "c-" + it)).distinct())
        .hasSizeGreaterThan(50);
    assertThat(BACK_OFF.pause(3, "c-1")).isEqualTo(BACK_OFF.pause(3, "c-1"));
    assertThat(BACK_OFF.pause(2, "c-1")).isNotEqualTo(BACK_OFF.pause(3, "c-1"));
  }

  @Test
  void chanceTakesNoMoreThanItsPart() {
    assertThat(
            IntStream.range(0, 1_000)
                .mapToObj(it -> BackOff.drawn(Duration.ofSeconds(8), 0.25, it)))
        .allMatch(it -> it.compareTo(Duration.ofSeconds(6)) >= 0)
        .allMatch(it -> it.compareTo(Duration.ofSeconds(8)) <= 0);
    assertThat(BackOff.drawn(Duration.ofSeconds(8), 0, "c-1")).isEqualTo(Duration.ofSeconds(8));
  }
}
