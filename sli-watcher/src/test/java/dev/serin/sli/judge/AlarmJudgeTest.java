package dev.serin.sli.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An SLI with an alarm is red by several data points.
class AlarmJudgeTest {
  private static final Reading NONE = new Reading.NoSeries();
  private static final Reading FRESH = new Reading.Number(0);

  private static SliQuery sli(int datapoints, int of, Duration period, TreatMissingData missing) {
    return new SliQuery(
        "errors",
        "q",
        3.0,
        null,
        null,
        0,
        null,
        List.of(),
        new SliQuery.Alarm(datapoints, of, period, missing),
        null);
  }

  private static SliQuery minutes(int datapoints, int of, TreatMissingData missing) {
    return sli(datapoints, of, Duration.ofMinutes(1), missing);
  }

  /// Numbers, `-` for none and `NaN`, the newest on the right.
  private static List<Reading> readings(String row) {
    List<Reading> readings = new ArrayList<>();
    for (String one : row.strip().split(" +", -1)) {
      readings.add(
          switch (one) {
            case "-" -> NONE;
            case "NaN" -> new Reading.NotANumber();
            default -> new Reading.Number(Double.parseDouble(one));
          });
    }
    return readings;
  }

  private static SliResult judge(
      SliQuery sli, List<Reading> values, @Nullable List<Reading> requests, Reading aged) {
    return Judge.judge(
        new Asked(
            sli, values.getLast(), null, null, DataPoints.of(sli, values, requests, aged), null));
  }

  private static SliResult judge(SliQuery sli, String row) {
    return judge(sli, readings(row), null, FRESH);
  }

