package dev.serin.simulation.world;

/// What a binary does once it is started.
public enum Behaviour {
  GOOD,
  /// Healthy only some seconds after its start.
  SLOW_START,
  /// Its health check answers 500.
  UNHEALTHY,
  /// It exits at once.
  CRASHES_AT_ONCE,
  /// It exits some seconds after its start.
  CRASHES_LATER,
  /// Healthy, and a fifth of its requests fail.
  FAILS_REQUESTS;

  /// Whether a release of it should complete.
  public boolean isGood() {
    return this == GOOD || this == SLOW_START;
  }
}
