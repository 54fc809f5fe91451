package dev.serin.contracts.agent;

import java.time.Duration;
import java.time.Instant;

/// A command's turn at its node: its clock, and the places where a newer command may take over.
/// Work is written straight down, blocking; only its waits can be pre-empted, never an effect.
public interface Turn {
  Instant now();

  /// Waits. Ends early, by [Preempted], when a newer command for the same node has come or the
  /// agent stops.
  void pause(Duration duration) throws Preempted;

  /// Ends by [Preempted] when a newer command for the same node has come, another process may have
  /// the work ([Lease]) or the agent stops. Called before each effect.
  void check() throws Preempted;

  /// A newer command for the same node has taken over; whatever is begun stays as it is.
  final class Preempted extends Exception {
    private static final long serialVersionUID = 1L;

    public Preempted() {
      super("a newer command for the same node has taken over", null, false, false);
    }
  }
}
