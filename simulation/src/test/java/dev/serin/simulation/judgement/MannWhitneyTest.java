package dev.serin.simulation.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// Samples of Kayenta's own tests.
class MannWhitneyTest {
  private static final double[] LOW = {10, 12.2, 10.1, 12.5, 23};
  private static final double[] HIGH = {20, 22, 21, 25, 30};

  @Test
  void callsHighWhatKayentaDoes() {
    MannWhitney test = MannWhitney.of(HIGH, new double[] {1, 2.2, 1.1, 2.5, 3});
    assertThat(test.low()).isCloseTo(17, within(1e-6));
    assertThat(test.high()).isCloseTo(29, within(1e-6));
    assertThat(test.estimate()).isCloseTo(20, within(0.5));
    assertThat(test.isHigh()).isTrue();
  }

  @Test
  void passesWhatKayentaDoes() {
    assertThat(MannWhitney.of(LOW, HIGH).isHigh()).isFalse();
  }

  @Test
  void findsNoDifferenceBetweenTheSame() {
    double[] same = new double[50];
    MannWhitney test = MannWhitney.of(same, same);
    assertThat(test).isEqualTo(new MannWhitney(0, 0, 0));
    assertThat(test.isHigh()).isFalse();
  }
}
