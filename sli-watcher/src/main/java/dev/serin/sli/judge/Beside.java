package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliQuery;
import org.jspecify.annotations.Nullable;

/// A canary's value beside its baseline's.
///
/// @param value the canary's
/// @param baseline the baseline's
/// @param maxDelta infinite where there is no such limit
/// @param maxRatio infinite where there is no such limit
record Beside(
    String name, double value, double baseline, double maxDelta, double maxRatio, double floor) {

  static Beside of(SliQuery sli, double value, Asked.Baseline baseline) {
    SliQuery.Baseline limits = baseline.query();
    return new Beside(
        sli.name(),
        value,
        Judge.number(baseline.value()),
        orInfinite(limits.maxDelta()),
        orInfinite(limits.maxRatio()),
        limits.floor());
  }

  private static double orInfinite(@Nullable Double limit) {
    return limit == null ? Double.POSITIVE_INFINITY : limit;
  }

  /// What sentences call it.
  static String nameOf(SliQuery sli) {
    return sli.name() + " of the baseline";
  }

  boolean isBreached() {
    return isTooFarAbove() || isTooManyTimes();
  }

  /// Two that are infinite are no different; one that is alone is beyond every limit.
  private double above() {
    return value == baseline ? 0 : value - baseline;
  }

  private boolean isTooFarAbove() {
    return hasDelta() && above() > maxDelta;
  }

  private boolean isTooManyTimes() {
    return hasRatio() && above() > floor && value > baseline * maxRatio;
  }

  private boolean hasDelta() {
    return Double.isFinite(maxDelta);
  }

  private boolean hasRatio() {
    return Double.isFinite(maxRatio);
  }

  /// What it is beside the baseline, and the limit that decides.
  String words() {
    String is =
        name + " is " + Words.number(value) + ", the baseline's " + Words.number(baseline) + ": ";
    String more = Words.number(above()) + " above it, ";
    if (isTooFarAbove()) {
      return is + more + "limit " + Words.number(maxDelta);
    }
    if (isTooManyTimes()) {
      return is + times() + ", limit " + Words.number(maxRatio);
    }
    if (value <= baseline) {
      return is + "not above it";
    }
    if (hasRatio() && above() <= floor) {
      return is + more + "which does not matter up to " + Words.number(floor);
    }
    return hasDelta()
        ? is + more + "within " + Words.number(maxDelta)
        : is + times() + ", within " + Words.number(maxRatio);
  }

  private String times() {
    return baseline == 0 ? "it has none" : Words.number(value / baseline) + " times as much";
  }
}
