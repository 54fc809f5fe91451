package dev.serin.sli.sequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixtureTest {

  /// What makes it a martingale: against the true rate its mean is 1, whatever the number of
  /// requests.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 30, 400})
  void isOneInTheMeanAgainstTheTruth(int requests) {
    for (double rate : new double[] {0.003, 0.2, 0.5, 0.97}) {
      var seen = BinomialDistribution.of(requests, rate);
      double mean = 0;
      for (int hits = 0; hits <= requests; hits++) {
        mean +=
            Math.exp(
                seen.logProbability(hits) + new Mixture(new Tally(hits, requests)).against(rate));
      }
      assertThat(mean).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void saysNothingWithoutRequests() {
    assertThat(new Mixture(new Tally(0, 0)).against(0.3)).isCloseTo(0, within(1e-12));
  }

  @Test
  void isInfiniteAgainstWhatIsImpossible() {
    Mixture mixture = new Mixture(new Tally(1, 2));
    assertThat(mixture.against(0)).isInfinite().isPositive();
    assertThat(mixture.against(1)).isInfinite().isPositive();
  }

  @Test
  void growsAsItsSlopeSays() {
    Mixture mixture = new Mixture(new Tally(7, 300));
    for (double rate : new double[] {0.001, 0.02, 0.3}) {
      double measured = (mixture.against(rate + 1e-7) - mixture.against(rate - 1e-7)) / 2e-7;
      assertThat(mixture.slope(rate)).isCloseTo(measured, within(1e-3 * Math.abs(measured)));
    }
  }
}
