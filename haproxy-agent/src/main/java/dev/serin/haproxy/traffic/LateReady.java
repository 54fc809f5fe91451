package dev.serin.haproxy.traffic;

import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import java.util.List;

/// Knows whether an earlier command of Serin's own may have made a server ready only now, and tells
/// that it was put right.
interface LateReady {
  /// @param weight what the server had when it was drained: a command that was cut in two changes
  ///   the state alone
  boolean mayBe(ServerSetting found, int weight);

  /// That what came late was taken out once more, read back.
  void mended(List<Drift> drifts);
}
