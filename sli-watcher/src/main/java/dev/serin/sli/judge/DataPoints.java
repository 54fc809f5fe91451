package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What Prometheus said of each period, oldest first; the last one ends with the slot.
///
/// @param values a number where there is a data point, what came instead where there is none
public record DataPoints(List<Reading> values) {
  public DataPoints {
    values = List.copyOf(values);
  }

  /// A data point that rests on fewer requests than it takes, or that no new sample stands behind,
  /// is none.
  ///
  /// @param requests of each period as many as values, none where the SLI does not ask for them
  /// @param aged what the newest sample's age makes of a value that is asked for at the slot
  public static DataPoints of(
      SliQuery sli, List<Reading> values, @Nullable List<Reading> requests, Reading aged) {
    SliQuery.Alarm alarm = Objects.requireNonNull(sli.alarm());
    List<Reading> points = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Reading value = values.get(i);
      Duration ago = alarm.period().multipliedBy(values.size() - 1 - i);
      if (requests != null && value instanceof Reading.Number) {
        value = enough(value, requests.get(i), sli.minRequests());
      }
      points.add(
          value instanceof Reading.Number && isOld(aged, ago) ? new Reading.NoSeries() : value);
    }
    return new DataPoints(points);
  }

  /// How far back the alarms of these look, a second at least.
  public static Duration longest(List<SliQuery> slis) {
    return slis.stream()
        .map(SliQuery::alarm)
        .filter(Objects::nonNull)
        .map(alarm -> alarm.period().multipliedBy(CloudWatch.evaluationRange(alarm.of())))
        .reduce(Duration.ofSeconds(1), (one, other) -> one.compareTo(other) < 0 ? other : one);
  }

  private static Reading enough(Reading value, Reading requests, double least) {
    return switch (requests) {
      case Reading.Number(double count) -> count >= least ? value : new Reading.NoSeries();
      case Reading.NoSeries _, Reading.NotANumber _ -> new Reading.NoSeries();
      case Reading.Old _,
          Reading.Undated _,
          Reading.NotOneNumber _,
          Reading.Refused _,
          Reading.Unavailable _ ->
          requests;
    };
  }

  /// @param ago how long before the slot the period ended
  private static boolean isOld(Reading aged, Duration ago) {
    return aged instanceof Reading.Old(_, Duration age, Duration limit)
        && age.minus(ago).compareTo(limit) > 0;
  }

  static boolean isMissing(Reading reading) {
    return reading instanceof Reading.NoSeries || reading instanceof Reading.NotANumber;
  }
}
