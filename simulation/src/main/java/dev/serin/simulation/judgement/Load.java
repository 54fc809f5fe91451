package dev.serin.simulation.judgement;

/// How many requests come, and what share of them to the canary.
///
/// @param perSecond of canary and baseline together
/// @param share the canary's, above 0, below 1
record Load(double perSecond, double share) {
  double onCanary() {
    return perSecond * share * Measured.SECONDS_A_LOOK;
  }

  double onBaseline() {
    return perSecond * (1 - share) * Measured.SECONDS_A_LOOK;
  }
}
