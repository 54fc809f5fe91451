package dev.serin.sli.sequential;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.rootfinder.BrentSolver;

/// The evidence of two tallies against any difference of their rates.
///
/// Against one pair of rates it is the product of the canary's [Mixture] and of a hedged one of the
/// baseline, `(1 + mixture) / 2`: with the first half nothing is bet on the baseline, which mostly
/// has nothing to say, so that its rate costs a factor of 2 and not the whole price of estimating
/// it. Against a difference it is the least of that over all rates of the baseline. Each factor's
/// logarithm is convex, so the sum is, and its least value over the baseline's rate is convex in
/// the difference: one root each for the minimum and for either end of the interval.
final class Difference {
  private static final BrentSolver SOLVER = new BrentSolver(1e-9, 1e-13, 1e-12);

  /// Slopes are infinite at impossible rates.
  private static final double STEEP = 1e12;

  /// Differences of 1 leave a single pair of rates.
  private static final double WIDEST = 1 - 1e-9;

  private static final double LOG_HALF = Math.log(0.5);

  private final Tally canary;
  private final Tally baseline;
  private final Mixture ofCanary;
  private final Mixture ofBaseline;

  Difference(Tally canary, Tally baseline) {
    this.canary = canary;
    this.baseline = baseline;
    this.ofCanary = new Mixture(canary);
    this.ofBaseline = new Mixture(baseline);
  }

  double estimate() {
    return canary.share() - baseline.share();
  }

  /// The logarithm of the evidence against `difference` being the true one.
  double against(double difference) {
    double rate = leastAt(difference);
    return ofCanary.against(within(rate + difference)) + hedged(ofBaseline.against(rate));
  }

  /// The ends of all differences against which there is less evidence than `enough`: a confidence
  /// sequence, which holds the true difference at all looks together but for the `alpha` that
  /// `enough` stands for.
  double low(double enough) {
    return end(-WIDEST, enough);
  }

  double high(double enough) {
    return end(WIDEST, enough);
  }

  private double end(double far, double enough) {
    double near = Math.clamp(estimate(), -WIDEST, WIDEST);
    DoubleUnaryOperator beyond = it -> Math.min(against(it), 4 * enough) - enough;
    if (near == far || beyond.applyAsDouble(far) <= 0) {
      return Math.signum(far);
    }
    return SOLVER.findRoot(beyond, Math.min(far, near), Math.max(far, near));
  }

  /// The baseline's rate at which there is least evidence. It lies between the rate that suits the
  /// baseline best and the one that suits the canary best.
  private double leastAt(double difference) {
    double possible = Math.max(0, -difference);
    double impossible = Math.min(1, 1 - difference);
    double one = Math.clamp(canary.share() - difference, possible, impossible);
    double other = Math.clamp(baseline.share(), possible, impossible);
    double low = Math.min(one, other);
    double high = Math.max(one, other);
    DoubleUnaryOperator slope = it -> slope(it, difference);
    if (high - low < 1e-15 || slope.applyAsDouble(low) >= 0) {
      return low;
    }
    if (slope.applyAsDouble(high) <= 0) {
      return high;
    }
    return SOLVER.findRoot(slope, low, high);
  }

  private double slope(double rate, double difference) {
    double slope =
        ofCanary.slope(within(rate + difference))
            + weight(ofBaseline.against(rate)) * ofBaseline.slope(rate);
    return Math.clamp(slope, -STEEP, STEEP);
  }

  private static double hedged(double evidence) {
    return LOG_HALF + Mixture.logOfSum(0, evidence);
  }

  /// How much of the hedged evidence moves with what is hedged.
  private static double weight(double evidence) {
    return 1 / (1 + Math.exp(-evidence));
  }

  private static double within(double rate) {
    return Math.clamp(rate, 0, 1);
  }
}
