package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.PoolView;
import dev.serin.haproxy.runtime.ServerView;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The order in which one load balancer is told again what it was asked for: somebody serves all
/// along.
final class InTurn {
  private InTurn() {}

  /// Whoever comes back is there before another leaves: those that leave may be all that serve.
  static List<Drift> of(List<Drift> drifts) {
    return drifts.stream()
        .sorted(Comparator.comparing((Drift drift) -> !comesBack(drift)))
        .toList();
  }

  private static boolean comesBack(Drift drift) {
    return Causes.isOut(drift.found()) && !Causes.isOut(drift.asked());
  }

  /// Whether nobody would serve there any more without a peer that only leaves for the canary: the
  /// canary is down there, or not checked yet. It stays until somebody else is in rotation, or is
  /// not asked to leave any more. Who leaves to be updated is another thing: nothing else keeps
  /// requests from it while it is restarted.
  ///
  /// @param deadMan gives a peer back what it had, where that needs no proof
  static boolean isLast(@Nullable DeadMan deadMan, Drift drift, LoadBalancer balancer)
      throws NotDone {
    ServerSetting asked = drift.asked();
    if (deadMan == null
        || deadMan.restore().stream().noneMatch(it -> it.node().equals(drift.node()))
        || !Causes.isOut(asked)
        || Causes.isOut(drift.found())) {
      return false;
    }
    PoolView pool = balancer.look(Set.of(asked.pool())).pools().get(asked.pool());
    return pool != null
        && pool.server(asked.server()).map(ServerView::inRotation).orElse(false)
        && pool.servers().values().stream()
            .filter(other -> !other.server().equals(asked.server()))
            .noneMatch(ServerView::confirmedInRotation);
  }
}
