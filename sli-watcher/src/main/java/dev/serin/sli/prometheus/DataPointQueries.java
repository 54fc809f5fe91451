package dev.serin.sli.prometheus;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.judge.CloudWatch;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import java.time.Duration;
import java.time.Instant;

/// What is asked for an alarm: the query's value at the end of each period, as of a slot, so that a
/// watcher that remembers nothing, or a second one, comes to the same.
final class DataPointQueries {
  /// Prometheus refuses more than 11,000 steps.
  private static final int MOST = 10_000;

  private DataPointQueries() {}

  /// The data points of the analysis: those that end after its start, as many as the alarm looks
  /// at; all of them where it may have to stay what it was. What was before tells of the binary
  /// before, so it is not there.
  static Question of(String query, SliQuery.Alarm alarm, Instant start, Instant slotAt) {
    int points = points(alarm, Duration.between(start, slotAt));
    return new Question(query, slotAt, new Question.Steps(points, alarm.period()));
  }

  private static int points(SliQuery.Alarm alarm, Duration since) {
    int wanted =
        alarm.treatMissingData() == TreatMissingData.IGNORE
            ? MOST
            : CloudWatch.evaluationRange(alarm.of());
    long there = since.plus(alarm.period()).minusNanos(1).dividedBy(alarm.period());
    return Math.clamp(there, 1, wanted);
  }
}
