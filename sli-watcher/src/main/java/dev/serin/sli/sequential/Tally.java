package dev.serin.sli.sequential;

/// Of so many requests, so many.
///
/// @param count those that failed, or were slow: 0 or more, not necessarily whole, since Prometheus
///   extrapolates an `increase` and a histogram is interpolated
/// @param total all of them, no fewer
public record Tally(double count, double total) {
  public Tally {
    if (!(count >= 0) || !(total >= count) || Double.isInfinite(total)) {
      throw new IllegalArgumentException(
          "expected 0 ≤ count ≤ total, was " + count + " of " + total);
    }
  }

  /// What share of them, 0 to 1; 0 of none.
  public double share() {
    return total == 0 ? 0 : count / total;
  }

  public Tally plus(Tally more) {
    return new Tally(count + more.count, total + more.total);
  }
}
