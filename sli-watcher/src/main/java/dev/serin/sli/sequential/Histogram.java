package dev.serin.sli.sequential;

import java.util.ArrayList;
import java.util.List;

/// Latencies since the window's start, as Prometheus counts them: in cumulative buckets.
///
/// @param bounds the finite upper bounds (`le`) in seconds, rising, above 0, at least one
/// @param atMost how many requests took at most that long, one for each bound and one for all
///   (`+Inf`). One that falls, as extrapolated increases may a little, is raised to the one before,
///   as `histogram_quantile` does
public record Histogram(List<Double> bounds, List<Double> atMost) {
  public Histogram {
    bounds = List.copyOf(bounds);
    if (bounds.isEmpty() || atMost.size() != bounds.size() + 1) {
      throw new IllegalArgumentException(
          "expected a bound at least and one count more than bounds, found "
              + bounds.size()
              + " bounds and "
              + atMost.size()
              + " counts");
    }
    double below = 0;
    for (double bound : bounds) {
      if (!(bound > below) || Double.isInfinite(bound)) {
        throw new IllegalArgumentException(
            "expected finite bounds above 0 that rise, found " + bounds);
      }
      below = bound;
    }
    atMost = rising(atMost);
  }

  private static List<Double> rising(List<Double> counts) {
    List<Double> rising = new ArrayList<>();
    double before = 0;
    for (double count : counts) {
      before = Math.max(before, count);
      rising.add(before);
    }
    return List.copyOf(rising);
  }

  public double total() {
    return atMost.getLast();
  }

  /// How many took longer than so many seconds. Within a bucket they count as spread evenly, as for
  /// `histogram_quantile`; nothing is known beyond the last finite bound, so what lies there counts
  /// as longer.
  ///
  /// @param seconds up to the last finite bound
  public Tally longerThan(double seconds) {
    double lower = 0;
    double before = 0;
    for (int i = 0; i < bounds.size(); i++) {
      double upper = bounds.get(i);
      if (seconds <= upper) {
        double part = Math.max(0, seconds - lower) / (upper - lower);
        double shorter = before + part * (atMost.get(i) - before);
        return new Tally(Math.max(0, total() - shorter), total());
      }
      lower = upper;
      before = atMost.get(i);
    }
    return new Tally(total() - before, total());
  }

  /// The finite bound whose share of longer requests is nearest to that of a quantile, by its
  /// ratio.
  ///
  /// @param quantile above 0, below 1: 0.95
  public double boundNear(double quantile) {
    double nearest = bounds.getLast();
    double least = Double.POSITIVE_INFINITY;
    for (double bound : bounds) {
      double off = Math.abs(Math.log(longerThan(bound).share() / (1 - quantile)));
      if (off < least) {
        least = off;
        nearest = bound;
      }
    }
    return nearest;
  }
}
