package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.service.Alarm;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an SLI with an alarm is asked for: one data point a period.
final class DataPoints {
  /// Into how many parts a period is divided for a statistic over it.
  private static final int PARTS = 12;

  private DataPoints() {}

  /// The query whose value at a period's end is that period's data point.
  ///
  /// @param query the SLI's, as it is written
  static String query(Sli sli, String query, Duration interval) {
    Alarm alarm = sli.alarm();
    if (alarm == null || alarm.statistic() == null) {
      return query;
    }
    Duration period = alarm.period(interval);
    String over = Quantities.shown(period);
    String step = Math.max(1, period.toSeconds() / PARTS) + "s";
    return switch (alarm.statistic()) {
      case AVERAGE -> "avg_over_time((%s)[%s:%s])".formatted(query, over, step);
      case MAXIMUM -> "max_over_time((%s)[%s:%s])".formatted(query, over, step);
      case MINIMUM -> "min_over_time((%s)[%s:%s])".formatted(query, over, step);
      case SUM -> "sum(increase(%s[%s]))".formatted(query.strip(), over);
    };
  }

  /// A statistic has a value for a period longer than what it is taken of.
  static List<Witness> witnesses(Sli sli, List<Witness> witnesses, Duration interval) {
    Alarm alarm = sli.alarm();
    if (alarm == null || alarm.statistic() == null || alarm.statistic() == Alarm.Statistic.SUM) {
      return witnesses;
    }
    Duration period = alarm.period(interval);
    return witnesses.stream()
        .map(it ->
            new Witness(
                it.series(), it.range() == null ? period : it.range().plus(period), it.maxAge()))
        .toList();
  }

  /// The same, of which nothing is red for not being there.
  static SliQuery withoutBreachingGaps(SliQuery sli) {
    SliQuery.Alarm alarm = sli.alarm();
    return alarm == null || alarm.treatMissingData() != Alarm.TreatMissingData.BREACHING
        ? sli
        : sli.with(
            new SliQuery.Alarm(
                alarm.datapoints(), alarm.of(), alarm.period(), Alarm.TreatMissingData.MISSING));
  }

  static SliQuery.@Nullable Alarm alarm(Sli sli, Duration interval) {
    Alarm alarm = sli.alarm();
    return alarm == null
        ? null
        : new SliQuery.Alarm(
            alarm.datapoints(), alarm.of(), alarm.period(interval), alarm.treatMissingData());
  }
}
