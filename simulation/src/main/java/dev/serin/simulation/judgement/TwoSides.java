package dev.serin.simulation.judgement;

/// Canary and baseline, of which one number each is measured over several times.
abstract class TwoSides implements Measured {
  final Side canary;
  final Side baseline;

  /// @param kinds how many kinds of requests are counted apart
  TwoSides(int kinds) {
    canary = new Side(kinds);
    baseline = new Side(kinds);
  }

  /// What is measured, out of the counts of each kind.
  abstract double of(double[] counts);

  @Override
  public final void begin() {
    canary.begin();
    baseline.begin();
  }

  @Override
  public final double canary() {
    return of(canary.minute);
  }

  @Override
  public final double baseline() {
    return of(baseline.minute);
  }

  @Override
  public final double canaryRequests() {
    return Side.sum(canary.minute);
  }

  @Override
  public final double baselineRequests() {
    return Side.sum(baseline.minute);
  }

  @Override
  public final double canaryLately() {
    return of(canary.lately);
  }

  @Override
  public final double baselineLately() {
    return of(baseline.lately);
  }
}
