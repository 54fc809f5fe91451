package dev.serin.sli.sequential;

import static dev.serin.sli.sequential.Windows.always;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Power POWER = new Power(new Traffic(40, 0.05, 0.002), Terms.DEFAULT);

  /// With 600 looks an hour, as good as always looking.
  @ParameterizedTest
  @CsvSource({"0.05, 0.005", "0.05, 0.007", "0.5, 0.0025", "0.5, 0.002"})
  void findsAsOftenAsTheComparisonDoes(double share, double difference) {
    Power power = new Power(new Traffic(40, share, 0.002), Terms.DEFAULT);
    var simulated = simulated(share, difference, 120, 30);
    assertThat(power.of(difference, HOUR)).isCloseTo(simulated.ended(), within(0.1));
  }

  @ParameterizedTest
  @CsvSource({"0.05, 0.01, 5", "0.05, 0.05, 1", "0.5, 0.01, 1", "0.5, 0.005, 5"})
  void tellsTheTimeThatTheComparisonTakes(double share, double difference, int secondsALook) {
    Power power = new Power(new Traffic(40, share, 0.002), Terms.DEFAULT);
    var simulated = simulated(share, difference, 3600 / secondsALook, secondsALook);
    double told = power.medianTime(difference).orElseThrow().toMillis() / 1000.0;
    double took = simulated.medianLook() * secondsALook;
    assertThat(told).isBetween(0.75 * took, 1.35 * took);
  }

  @Test
  void tellsTheSmallestDifferenceThatAWindowFinds() {
    double smallest = POWER.smallest(HOUR).orElseThrow();
    assertThat(POWER.of(smallest, HOUR)).isCloseTo(Power.SURE, within(0.02));
    assertThat(POWER.suffices(smallest * 1.1, HOUR)).isTrue();
    assertThat(POWER.suffices(smallest * 0.9, HOUR)).isFalse();
    assertThat(POWER.smallest(Duration.ofHours(4)).orElseThrow()).isLessThan(smallest);
  }

  @Test
  void saysSoInASentence() {
    assertThat(POWER.sentence(0.01, HOUR))
        .matches(
            "at 5 % of 40 requests/s, \\+1 points is found in about \\d+ min; a window of 60 min"
                + " can't find less than \\+0\\.\\d+ points");
  }

  @Test
  void aWindowOfFewRequestsFindsNothing() {
    Power idle = new Power(new Traffic(0.01, 0.05, 0.002), Terms.DEFAULT);
    assertThat(idle.of(0.9, HOUR)).isZero();
    assertThat(idle.smallest(HOUR)).isEmpty();
    assertThat(idle.sentence(0.005, HOUR))
        .isEqualTo(
            "at 5 % of 0.01 requests/s, +0.5 points is not found in a week; a window of 60 min finds"
                + " no difference, however large");
  }

  @Test
  void whatDoesNotMatterIsNeverFound() {
    assertThat(POWER.medianTime(0.0005)).isEmpty();
  }

  @Test
  void refusesTrafficThatCantBe() {
    assertThatThrownBy(() -> new Traffic(0, 0.5, 0)).hasMessageContaining("requests a second");
    assertThatThrownBy(() -> new Traffic(1, 1, 0)).hasMessageContaining("share between 0 and 1");
    assertThatThrownBy(() -> new Traffic(1, 0.5, 1)).hasMessageContaining("failures");
  }

  private static Windows.Ended simulated(
      double share, double difference, int looks, int secondsALook) {
    return new Windows(31, 40.0 * secondsALook, share, looks)
        .ended(
            Outcome.BREACH,
            400,
            always(0.002 + difference, 0.002),
            (canary, baseline) -> Comparison.outcome(canary, baseline, Terms.DEFAULT));
  }
}
