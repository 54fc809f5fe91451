package dev.serin.sli.prometheus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Series that a query takes samples of.
///
/// @param series such as `http_requests_total{node=~"b1"}`
/// @param range how far back samples are taken from; none for the newest alone, for which
///   Prometheus looks back 5 minutes
record Selector(String series, @Nullable Duration range) {
  /// `--query.lookback-delta`, as it is by default.
  private static final Duration LOOK_BACK = Duration.ofMinutes(5);

  /// A scrape may be late by some seconds, and short ranges are no promise to be quicker.
  private static final Duration LEAST = Duration.ofSeconds(10);

  private static final int STEPS = 30;

  /// How old its newest sample may be. `rate` needs two samples in its range, so whoever is scraped
  /// often enough for it has one in the newer half; and however long the range, not more than half
  /// of what Prometheus looks back without one.
  Duration limit() {
    Duration half = lookedBack().compareTo(LOOK_BACK) < 0 ? lookedBack() : LOOK_BACK;
    half = half.dividedBy(2);
    return half.compareTo(LEAST) < 0 ? LEAST : half;
  }

  /// What is older has no part in the value.
  Duration lookedBack() {
    return range == null ? LOOK_BACK : range;
  }

  /// Asks how many seconds ago the newest sample came. Where a target is gone, Prometheus marks its
  /// series as ended, and they have no newest sample any more; a range goes on with those before
  /// the mark, so they are looked for in it.
  String age() {
    String newest = "max(timestamp(" + series + "))";
    if (range != null) {
      long step = Math.max(1, range.toSeconds() / STEPS);
      newest =
          "(%s or max(max_over_time(timestamp(%s)[%dms:%ds])))"
              .formatted(newest, series, range.toMillis(), step);
    }
    return "time() - " + newest;
  }
}
