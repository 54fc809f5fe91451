package dev.serin.sli.sequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.distribution.LogNormalDistribution;
import org.junit.jupiter.api.Test;

class LatencyComparisonTest {
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0);

  private static final LatencyTerms TERMS =
      new LatencyTerms(0.01, Slowdown.ratio(0.05), List.of(0.1, 0.25), 20);

  @Test
  void countsWhatTookLonger() {
    Histogram histogram = new Histogram(List.of(0.1, 0.2), List.of(60.0, 90.0, 100.0));
    assertThat(histogram.longerThan(0.1)).isEqualTo(new Tally(40, 100));
    assertThat(histogram.longerThan(0.15).count()).isCloseTo(25, within(1e-9));
    assertThat(histogram.longerThan(0.05)).isEqualTo(new Tally(70, 100));
    assertThat(histogram.longerThan(0)).isEqualTo(new Tally(100, 100));
    assertThat(histogram.longerThan(0.2)).isEqualTo(new Tally(10, 100));
  }

  @Test
  void raisesCountsThatFall() {
    Histogram histogram = new Histogram(List.of(0.1, 0.2), List.of(60.0, 59.9, 61.0));
    assertThat(histogram.atMost()).containsExactly(60.0, 60.0, 61.0);
  }

  @Test
  void choosesTheBoundNearAQuantile() {
    Histogram histogram =
        new Histogram(List.of(0.1, 0.2, 0.4), List.of(450.0, 940.0, 990.0, 1000.0));
    assertThat(histogram.boundNear(0.5)).isEqualTo(0.1);
    assertThat(histogram.boundNear(0.95)).isEqualTo(0.2);
    assertThat(histogram.boundNear(0.99)).isEqualTo(0.4);
  }

  @Test
  void choosesABoundThoughNothingIsLonger() {
    assertThat(new Histogram(List.of(0.1, 0.2), List.of(5.0, 5.0, 5.0)).boundNear(0.95))
        .isEqualTo(0.2);
  }

  @Test
  void tellsABreachAndItsBound() {
    var found = LatencyComparison.compare(lasting(0.16, 4000), lasting(0.08, 70_000), TERMS);
    assertThat(found.outcome()).isEqualTo(Outcome.BREACH);
    assertThat(found.sentence())
        .startsWith("slower than may be, by 2 bounds together: ")
        .contains("requests took longer than 100 ms on the canary")
        .contains("on a baseline slower by 5 %");
    assertThat(found.atBounds()).hasSize(2);
  }

  @Test
  void isClearWhereEachBoundIs() {
    assertThat(outcome(lasting(0.08, 400_000), lasting(0.08, 700_000))).isEqualTo(Outcome.CLEAR);
    assertThat(
            LatencyComparison.compare(lasting(0.08, 400_000), lasting(0.08, 700_000), TERMS)
                .sentence())
        .startsWith("not slower than may be");
  }

  @Test
  void isOpenInBetween() {
    assertThat(outcome(lasting(0.08, 100), lasting(0.08, 1900))).isEqualTo(Outcome.OPEN);
  }

  @Test
  void aCanaryThatIsFasterIsNoBreach() {
    assertThat(outcome(lasting(0.04, 4000), lasting(0.08, 70_000))).isEqualTo(Outcome.CLEAR);
  }

  @Test
  void givesNoVerdictFromTwoRequests() {
    assertThat(outcome(lasting(5, 2), lasting(0.08, 70_000))).isEqualTo(Outcome.TOO_FEW);
    assertThat(outcome(lasting(5, 2000), lasting(0.08, 2))).isEqualTo(Outcome.TOO_FEW);
  }

  @Test
  void aSlowTailAloneIsABreach() {
    Histogram baseline = lasting(0.08, 70_000);
    List<Double> slowTail = new ArrayList<>(lasting(0.08, 4000).atMost());
    for (int i = 5; i < slowTail.size() - 3; i++) {
      slowTail.set(i, slowTail.get(4) + (slowTail.get(i) - slowTail.get(4)) * 0.5);
    }
    assertThat(outcome(new Histogram(BOUNDS, slowTail), baseline)).isEqualTo(Outcome.BREACH);
  }

  @Test
  void whatMattersMayBeInSeconds() {
    LatencyTerms seconds = new LatencyTerms(0.01, Slowdown.seconds(0.2), List.of(0.5), 20);
    assertThat(LatencyComparison.outcome(lasting(0.08, 4000), lasting(0.08, 70_000), seconds))
        .isEqualTo(Outcome.CLEAR);
    assertThat(LatencyComparison.outcome(lasting(0.8, 4000), lasting(0.08, 70_000), seconds))
        .isEqualTo(Outcome.BREACH);
  }

  @Test
  void asFastAsTheBaselineIsABreachInFewerWindowsThanAlpha() {
    LatencyTerms terms = new LatencyTerms(0.05, Slowdown.ratio(0), List.of(0.1, 0.25), 20);
    UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(21);
    int wrong = 0;
    for (int window = 0; window < 400; window++) {
      wrong += breaches(random, terms) ? 1 : 0;
    }
    assertThat(wrong).isLessThanOrEqualTo(20);
  }

  @Test
  void refusesBucketsThatCantBe() {
    assertThatThrownBy(() -> new Histogram(List.of(0.2, 0.1), List.of(1.0, 2.0, 3.0)))
        .hasMessageContaining("rise");
    assertThatThrownBy(() -> new Histogram(List.of(0.1), List.of(1.0)))
        .hasMessageContaining("1 bounds and 1 counts");
    assertThatThrownBy(() -> new LatencyTerms(0.01, Slowdown.ratio(0), List.of(), 20))
        .hasMessageContaining("expected a bound");
    assertThatThrownBy(() -> Slowdown.ratio(-1)).hasMessageContaining("0 or more");
  }

  private static boolean breaches(UniformRandomProvider random, LatencyTerms terms) {
    double[] canary = new double[BOUNDS.size() + 1];
    double[] baseline = new double[BOUNDS.size() + 1];
    for (int look = 0; look < 60; look++) {
      draw(canary, 60, random);
      draw(baseline, 300, random);
      if (LatencyComparison.outcome(cumulative(canary), cumulative(baseline), terms)
          == Outcome.BREACH) {
        return true;
      }
    }
    return false;
  }

  private static void draw(double[] buckets, double requests, UniformRandomProvider random) {
    double below = 0;
    for (int i = 0; i < buckets.length; i++) {
      double upTo = i < BOUNDS.size() ? latency(0.08).cumulativeProbability(BOUNDS.get(i)) : 1;
      if (requests * (upTo - below) > 1e-9) {
        buckets[i] += PoissonSampler.of(random, requests * (upTo - below)).sample();
      }
      below = upTo;
    }
  }

  private static Histogram cumulative(double[] buckets) {
    List<Double> atMost = new ArrayList<>();
    double sum = 0;
    for (double bucket : buckets) {
      sum += bucket;
      atMost.add(sum);
    }
    return new Histogram(BOUNDS, atMost);
  }

  /// Just what is expected of so many requests.
  private static Histogram lasting(double medianSeconds, int requests) {
    List<Double> atMost = new ArrayList<>();
    for (double bound : BOUNDS) {
      atMost.add(requests * latency(medianSeconds).cumulativeProbability(bound));
    }
    atMost.add((double) requests);
    return new Histogram(BOUNDS, atMost);
  }

  private static LogNormalDistribution latency(double medianSeconds) {
    return LogNormalDistribution.of(Math.log(medianSeconds), 0.6);
  }

  private static Outcome outcome(Histogram canary, Histogram baseline) {
    Outcome outcome = LatencyComparison.outcome(canary, baseline, TERMS);
    assertThat(LatencyComparison.compare(canary, baseline, TERMS).outcome()).isEqualTo(outcome);
    return outcome;
  }
}
