package dev.serin.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {
  @ParameterizedTest
  @CsvSource({
    "5, '{b1=19, b2=2, b3=19}'",
    "10, '{b1=9, b2=2, b3=9}'",
    "25, '{b1=3, b2=2, b3=3}'",
    "50, '{b1=1, b2=2, b3=1}'",
    "90, '{b1=1, b2=18, b3=1}'",
  })
  void meetsTheRunbooksSharesExactlyInAPoolOfThree(double share, String expected) {
    Weights weights = Weights.of(Map.of("b1", 1, "b2", 1, "b3", 1), Set.of("b2"), share);
    assertThat(new TreeMap<>(weights.byNode())).hasToString(expected);
    assertThat(weights.share()).isEqualTo(share);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "5", "10", "25", "50", "75", "90", "95", "99"})
  void staysWithinHalfAPointInPoolsOfEverySize(double share) {
    for (int peers = 1; peers <= 10; peers++) {
      Map<String, Integer> home = new TreeMap<>(Map.of("canary", 100));
      for (int peer = 1; peer <= peers; peer++) {
        home.put("peer" + peer, 100);
      }
      Weights weights = Weights.of(home, Set.of("canary"), share);
      int all = weights.byNode().values().stream().mapToInt(Integer::intValue).sum();
      int canary = weights.byNode().getOrDefault("canary", 0);
      assertThat(weights.share()).isEqualTo(100.0 * canary / all);
      assertThat(weights.byNode().values()).allMatch(weight -> weight >= 1 && weight <= 256);
      if (share < 99 || peers < 4) {
        assertThat(weights.error(share))
            .as("%s at %s %%", weights, share)
            .isLessThanOrEqualTo(Weights.TOLERANCE);
      }
    }
  }

  @Test
  void keepsTheProportionsOfThePeers() {
    Weights weights = Weights.of(Map.of("a", 100, "b", 50, "c", 20, "d", 10), Set.of("c", "d"), 25);
    assertThat(weights.byNode().get("a")).isEqualTo(2 * weights.byNode().getOrDefault("b", 0));
    assertThat(weights.error(25)).isLessThan(Weights.TOLERANCE);
  }

  @Test
  void saysHowFarItIsWhereTheShareCannotBeMet() {
    // Weights without a common divisor leave the peers no room to grow.
    Weights weights = Weights.of(Map.of("a", 1, "b", 255, "c", 254), Set.of("a"), 99);
    assertThat(weights.byNode()).containsEntry("a", 256);
    assertThat(weights.error(99)).isGreaterThan(Weights.TOLERANCE);
  }
}
