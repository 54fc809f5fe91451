package dev.serin.haproxy.traffic;

import dev.serin.contracts.haproxy.ServerSetting;

/// Knows whether an earlier command of Serin's own may have made a server ready only now.
@FunctionalInterface
interface LateReady {
  /// @param weight what the server had when it was drained: a command that was cut in two changes
  ///   the state alone
  boolean mayBe(ServerSetting found, int weight);
}
