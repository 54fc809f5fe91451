package dev.serin.sli.judge;

import static dev.serin.contracts.service.Alarm.TreatMissingData.BREACHING;
import static dev.serin.contracts.service.Alarm.TreatMissingData.IGNORE;
import static dev.serin.contracts.service.Alarm.TreatMissingData.MISSING;
import static dev.serin.contracts.service.Alarm.TreatMissingData.NOT_BREACHING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.sli.judge.CloudWatch.Point;
import dev.serin.sli.judge.CloudWatch.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The tables of the Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing
/// data", row by row: `0` is green, `X` red, `-` missing, the newest on the right.
class CloudWatchTest {
  private static List<Point> points(String row) {
    List<Point> points = new ArrayList<>();
    for (String one : row.strip().split(" +", -1)) {
      points.add(
          switch (one) {
            case "0" -> Point.GREEN;
            case "X" -> Point.RED;
            case "-" -> Point.MISSING;
            default -> throw new IllegalArgumentException("expected 0, X or -, was " + one);
          });
    }
    return points;
  }

  private static State state(String row, int datapoints, int of, TreatMissingData missing) {
    return CloudWatch.state(points(row), datapoints, of, missing);
  }

  /// `RETAIN` is "Retain current state".
  private static void isAsPublished(
      String row, int datapoints, TreatMissingData missing, String published) {
    if (!published.equals("RETAIN")) {
      assertThat(state(row, datapoints, 3, missing)).hasToString(published);
      return;
    }
    assertThat(state("X X X - - - - " + row, datapoints, 3, missing)).isEqualTo(State.ALARM);
    assertThat(state("0 0 0 - - - - " + row, datapoints, 3, missing)).isEqualTo(State.OK);
    assertThat(state(row, datapoints, 3, missing)).isEqualTo(State.INSUFFICIENT_DATA);
  }

  @Test
  void fiveDataPointsAreAtHandForThree() {
    assertThat(CloudWatch.evaluationRange(3)).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "0 - X - X, OK, OK, OK, OK",
    "0 - - - -, OK, OK, OK, OK",
    "- - - - -, INSUFFICIENT_DATA, RETAIN, ALARM, OK",
    "0 X X - X, ALARM, ALARM, ALARM, ALARM",
    "- - X - -, ALARM, RETAIN, ALARM, OK"
  })
  void threeOfThree(
      String row, String missing, String ignore, String breaching, String notBreaching) {
    isAsPublished(row, 3, MISSING, missing);
    isAsPublished(row, 3, IGNORE, ignore);
    isAsPublished(row, 3, BREACHING, breaching);
    isAsPublished(row, 3, NOT_BREACHING, notBreaching);
  }

  @ParameterizedTest
  @CsvSource({
    "0 - X - X, ALARM, ALARM, ALARM, ALARM",
    "0 0 X 0 X, ALARM, ALARM, ALARM, ALARM",
    "0 - X - -, OK, OK, ALARM, OK",
    "- - - - 0, OK, OK, ALARM, OK",
    "- - - X -, ALARM, RETAIN, ALARM, OK"
  })
  void twoOfThree(
      String row, String missing, String ignore, String breaching, String notBreaching) {
    isAsPublished(row, 2, MISSING, missing);
    isAsPublished(row, 2, IGNORE, ignore);
    isAsPublished(row, 2, BREACHING, breaching);
    isAsPublished(row, 2, NOT_BREACHING, notBreaching);
  }

  /// "This way, false positives are avoided when the next data point is non-breaching."
  @ParameterizedTest
  @CsvSource({"- - - - X", "- - - X -", "- - - X 0", "- - X - 0"})
  void noAlarmComesTooEarly(String row) {
    assertThat(state(row, 3, 3, MISSING)).isEqualTo(State.OK);
    assertThat(state(row, 3, 3, IGNORE)).isNotEqualTo(State.ALARM);
  }

  @Test
  void whatIsFurtherBackDoesNotCountWhereNoneIsMissing() {
    assertThat(state("X X 0 0 0", 1, 3, MISSING)).isEqualTo(State.OK);
    assertThat(state("X X 0 0 0 0 0", 1, 3, BREACHING)).isEqualTo(State.OK);
    assertThat(state("X X X X X 0 - 0 - 0", 1, 3, MISSING)).isEqualTo(State.OK);
  }

  /// What was before the alarm began is not there: nothing is filled in for it.
  @ParameterizedTest
  @CsvSource({
    "0, 2, OK",
    "X, 2, OK",
    "X X, 2, ALARM",
    "-, 2, INSUFFICIENT_DATA",
    "- -, 2, ALARM",
    "0 -, 2, OK",
    "X -, 2, ALARM"
  })
  void nothingIsFilledInForWhatWasBefore(String row, int datapoints, State state) {
    assertThat(state(row, datapoints, 3, BREACHING)).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "X, OK", "X X, OK", "X X X, ALARM", "-, INSUFFICIENT_DATA"})
  void anAlarmThatHasJustBegunGoesByWhatThereIs(String row, State state) {
    assertThat(state(row, 3, 3, MISSING)).isEqualTo(state);
    assertThat(state(row, 3, 3, IGNORE)).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "X, ALARM", "0 X, ALARM", "X 0, OK", "X -, ALARM", "0 -, OK"})
  void oneOfOneIsWhatTheNewestSays(String row, State state) {
    assertThat(state(row, 1, 1, MISSING)).isEqualTo(state);
  }

  @Test
  void withoutAnyDataPointThereIsNoState() {
    assertThat(CloudWatch.state(List.of(), 1, 1, MISSING)).isEqualTo(State.INSUFFICIENT_DATA);
    assertThat(CloudWatch.state(List.of(), 1, 1, BREACHING)).isEqualTo(State.INSUFFICIENT_DATA);
  }
}
