package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliQuery;
import org.jspecify.annotations.Nullable;

/// One SLI, and what Prometheus said to its queries.
///
/// @param requests the number of requests behind the value; none where the SLI does not ask for it
/// @param baseline the same of what it is compared with; none where it stands for itself
/// @param points the data points of its alarm; none where it has none, or is not judged yet
/// @param compared the requests of both sides since the window's start; none where they are not
///   compared
public record Asked(
    SliQuery sli,
    Reading value,
    @Nullable Reading requests,
    @Nullable Baseline baseline,
    @Nullable DataPoints points,
    @Nullable Compared compared) {

  /// One that is judged by its value alone.
  public Asked(
      SliQuery sli, Reading value, @Nullable Reading requests, @Nullable Baseline baseline) {
    this(sli, value, requests, baseline, null, null);
  }

  /// What Prometheus said about the nodes that are still on the old version.
  ///
  /// @param query what was asked
  /// @param requests the number of requests behind the value; none where the SLI does not ask for
  ///   it
  public record Baseline(SliQuery.Baseline query, Reading value, @Nullable Reading requests) {}
}
