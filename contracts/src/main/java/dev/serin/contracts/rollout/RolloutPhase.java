package dev.serin.contracts.rollout;

/// Where a rollout is.
public enum RolloutPhase {
  /// It waits for another rollout of the same service.
  QUEUED,
  /// Everything is looked at, nothing is changed.
  PREFLIGHT,
  /// A node is being updated.
  ROLLING,
  /// The SLIs are probed for the window.
  ANALYSING,
  /// It waits for a person.
  PAUSED,
  /// What was done is being undone.
  ROLLING_BACK,
  COMPLETED,
  ROLLED_BACK,
  /// It never began.
  REJECTED,
  /// It is over, with a node left out of rotation or on another version than its peers.
  HALTED,
  /// It is over, and undoing did not succeed everywhere.
  ROLLBACK_FAILED;

  /// Whether nothing more happens.
  public boolean isOver() {
    return switch (this) {
      case QUEUED, PREFLIGHT, ROLLING, ANALYSING, PAUSED, ROLLING_BACK -> false;
      case COMPLETED, ROLLED_BACK, REJECTED, HALTED, ROLLBACK_FAILED -> true;
    };
  }
}
