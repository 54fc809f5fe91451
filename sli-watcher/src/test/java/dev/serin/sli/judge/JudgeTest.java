package dev.serin.sli.judge;

import static dev.serin.contracts.sli.Verdict.ERROR;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {
  private static final SliQuery BELOW = new SliQuery("error-rate", "q", 0.005, null, null, 0, null);
  private static final SliQuery ABOVE =
      new SliQuery("success-rate", "q", null, 0.99, null, 0, null);
  private static final SliQuery BETWEEN = new SliQuery("queue", "q", 10.0, 1.0, null, 0, null);
  private static final SliQuery COUNTED =
      new SliQuery("error-rate", "q", 0.005, null, "n", 20, null);

  private static SliResult judged(SliQuery sli, double value) {
    return Judge.judge(new Asked(sli, new Reading.Number(value), null, null));
  }

  private static SliResult judged(SliQuery sli, Reading value, @Nullable Reading requests) {
    return Judge.judge(new Asked(sli, value, requests, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.21     | FAIL | error-rate is 0.21, above the limit of 0.005",
        "0.005    | FAIL | error-rate is 0.005, at the limit of 0.005",
        "0.0049   | PASS | error-rate is 0.0049, below the limit of 0.005",
        "0        | PASS | error-rate is 0, below the limit of 0.005",
        "Infinity | FAIL | error-rate is infinite, above the limit of 0.005",
      })
  void isGreenWhileTheValueIsBelowMax(double value, Verdict verdict, String detail) {
    SliResult result = judged(BELOW, value);

    assertThat(result.verdict()).isEqualTo(verdict);
    assertThat(result.detail()).isEqualTo(detail);
    assertThat(result.max()).isEqualTo(0.005);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.5       | FAIL | success-rate is 0.5, below the limit of 0.99",
        "0.99      | FAIL | success-rate is 0.99, at the limit of 0.99",
        "1         | PASS | success-rate is 1, above the limit of 0.99",
        "Infinity  | PASS | success-rate is infinite, above the limit of 0.99",
        "-Infinity | FAIL | success-rate is minus infinite, below the limit of 0.99",
      })
  void isGreenWhileTheValueIsAboveMin(double value, Verdict verdict, String detail) {
    assertThat(judged(ABOVE, value).verdict()).isEqualTo(verdict);
    assertThat(judged(ABOVE, value).detail()).isEqualTo(detail);
  }

  @Test
  void holdsBothLimits() {
    assertThat(judged(BETWEEN, 5).verdict()).isEqualTo(PASS);
    assertThat(judged(BETWEEN, 5).detail()).isEqualTo("queue is 5, between 1 and 10");
    assertThat(judged(BETWEEN, 11).verdict()).isEqualTo(FAIL);
    assertThat(judged(BETWEEN, 0.5).verdict()).isEqualTo(FAIL);
  }

  @Test
  void leavesInfinityOutOfTheValueSinceJsonHasNone() {
    assertThat(judged(BELOW, Double.POSITIVE_INFINITY).value()).isNull();
    assertThat(judged(BELOW, 0.21).value()).isEqualTo(0.21);
  }

  @Test
  void takesNoValueForNoData() {
    assertThat(judged(BELOW, new Reading.NoSeries(), null))
        .returns(NO_DATA, SliResult::verdict)
        .returns(null, SliResult::value)
        .returns("error-rate has no value: no series matches its query", SliResult::detail);
    assertThat(judged(BELOW, new Reading.NotANumber(), null))
        .returns(NO_DATA, SliResult::verdict)
        .returns(
            "error-rate has no value: its query gives NaN, as a division of 0 by 0 does",
            SliResult::detail);
  }

  @Test
  void takesWhatIsNotOneNumberForAnError() {
    assertThat(judged(BELOW, new Reading.NotOneNumber("3 series"), null))
        .returns(ERROR, SliResult::verdict)
        .returns("error-rate: expected one number, found 3 series", SliResult::detail);
    assertThat(judged(BELOW, new Reading.Refused("parse error"), null))
        .returns(ERROR, SliResult::verdict)
        .returns("Prometheus refused the query of error-rate: parse error", SliResult::detail);
    assertThat(judged(BELOW, new Reading.Unavailable("Prometheus is away"), null))
        .returns(ERROR, SliResult::verdict)
        .returns("Prometheus is away", SliResult::detail);
  }

  @Test
  void givesNoVerdictOnTooFewRequests() {
    assertThat(judged(COUNTED, new Reading.Number(0.5), new Reading.Number(3)))
        .returns(NO_DATA, SliResult::verdict)
        .returns(0.5, SliResult::value)
        .returns(3.0, SliResult::requests)
        .returns(
            "error-rate is 0.5, but that rests on 3 requests, and 20 are needed for a verdict",
            SliResult::detail);
    assertThat(judged(COUNTED, new Reading.Number(0.5), new Reading.Number(20)).verdict())
        .isEqualTo(FAIL);
    assertThat(judged(COUNTED, new Reading.Number(0), new Reading.Number(1_000)).verdict())
        .isEqualTo(PASS);
  }

  @Test
  void givesNoVerdictWhereTheRequestsAreNotKnown() {
    Reading good = new Reading.Number(0);

    assertThat(judged(COUNTED, good, new Reading.NoSeries()).verdict()).isEqualTo(NO_DATA);
    assertThat(judged(COUNTED, good, new Reading.NotANumber()).verdict()).isEqualTo(NO_DATA);
    assertThat(judged(COUNTED, good, new Reading.Refused("x")).verdict()).isEqualTo(ERROR);
    assertThat(judged(COUNTED, new Reading.NoSeries(), new Reading.Unavailable("x")).verdict())
        .isEqualTo(ERROR);
    assertThat(judged(COUNTED, new Reading.Unavailable("x"), new Reading.Number(1)).verdict())
        .isEqualTo(ERROR);
  }

  @ParameterizedTest
  @CsvSource({
    "PASS, PASS PASS",
    "NO_DATA, PASS NO_DATA",
    "ERROR, NO_DATA ERROR PASS",
    "FAIL, ERROR FAIL NO_DATA PASS",
  })
  void aProbeIsAsBadAsItsWorstResult(Verdict whole, String parts) {
    List<SliResult> results =
        Arrays.stream(parts.split(" ", -1))
            .map(part ->
                new SliResult("x", "q", null, null, null, null, Verdict.valueOf(part), "", null))
            .toList();

    assertThat(Judge.together(results)).isEqualTo(whole);
  }

  @Test
  void aProbeOfNothingProvesNothing() {
    assertThat(Judge.together(List.of())).isEqualTo(NO_DATA);
  }

  @ParameterizedTest
  @CsvSource({
    "0.2134567, 0.2135",
    "1500000, 1500000",
    "123456.789, 123500",
    "0.000012, 0.000012",
    "0.00000012, 1.2E-7",
    "-3, -3",
    "1e300, 1E+300",
  })
  void writesNumbersForPeople(double value, String words) {
    assertThat(Words.number(value)).isEqualTo(words);
  }

  private static final Reading.Old OLD =
      new Reading.Old(0.001, Duration.ofSeconds(45), Duration.ofSeconds(30));

  @Test
  void anOldValueIsNotGreen() {
    SliResult result = judged(BELOW, OLD, null);

    assertThat(result.verdict()).isEqualTo(NO_DATA);
    assertThat(result.value()).isEqualTo(0.001);
    assertThat(result.detail())
        .isEqualTo(
            "error-rate is 0.001, but the newest sample behind it is 45s old, and one counts for"
                + " 30s: nothing scrapes it any more, or its target is gone (one that is scraped as"
                + " seldom needs a maxAge)");
  }

  @Test
  void aValueWhoseAgeIsNotKnownCountsAndSaysSo() {
    SliResult green = judged(BELOW, new Reading.Undated(0.001, "no answer in time"), null);

    assertThat(green.verdict()).isEqualTo(PASS);
    assertThat(green.value()).isEqualTo(0.001);
    assertThat(green.detail())
        .isEqualTo(
            "error-rate is 0.001, below the limit of 0.005; how old it is is not known: no answer"
                + " in time");
    assertThat(judged(BELOW, new Reading.Undated(0.21, "no answer in time"), null).verdict())
        .isEqualTo(FAIL);
  }

  @Test
  void whatWasRedStaysSoWhenItIsOld() {
    SliResult result =
        judged(BELOW, new Reading.Old(0.21, Duration.ofSeconds(45), Duration.ofSeconds(30)), null);

    assertThat(result.verdict()).isEqualTo(FAIL);
    assertThat(result.detail()).isEqualTo("error-rate is 0.21, above the limit of 0.005");
  }

  @Test
  void anOldValueOfTooFewRequestsRestsOnTooFew() {
    assertThat(judged(COUNTED, OLD, new Reading.Number(3)).detail())
        .isEqualTo(
            "error-rate is 0.001, but that rests on 3 requests, and 20 are needed for a verdict");
  }
}
