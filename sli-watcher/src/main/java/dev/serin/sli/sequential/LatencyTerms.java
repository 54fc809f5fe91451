package dev.serin.sli.sequential;

import java.util.List;

/// On what terms latencies are compared.
///
/// @param alpha how probable a false breach may be over the whole window, and a false pass as well
/// @param least how much slower matters
/// @param bounds bounds of buckets at which the sides are compared, at least one. They are chosen
///   before the window ([Histogram#boundNear] of the hour before), never by what is seen in it
/// @param leastRequests how many requests each side needs for any verdict, 1 or more
public record LatencyTerms(
    double alpha, Slowdown least, List<Double> bounds, double leastRequests) {
  public LatencyTerms {
    bounds = bounds.stream().distinct().sorted().toList();
    if (bounds.isEmpty()) {
      throw new IllegalArgumentException("expected a bound to compare at, found none");
    }
  }

  /// At each bound the shares are compared as they are: what is allowed to the canary is added to
  /// the baseline beforehand.
  Terms atBound() {
    return new Terms(alpha, 0, leastRequests);
  }
}
