package dev.serin.simulation.judgement;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;

/// Kayenta's judge of one metric (`MannWhitneyClassifier`, after R's `wilcox.test`): the confidence
/// interval of the Hodges-Lehmann shift between two samples, by the normal approximation with
/// corrections for continuity and ties.
///
/// @param low the lower end of the interval
/// @param high the upper end
/// @param estimate the shift
record MannWhitney(double low, double high, double estimate) {
  private static final double CONFIDENCE = 0.98;

  /// What is inside of so much of the estimate is no difference.
  private static final double TOLERANCE = 0.25;

  private static final double PRECISION = 1e-7;

  private static final double Z =
      NormalDistribution.of(0, 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2);

  /// @param canary not empty
  /// @param baseline not empty
  static MannWhitney of(double[] canary, double[] baseline) {
    double[] one = canary.clone();
    double[] other = baseline.clone();
    Arrays.sort(one);
    Arrays.sort(other);
    double pairs = (double) one.length * other.length;
    double all = one.length + other.length;
    double ties = (ties(one) + ties(other)) / (all * (all - 1));
    double deviation = Math.sqrt(Math.max(0, pairs / 12 * (all + 1 - ties)));
    return new MannWhitney(
        shift(one, other, pairs / 2 + 0.5 + Z * deviation),
        shift(one, other, pairs / 2 - 0.5 - Z * deviation),
        shift(one, other, pairs / 2));
  }

  /// Whether Kayenta calls the canary's metric `High`.
  boolean isHigh() {
    return low > TOLERANCE * Math.abs(estimate);
  }

  private static double ties(double[] sorted) {
    double sum = 0;
    int from = 0;
    for (int i = 1; i <= sorted.length; i++) {
      if (i == sorted.length || sorted[i] != sorted[from]) {
        double equal = i - from;
        sum += equal * equal * equal - equal;
        from = i;
      }
    }
    return sum;
  }

  /// The shift at which so many pairs have the canary's above the baseline's. It lies on a
  /// difference of two values, and is rounded to it: of values that are all the same it is 0, and
  /// not nearly.
  private static double shift(double[] one, double[] other, double pairs) {
    double low = one[0] - other[other.length - 1];
    double high = one[one.length - 1] - other[0];
    while (high - low > PRECISION / 4) {
      double middle = (low + high) / 2;
      if (above(one, other, middle) > pairs) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.rint((low + high) / 2 / PRECISION) * PRECISION;
  }

  /// How many pairs have the first more than a shift above the second; equal ones count half.
  private static double above(double[] one, double[] other, double shift) {
    double count = 0;
    int less = 0;
    int atMost = 0;
    for (double value : one) {
      while (less < other.length && other[less] + shift < value) {
        less++;
      }
      while (atMost < other.length && other[atMost] + shift <= value) {
        atMost++;
      }
      count += (less + atMost) / 2.0;
    }
    return count;
  }
}
