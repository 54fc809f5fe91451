package dev.serin.simulation.engine;

/// Ends a strand whose process was killed. Production code catches no error, so nothing of it goes
/// on.
final class Died extends Error {
  private static final long serialVersionUID = 1L;

  Died(String process) {
    super(process + " was killed", null, false, false);
  }
}