  @Test
  void tellsWhichDataPointsWereRed() {
    SliResult result = judge(minutes(3, 5, TreatMissingData.MISSING), "1 9 3 0 4 7 0");
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.detail())
        .isEqualTo("errors: 3 of the last 5 minutes at or above 3 (3, 0, 4, 7, 0)");
    assertThat(result.value()).as("the newest").isZero();
  }

  @Test
  void tellsWhatIsMissingAndWhatBecameOfIt() {
    assertThat(judge(minutes(3, 5, TreatMissingData.NOT_BREACHING), "3 - 4 7 0").detail())
        .isEqualTo(
            "errors: 3 of the last 5 minutes at or above 3 (3, –, 4, 7, 0); 1 is missing, which"
                + " counts as green, as the service says");
    assertThat(judge(minutes(2, 3, TreatMissingData.BREACHING), "0 - NaN").detail())
        .isEqualTo(
            "errors: 0 of the last 3 minutes at or above 3 (0, –, –); 2 are missing, which counts"
                + " as red where there are too few others");
  }

  @Test
  void aGreenOneTellsHowManyItTakes() {
    SliResult result = judge(sli(2, 3, Duration.ofSeconds(30), TreatMissingData.MISSING), "1 5 2");
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.detail())
        .isEqualTo("errors: 1 of the last 3 × 30s at or above 3 (1, 5, 2); it takes 2");
  }

  @Test
  void aLowerLimitHasAnAlarmToo() {
    SliQuery sli =
        new SliQuery(
            "rps",
            "q",
            null,
            1.0,
            null,
            0,
            null,
            List.of(),
            new SliQuery.Alarm(2, 2, Duration.ofHours(1), TreatMissingData.MISSING),
            null);
    SliResult result = judge(sli, "2 1 0.5");
    assertThat(result.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(result.detail()).isEqualTo("rps: 2 of the last 2 hours at or below 1 (1, 0.5)");
  }

  @ParameterizedTest
  @CsvSource({"MISSING, NO_DATA", "IGNORE, NO_DATA", "BREACHING, FAIL", "NOT_BREACHING, PASS"})
  void withoutAnyDataPointTheServicesWordCounts(TreatMissingData missing, Verdict verdict) {
    assertThat(judge(minutes(1, 1, missing), "- - NaN").verdict()).isEqualTo(verdict);
  }

  @Test
  void ofManyTheNewestAreTold() {
    String row = "0 ".repeat(20) + "1 2";
    assertThat(judge(minutes(20, 20, TreatMissingData.MISSING), row).detail())
        .contains("0 of the last 20 minutes")
        .contains("(…, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)");
  }

  /// Nobody knows what it was: it is not missing, and no `notBreaching` makes it green.
  @Test
  void whatCouldNotBeAskedForIsAnError() {
    for (Reading reading :
        List.of(
            new Reading.Unavailable("Prometheus is away"),
            new Reading.Refused("parse error"),
            new Reading.NotOneNumber("2 series"))) {
      SliResult result =
          judge(
              minutes(1, 3, TreatMissingData.NOT_BREACHING),
              List.of(new Reading.Number(1), reading, new Reading.Number(5)),
              null,
              FRESH);
      assertThat(result.verdict()).isEqualTo(Verdict.ERROR);
    }
  }

  /// I8: CloudWatch's alarm stays OK for as long as anything green is in its range.
  @ParameterizedTest
  @CsvSource({
    "MISSING, 0 0 0 - - -, NO_DATA",
    "MISSING, 0 0 0 - -, PASS",
    "IGNORE, 0 0 0 - - -, NO_DATA",
    "IGNORE, 5 5 - - -, NO_DATA",
    "BREACHING, 0 0 0 0 - - -, NO_DATA",
    "NOT_BREACHING, 0 0 0 - - -, PASS",
    "MISSING, 0 - - 0, PASS"
  })
  void isGreenByOldDataPointsForTwoPeriodsAlone(
      TreatMissingData missing, String row, Verdict verdict) {
    assertThat(judge(minutes(5, 5, missing), row).verdict()).isEqualTo(verdict);
  }

  @Test
  void saysThatItsNewestIsTooOld() {
    assertThat(judge(minutes(5, 5, TreatMissingData.MISSING), "0 0 0 - - -").detail())
        .endsWith(
            "3 are missing, and nothing is made of that; the newest one is too old to be green by");
  }

  @Test
  void aDataPointOfTooFewRequestsIsMissing() {
    SliQuery sli =
        new SliQuery(
            "errors",
            "q",
            3.0,
            null,
            "n",
            20,
            null,
            List.of(),
            new SliQuery.Alarm(2, 2, Duration.ofMinutes(1), TreatMissingData.MISSING),
            null);
    assertThat(judge(sli, readings("5 5"), readings("20 20"), FRESH).verdict())
        .isEqualTo(Verdict.FAIL);
    SliResult few = judge(sli, readings("0 5 5"), readings("20 20 19"), FRESH);
    assertThat(few.verdict()).isEqualTo(Verdict.PASS);
    assertThat(few.detail()).contains("(0, 5, –)");
    assertThat(judge(sli, readings("5 5"), readings("- NaN"), FRESH).verdict())
        .isEqualTo(Verdict.NO_DATA);
    assertThat(
            judge(
                    sli,
                    readings("5 5"),
                    List.of(new Reading.Number(20), new Reading.Refused("no")),
                    FRESH)
                .verdict())
        .isEqualTo(Verdict.ERROR);
  }

  /// The newest sample came 100 s before the slot, and counts for 35 s: by then, the two newest
  /// periods had nothing new to rest on.
  @Test
  void aDataPointThatNoNewSampleStandsBehindIsMissing() {
    Reading old = new Reading.Old(0, Duration.ofSeconds(100), Duration.ofSeconds(35));
    SliResult result =
        judge(minutes(3, 3, TreatMissingData.MISSING), readings("0 0 0 0 0"), null, old);
    assertThat(result.detail()).contains("(0, 0, 0, –, –)");
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(judge(minutes(1, 1, TreatMissingData.MISSING), readings("0"), null, old).verdict())
        .isEqualTo(Verdict.NO_DATA);
  }
}
