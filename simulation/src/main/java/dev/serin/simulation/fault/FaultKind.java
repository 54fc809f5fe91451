package dev.serin.simulation.fault;

/// What can go wrong by itself, beside single exchanges ([dev.serin.simulation.world.Mishap]).
public enum FaultKind {
  SERVICE_KILLED(Of.SERIN),
  SERVICE_FROZEN(Of.SERIN),
  REBALANCED(Of.SERIN),
  /// An agent's consumer begins some records before where it was.
  REWOUND(Of.SERIN),
  /// A topic's records take seconds to their readers.
  LAGGED(Of.SERIN),
  BROKER_AWAY(Of.SERIN),
  /// One agent alone is cut off from the broker; it does not know that another may have its work.
  CUT_FROM_BROKER(Of.SERIN),
  /// What the agents tell and what people ask for is produced twice, the second time a while later.
  REPEATED(Of.SERIN),
  CLOCK_JUMPED(Of.SERIN),
  /// Coordinator and watcher are dead for longer than the dead man's switch waits; the broker may
  /// be away too.
  NOBODY_WATCHES(Of.SERIN),
  BALANCER_RELOADED(Of.WORLD),
  BALANCER_KILLED(Of.WORLD),
  BALANCER_HUNG(Of.WORLD),
  CONTAINER_STOPPED(Of.WORLD),
  BACKEND_CRASHED(Of.WORLD),
  DISK_FULL(Of.WORLD),
  INCUS_HUNG(Of.WORLD),
  /// The daemon is away, starts, stops, or does not trust the agent for a while.
  INCUS_REFUSING(Of.WORLD),
  PROMETHEUS_EMPTY(Of.WORLD),
  PROMETHEUS_FAILING(Of.WORLD),
  PROMETHEUS_HUNG(Of.WORLD),
  /// It answers, and nothing new comes in.
  PROMETHEUS_STALE(Of.WORLD),
  /// Somebody changes a server in HAProxy.
  HAND_ON_SERVER(Of.PEOPLE),
  /// Somebody replaces a binary.
  HAND_ON_BINARY(Of.PEOPLE),
  /// Somebody restarts a unit.
  HAND_ON_UNIT(Of.PEOPLE);

  /// Whose fault it is.
  enum Of {
    SERIN,
    WORLD,
    PEOPLE
  }

  private final Of of;

  FaultKind(Of of) {
    this.of = of;
  }

  Of of() {
    return of;
  }
}
