package dev.serin.sli.sequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Terms TERMS = Terms.DEFAULT;

  @Test
  void tellsABreachWithItsEvidence() {
    Finding finding = compare(new Tally(51, 7200), new Tally(274, 136_800));
    assertThat(finding.outcome()).isEqualTo(Outcome.BREACH);
    assertThat(finding.estimate()).isCloseTo(0.00508, within(0.00001));
    assertThat(finding.low()).isBetween(TERMS.least(), finding.estimate());
    assertThat(finding.high()).isGreaterThan(finding.estimate());
    assertThat(finding.pValue()).isLessThan(0.01);
    assertThat(finding.sentence())
        .isEqualTo(
            "0.71 % of 7,200 requests failed on the canary, 0.2 % of 136,800 on the baseline: 0.51"
                + " points more (between +0.15 and +1.017 points, 99 % sure however often it is"
                + " looked at), worse: a difference matters from 0.1 points on");
  }

  @Test
  void isClearOnceTheWholeIntervalIsBelowWhatMatters() {
    Finding finding = compare(new Tally(180, 90_000), new Tally(3_400, 1_700_000));
    assertThat(finding.outcome()).isEqualTo(Outcome.CLEAR);
    assertThat(finding.high()).isLessThan(TERMS.least());
    assertThat(finding.sentence()).contains("no difference").contains("not worse");
  }

  @Test
  void isOpenWhileTheIntervalHoldsWhatMatters() {
    Finding finding = compare(new Tally(3, 60), new Tally(2, 1140));
    assertThat(finding.outcome()).isEqualTo(Outcome.OPEN);
    assertThat(finding.low()).isLessThan(TERMS.least());
    assertThat(finding.high()).isGreaterThan(TERMS.least());
    assertThat(finding.sentence()).contains("not decided yet");
  }

  @Test
  void givesNoVerdictFromTwoPoints() {
    Finding finding = compare(new Tally(2, 2), new Tally(0, 1000));
    assertThat(finding.outcome()).isEqualTo(Outcome.TOO_FEW);
    assertThat(finding.sentence()).endsWith("no verdict from fewer than 20 requests on each side");
    assertThat(compare(new Tally(0, 0), new Tally(0, 0)).outcome()).isEqualTo(Outcome.TOO_FEW);
  }

  @Test
  void givesNoVerdictBesideABaselineOfTwoPoints() {
    assertThat(compare(new Tally(500, 1000), new Tally(0, 19)).outcome())
        .isEqualTo(Outcome.TOO_FEW);
    assertThat(compare(new Tally(500, 1000), new Tally(0, 20)).outcome()).isEqualTo(Outcome.BREACH);
  }

  @Test
  void oneFailureAmongFewRequestsIsNoBreach() {
    assertThat(compare(new Tally(1, 20), new Tally(0, 400)).outcome()).isEqualTo(Outcome.OPEN);
  }

  @Test
  void allThatFailIsABreachAtOnce() {
    Finding finding = compare(new Tally(20, 20), new Tally(0, 400));
    assertThat(finding.outcome()).isEqualTo(Outcome.BREACH);
    assertThat(finding.low()).isBetween(0.3, 1.0);
    assertThat(finding.high()).isEqualTo(1);
  }

  @Test
  void allThatFailOnBothSidesIsNoBreach() {
    Finding finding = compare(new Tally(100, 100), new Tally(2000, 2000));
    assertThat(finding.outcome()).isEqualTo(Outcome.OPEN);
    assertThat(finding.estimate()).isZero();
  }

  @Test
  void aBetterCanaryIsClear() {
    Finding finding = compare(new Tally(0, 500), new Tally(2000, 10_000));
    assertThat(finding.outcome()).isEqualTo(Outcome.CLEAR);
    assertThat(finding.high()).isNegative();
  }

  @Test
  void withoutALeastDifferenceOneThatIsAsGoodIsNeverClear() {
    Terms any = new Terms(0.01, 0, 20);
    assertThat(
            Comparison.compare("failed", new Tally(2000, 1e6), new Tally(2000, 1e6), any).outcome())
        .isEqualTo(Outcome.OPEN);
  }

  @Test
  void theIntervalEndsWhereTheEvidenceDoes() {
    Difference difference = new Difference(new Tally(30, 900), new Tally(25, 4000));
    double enough = TERMS.enough();
    assertThat(difference.against(difference.low(enough))).isCloseTo(enough, within(1e-6));
    assertThat(difference.against(difference.high(enough))).isCloseTo(enough, within(1e-6));
    assertThat(difference.against(difference.estimate())).isNegative();
  }

  @Test
  void againstADifferenceThereIsTheLeastEvidenceOfAllRates() {
    Tally canary = new Tally(12, 300);
    Tally baseline = new Tally(9, 2000);
    Difference difference = new Difference(canary, baseline);
    double least = Double.POSITIVE_INFINITY;
    for (int i = 1; i < 100_000; i++) {
      double rate = i * 1e-6;
      double hedged = Math.log((1 + Math.exp(new Mixture(baseline).against(rate))) / 2);
      least = Math.min(least, new Mixture(canary).against(rate + 0.01) + hedged);
    }
    assertThat(difference.against(0.01)).isCloseTo(least, within(1e-4));
  }

  @Test
  void takesCountsThatAreNotWhole() {
    Finding less = compare(new Tally(50.4, 7200.7), new Tally(274, 136_800));
    Finding more = compare(new Tally(50.6, 7200.7), new Tally(274, 136_800));
    assertThat(less.logEvidence()).isLessThan(more.logEvidence());
  }

  @Test
  void aRestartedWatcherFindsTheSame() {
    Tally canary = new Tally(10, 1000).plus(new Tally(5, 800));
    assertThat(compare(canary, new Tally(40, 30_000)))
        .isEqualTo(compare(new Tally(15, 1800), new Tally(40, 30_000)));
  }

  @Test
  void refusesCountsThatCantBe() {
    assertThatThrownBy(() -> new Tally(3, 2)).hasMessageContaining("was 3.0 of 2.0");
    assertThatThrownBy(() -> new Tally(Double.NaN, 2)).hasMessageContaining("expected 0 ≤ count");
    assertThatThrownBy(() -> new Terms(0, 0, 20)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new Terms(0.01, -0.1, 20)).hasMessageContaining("least");
    assertThatThrownBy(() -> new Terms(0.01, 0, 0)).hasMessageContaining("leastRequests");
  }

  private static Finding compare(Tally canary, Tally baseline) {
    return Comparison.compare("failed", canary, baseline, TERMS);
  }
}
