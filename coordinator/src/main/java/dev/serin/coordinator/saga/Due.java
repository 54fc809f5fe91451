package dev.serin.coordinator.saga;

/// What time alone brings about.
public enum Due {
  /// A command has had no answer by its deadline.
  DEADLINE,
  /// A command is given (again).
  ASK_AGAIN,
  /// The guard over the load balancers is renewed.
  GUARD,
  /// The instances are looked at.
  LOOK,
  /// The look that decides on a red probe is asked for again, or has had no answer by its deadline.
  DOUBT,
  /// The watcher's lease is renewed.
  LEASE,
  /// Data has been missing for too long.
  NO_DATA,
  /// A pause of the plan is over.
  PAUSE_END,
  /// What keeps the next rollout from starting ends.
  HELD
}
