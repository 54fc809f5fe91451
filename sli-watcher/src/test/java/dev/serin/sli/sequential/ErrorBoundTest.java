package dev.serin.sli.sequential;

import static dev.serin.sli.sequential.Windows.always;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How often the comparison is wrong, over whole windows, with fixed seeds.
class ErrorBoundTest {
  private static final int WINDOWS = 1_000;

  /// At the edge of what it denies, where it is wrong most often: as good as the baseline, and
  /// nothing but a difference of 0 allowed.
  @ParameterizedTest
  @CsvSource({
    "  40, 0.05, 0.002, 120",
    "  40, 0.50, 0.002, 120",
    "1200, 0.05, 0.002, 120",
    "1200, 0.50, 0.002, 120",
    " 400, 0.05, 0.002, 360",
    "1200, 0.05, 0.300, 120",
    "1200, 0.95, 0.010, 120",
  })
  void aCanaryThatIsNoWorseIsABreachInFewerWindowsThanAlpha(
      double perLook, double share, double rate, int looks) {
    Windows windows = new Windows(11, perLook, share, looks);
    for (double alpha : new double[] {0.01, 0.1}) {
      Terms terms = new Terms(alpha, 0, 20);
      var wrong = windows.ended(Outcome.BREACH, WINDOWS, always(rate, rate), by(terms));
      assertThat(wrong.ended()).isLessThanOrEqualTo(alpha);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.05, 0.001, 0.003", "0.5, 0.001, 0.003", "0.5, 0.01, 0.02"})
  void aDifferenceThatJustMattersIsNeitherABreachNorClearInMoreWindowsThanAlpha(
      double share, double least, double baseline) {
    Windows windows = new Windows(12, 1200, share, 120);
    Terms terms = new Terms(0.1, least, 20);
    var edge = always(baseline + least, baseline);
    assertThat(windows.ended(Outcome.BREACH, WINDOWS, edge, by(terms)).ended())
        .isLessThanOrEqualTo(0.1);
    assertThat(windows.ended(Outcome.CLEAR, WINDOWS, edge, by(terms)).ended())
        .isLessThanOrEqualTo(0.1);
  }

  @Test
  void theseWindowsShowARuleThatCountsLooksTwice() {
    Windows windows = new Windows(11, 1200, 0.05, 120);
    var wrong =
        windows.ended(
            Outcome.BREACH, WINDOWS, always(0.002, 0.002), ErrorBoundTest::asIfLookedOnce);
    assertThat(wrong.ended()).isGreaterThan(0.05);
  }

  @Test
  void aTimeInWhichBothSidesSufferIsNoBreach() {
    Windows windows = new Windows(13, 1200, 0.05, 120);
    Windows.Truth incident =
        look -> look > 40 && look <= 50 ? new double[] {0.1, 0.1} : new double[] {0.002, 0.002};
    var wrong = windows.ended(Outcome.BREACH, WINDOWS, incident, by(new Terms(0.01, 0, 20)));
    assertThat(wrong.ended()).isLessThanOrEqualTo(0.01);
  }

  @ParameterizedTest
  @CsvSource({
    "0.05, 0.05, 0.99,   4",
    "0.05, 0.01, 0.95,  30",
    "0.50, 0.05, 0.99,   2",
    "0.50, 0.01, 0.99,   8",
  })
  void findsAWorseCanary(double share, double worse, double caught, int look) {
    Windows windows = new Windows(14, 1200, share, 120);
    var found =
        windows.ended(Outcome.BREACH, WINDOWS, always(0.002 + worse, 0.002), by(Terms.DEFAULT));
    assertThat(found.ended()).isGreaterThanOrEqualTo(caught);
    assertThat(found.medianLook()).isLessThanOrEqualTo(look);
  }

  @Test
  void findsThatACanaryIsClearWhereTheTrafficAllows() {
    Windows windows = new Windows(15, 15_000, 0.5, 120);
    var found = windows.ended(Outcome.CLEAR, 200, always(0.002, 0.002), by(Terms.DEFAULT));
    assertThat(found.ended()).isEqualTo(1);
    assertThat(found.medianLook()).isLessThan(60);
  }

  private static BiFunction<Tally, Tally, Outcome> by(Terms terms) {
    return (canary, baseline) -> Comparison.outcome(canary, baseline, terms);
  }

  /// A z-test at 1 %, as if there were one look.
  private static Outcome asIfLookedOnce(Tally canary, Tally baseline) {
    double pooled = (canary.count() + baseline.count()) / (canary.total() + baseline.total());
    double deviation =
        Math.sqrt(pooled * (1 - pooled) * (1 / canary.total() + 1 / baseline.total()));
    return canary.share() - baseline.share() > 2.326 * deviation ? Outcome.BREACH : Outcome.OPEN;
  }
}
