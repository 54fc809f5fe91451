package dev.serin.sli.sequential;

import org.apache.commons.numbers.gamma.LogBeta;

/// The evidence of one side's tally against any rate: Robbins' mixture martingale.
///
/// It is `∫ q^k (1-q)^(n-k) w(q) dq / (p^k (1-p)^(n-k))`. Against the true rate `p` it is a
/// martingale that begins with 1, over all orders of the requests, and depends on the counts alone.
/// For tallies that are not whole it is a supermartingale, since `(q/p)^y ((1-q)/(1-p))^(1-y)` is
/// convex in `y`.
///
/// The weights `w` are three beta densities, since what is compared may be one failure in a
/// thousand or every second request: Jeffreys' prior, and two that lie on rare things. None of them
/// depends on the data, as it must not.
final class Mixture {
  /// For each beta density its two parameters and its weight.
  private static final double[][] DENSITIES = {
    {0.5, 0.5, 0.25}, {0.5, 20, 0.5}, {0.5, 400, 0.25},
  };

  private static final double[] LOG_BETA = new double[DENSITIES.length];

  static {
    for (int i = 0; i < DENSITIES.length; i++) {
      LOG_BETA[i] = LogBeta.value(DENSITIES[i][0], DENSITIES[i][1]) - Math.log(DENSITIES[i][2]);
    }
  }

  private final double hits;
  private final double misses;
  private final double logMixed;

  Mixture(Tally tally) {
    hits = tally.count();
    misses = tally.total() - tally.count();
    double sum = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < DENSITIES.length; i++) {
      double mixed = LogBeta.value(DENSITIES[i][0] + hits, DENSITIES[i][1] + misses) - LOG_BETA[i];
      sum = logOfSum(sum, mixed);
    }
    logMixed = sum;
  }

  /// The logarithm of the evidence against the rate, infinite where the tally is impossible under
  /// it. Convex, and least at the tally's share.
  double against(double rate) {
    return logMixed - times(hits, Math.log(rate)) - times(misses, Math.log1p(-rate));
  }

  /// How it grows with the rate.
  double slope(double rate) {
    return times(misses, 1 / (1 - rate)) - times(hits, 1 / rate);
  }

  /// What has not been seen says nothing, not even of what is impossible.
  private static double times(double count, double each) {
    return count == 0 ? 0 : count * each;
  }

  static double logOfSum(double a, double b) {
    double more = Math.max(a, b);
    return more == Double.NEGATIVE_INFINITY || more == Double.POSITIVE_INFINITY
        ? more
        : more + Math.log1p(Math.exp(Math.min(a, b) - more));
  }
}
