package dev.serin.sli.judge;

import static dev.serin.contracts.sli.Verdict.ERROR;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Baseline;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A canary beside its baseline.
class BesideTest {
  /// The runbook's: at most half a point of errors more.
  private static final SliQuery ERRORS =
      new SliQuery("error-rate", "q", null, null, null, 0, new Baseline("b", null, 0.005, null, 0));

  /// The runbook's: within 10 %, but 5 ms are no matter.
  private static final SliQuery P95 =
      new SliQuery("p95", "q", null, null, null, 0, new Baseline("b", null, null, 1.1, 0.005));

  private static final SliQuery BOTH =
      new SliQuery("p95", "q", 0.5, null, "n", 20, new Baseline("b", "m", null, 1.1, 0.005));

  private static SliResult judged(SliQuery sli, double value, Reading baseline) {
    return Judge.judge(asked(sli, new Reading.Number(value), null, baseline, null));
  }

  private static Asked asked(
      SliQuery sli,
      Reading value,
      @Nullable Reading requests,
      Reading baseline,
      @Nullable Reading baselineRequests) {
    SliQuery.Baseline limits = sli.baseline();
    return new Asked(
        sli,
        value,
        requests,
        limits == null ? null : new Asked.Baseline(limits, baseline, baselineRequests));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.012    | 0.002    | FAIL | error-rate is 0.012, the baseline's 0.002: 0.01 above it,"
            + " limit 0.005",
        "0.004    | 0.002    | PASS | error-rate is 0.004, the baseline's 0.002: 0.002 above it,"
            + " within 0.005",
        "0.005    | 0        | PASS | error-rate is 0.005, the baseline's 0: 0.005 above it,"
            + " within 0.005",
        "0.3      | 0.4      | PASS | error-rate is 0.3, the baseline's 0.4: not above it",
        "0        | 0        | PASS | error-rate is 0, the baseline's 0: not above it",
        "Infinity | Infinity | PASS | error-rate is infinite, the baseline's infinite: not above"
            + " it",
        "Infinity | 0        | FAIL | error-rate is infinite, the baseline's 0: infinite above it,"
            + " limit 0.005",
      })
  void mayBeSoMuchAboveIt(double value, double baseline, Verdict verdict, String detail) {
    SliResult result = judged(ERRORS, value, new Reading.Number(baseline));

    assertThat(result.detail()).isEqualTo(detail);
    assertThat(result.verdict()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.62  | 0.48  | FAIL | p95 is 0.62, the baseline's 0.48: 1.292 times as much, limit 1.1",
        "0.5   | 0.48  | PASS | p95 is 0.5, the baseline's 0.48: 1.042 times as much, within 1.1",
        "0.002 | 0.001 | PASS | p95 is 0.002, the baseline's 0.001: 0.001 above it, which does not"
            + " matter up to 0.005",
        "0.4   | 0.48  | PASS | p95 is 0.4, the baseline's 0.48: not above it",
        "0.1   | 0     | FAIL | p95 is 0.1, the baseline's 0: it has none, limit 1.1",
      })
  void mayBeSoManyTimesIt(double value, double baseline, Verdict verdict, String detail) {
    SliResult result = judged(P95, value, new Reading.Number(baseline));

    assertThat(result.detail()).isEqualTo(detail);
    assertThat(result.verdict()).isEqualTo(verdict);
  }

  @Test
  void tellsWhatItWasComparedWith() {
    assertThat(judged(P95, 0.5, new Reading.Number(0.48)).baseline())
        .isEqualTo(new SliResult.Baseline("b", 0.48, null, null, 1.1, 0.005));
  }

  @Test
  void isNotGreenWithoutABaseline() {
    SliResult silent = judged(ERRORS, 0, new Reading.NoSeries());
    assertThat(silent.verdict()).isEqualTo(NO_DATA);
    assertThat(silent.detail())
        .isEqualTo("error-rate of the baseline has no value: no series matches its query");
    assertThat(judged(ERRORS, 0, new Reading.NotANumber()).verdict()).isEqualTo(NO_DATA);
    assertThat(judged(ERRORS, 0, new Reading.NotOneNumber("3 series")).verdict()).isEqualTo(ERROR);
  }

  @Test
  void isNotGreenBesideABaselineOfTooFewRequests() {
    SliResult result =
        Judge.judge(
            asked(
                BOTH,
                new Reading.Number(0.1),
                new Reading.Number(100),
                new Reading.Number(0.1),
                new Reading.Number(3)));
    assertThat(result.verdict()).isEqualTo(NO_DATA);
    assertThat(result.detail())
        .isEqualTo(
            "p95 of the baseline is 0.1, but that rests on 3 requests, and 20 are needed for a"
                + " verdict");
  }

  @Test
  void itsOwnLimitIsBrokenWhateverTheBaselineSays() {
    SliResult result =
        Judge.judge(
            asked(
                BOTH,
                new Reading.Number(0.6),
                new Reading.Number(100),
                new Reading.NoSeries(),
                new Reading.NoSeries()));
    assertThat(result.verdict()).isEqualTo(FAIL);
    assertThat(result.detail()).isEqualTo("p95 is 0.6, above the limit of 0.5");
  }

  @Test
  void aBaselineThatCannotBeAskedForStandsAgainstARollout() {
    Preflight preflight =
        Preflight.of(
            java.util.List.of(
                asked(
                    ERRORS,
                    new Reading.Number(0),
                    null,
                    new Reading.NotOneNumber("3 series"),
                    null)));
    assertThat(preflight.problems())
        .containsExactly(
            "error-rate of the baseline: expected one number, found 3 series; aggregate with"
                + " sum(…), max(…) or the like");
  }

  @Test
  void aBaselineWhoseAgeIsNotKnownIsComparedWithAndThatIsTold() {
    assertThat(judged(ERRORS, 0.001, new Reading.Undated(0.001, "no answer in time")).detail())
        .isEqualTo(
            "error-rate is 0.001, the baseline's 0.001: not above it; how old it is is not known:"
                + " no answer in time");
  }

  @Test
  void nothingIsComparedWithAnOldBaseline() {
    SliResult result =
        judged(ERRORS, 0.5, new Reading.Old(0.001, Duration.ofSeconds(45), Duration.ofSeconds(30)));

    assertThat(result.verdict()).isEqualTo(NO_DATA);
    assertThat(result.detail())
        .startsWith("error-rate of the baseline is 0.001, but the newest sample behind it is 45s");
  }
}
