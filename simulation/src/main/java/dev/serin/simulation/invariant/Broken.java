package dev.serin.simulation.invariant;

/// An invariant does not hold. An error, so that no production code takes it for its own.
public final class Broken extends Error {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  public Broken(String invariant, String sentence) {
    super(invariant + ": " + sentence, null, false, false);
    this.invariant = invariant;
  }

  /// Such as `I5`.
  public String invariant() {
    return invariant;
  }
}
