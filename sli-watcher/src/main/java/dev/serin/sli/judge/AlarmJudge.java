package dev.serin.sli.judge;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.judge.CloudWatch.Point;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The verdict of an SLI with an alarm: `ALARM` is `FAIL`, `OK` is `PASS`, and `INSUFFICIENT_DATA`
/// is `NO_DATA`. What could not be asked for is `ERROR`, as it is without an alarm: it is not
/// missing, nobody knows what it was.
///
/// CloudWatch stays `OK` by old data points for as long as there are any. Here that is green for
/// two periods after the newest one and no longer, unless the service itself says that no data is
/// green: data that is not there never counts so (I8).
final class AlarmJudge {
  /// Of how many data points a sentence tells, the newest ones.
  private static final int MOST_TOLD = 12;

  private AlarmJudge() {}

  /// @param detail one sentence
  record Judged(Verdict verdict, String detail) {}

  static Judged judge(SliQuery sli, DataPoints points) {
    for (Reading reading : points.values()) {
      Judge.Lack lack = DataPoints.isMissing(reading) ? null : Judge.lackOf(sli.name(), reading);
      if (lack != null) {
        return new Judged(lack.verdict(), lack.detail());
      }
    }
    SliQuery.Alarm alarm = Objects.requireNonNull(sli.alarm());
    List<Point> all = points.values().stream().map(reading -> point(sli, reading)).toList();
    Verdict verdict =
        switch (CloudWatch.state(all, alarm.datapoints(), alarm.of(), alarm.treatMissingData())) {
          case OK -> isGreen(alarm, all) ? Verdict.PASS : Verdict.NO_DATA;
          case ALARM -> Verdict.FAIL;
          case INSUFFICIENT_DATA -> Verdict.NO_DATA;
        };
    return new Judged(verdict, sentence(sli, alarm, points, all, verdict));
  }

  private static boolean isGreen(SliQuery.Alarm alarm, List<Point> all) {
    int newest = Math.min(all.size(), CloudWatch.evaluationRange(1));
    return alarm.treatMissingData() == TreatMissingData.NOT_BREACHING
        || all.subList(all.size() - newest, all.size()).stream()
            .anyMatch(point -> point != Point.MISSING);
  }

  private static Point point(SliQuery sli, Reading reading) {
    if (DataPoints.isMissing(reading)) {
      return Point.MISSING;
    }
    double value = Judge.number(reading);
    boolean red =
        (sli.max() != null && value >= sli.max()) || (sli.min() != null && value <= sli.min());
    return red ? Point.RED : Point.GREEN;
  }

  /// Such as `errors: 3 of the last 5 minutes at or above 3 (3, –, 4, 7, 0)`.
  private static String sentence(
      SliQuery sli, SliQuery.Alarm alarm, DataPoints points, List<Point> all, Verdict verdict) {
    int size = all.size();
    List<Point> range =
        all.subList(Math.max(0, size - CloudWatch.evaluationRange(alarm.of())), size);
    List<Point> last = all.subList(Math.max(0, size - alarm.of()), size);
    // Where one is missing, an older one may count in its place.
    List<Point> told = last.contains(Point.MISSING) ? range : last;
    long red = told.stream().filter(point -> point == Point.RED).count();
    long missing = told.stream().filter(point -> point == Point.MISSING).count();
    return sli.name()
        + ": "
        + red
        + " of the last "
        + periods(told.size(), alarm.period())
        + " "
        + limits(sli.max(), sli.min())
        + " ("
        + values(points.values().subList(size - told.size(), size))
        + ")"
        + (missing == 0 ? "" : "; " + missing(missing, alarm.treatMissingData()))
        + (verdict == Verdict.PASS ? "; it takes " + alarm.datapoints() : "")
        + (verdict == Verdict.NO_DATA && told.contains(Point.GREEN)
            ? "; the newest one is too old to be green by"
            : "");
  }

  private static String periods(int number, Duration period) {
    String unit =
        period.equals(Duration.ofMinutes(1))
            ? "minute"
            : period.equals(Duration.ofHours(1)) ? "hour" : "";
    return unit.isEmpty()
        ? number + " × " + Quantities.shown(period)
        : number + " " + unit + (number == 1 ? "" : "s");
  }

  private static String limits(@Nullable Double max, @Nullable Double min) {
    if (max != null && min != null) {
      return "at or beyond " + Words.number(min) + " or " + Words.number(max);
    }
    return max != null
        ? "at or above " + Words.number(max)
        : "at or below " + Words.number(Objects.requireNonNull(min));
  }

  /// Oldest first, `–` for what is missing.
  private static String values(List<Reading> readings) {
    int left = Math.max(0, readings.size() - MOST_TOLD);
    return (left == 0 ? "" : "…, ")
        + readings.subList(left, readings.size()).stream()
            .map(reading ->
                DataPoints.isMissing(reading) ? "–" : Words.number(Judge.number(reading)))
            .collect(Collectors.joining(", "));
  }

  private static String missing(long number, TreatMissingData treat) {
    return number
        + (number == 1 ? " is" : " are")
        + " missing, "
        + switch (treat) {
          case MISSING -> "and nothing is made of that";
          case IGNORE -> "and what is missing is ignored";
          case BREACHING -> "which counts as red where there are too few others";
          case NOT_BREACHING -> "which counts as green, as the service says";
        };
  }
}
