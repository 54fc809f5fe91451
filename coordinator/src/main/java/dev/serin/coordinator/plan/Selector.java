package dev.serin.coordinator.plan;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Series that a query takes samples of.
///
/// @param metric their name; empty where only matchers say which they are
/// @param matchers such as `node=~"$canary"`
/// @param range how far back samples are taken from; none for the newest alone, for which
///   Prometheus looks back 5 minutes
/// @param takesTwo whether the range has to hold two samples for a value, as that of `rate`
record Selector(String metric, List<String> matchers, @Nullable Duration range, boolean takesTwo) {
  /// `--query.lookback-delta`, as it is by default.
  private static final Duration LOOK_BACK = Duration.ofMinutes(5);

  /// A scrape may be late by some seconds, and short ranges are no promise to be quicker.
  private static final Duration LEAST = Duration.ofSeconds(10);

  private static final Duration SLACK = Duration.ofSeconds(5);
  private static final int TENTH = 10;

  /// Whose they are: a node's. A matcher in quotes alone is a metric's name.
  private static final Pattern KEPT =
      Pattern.compile(
          ".*\\$(?:canary|baseline)\\b.*|__name__\\b.*|\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+'",
          Pattern.DOTALL);

  /// How old the newest sample may be. `rate` needs two samples in its range, so whoever is scraped
  /// often enough for it has one in the newer half; `avg_over_time` has a value by one, which may
  /// be as old as the range is long. However long the range, not more than Prometheus looks back
  /// without one, and half of that for the newest sample alone. A scrape takes its time and is
  /// jittered: a tenth more, 5 s at least.
  Duration limit() {
    Duration lookedBack = range == null || range.compareTo(LOOK_BACK) > 0 ? LOOK_BACK : range;
    Duration part = range == null || takesTwo ? lookedBack.dividedBy(2) : lookedBack;
    Duration slack = part.dividedBy(TENTH);
    Duration limit = part.plus(slack.compareTo(SLACK) < 0 ? SLACK : slack);
    return limit.compareTo(LEAST) < 0 ? LEAST : limit;
  }

  /// The same metric of the same nodes, whatever else the query wants of it; empty where it names
  /// neither. A matcher such as `code=~"5.."` chooses series that need not be there at all while
  /// their target is alive: after a restart none of them is, until the first 5xx. Their age says
  /// nothing, that of all that the node tells of the metric does.
  String witness() {
    List<String> kept = matchers.stream().filter(it -> KEPT.matcher(it).matches()).toList();
    return kept.isEmpty() ? metric : metric + "{" + String.join(",", kept) + "}";
  }

  /// As it stands in a query, without its range.
  @Override
  public String toString() {
    return Stream.of(metric, matchers.isEmpty() ? "" : "{" + String.join(",", matchers) + "}")
        .reduce("", String::concat);
  }
}
