package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Servers that a reload has given back to the users that they pin, where no leaving map turns
/// these away. Their drain had ended in maintenance, which nobody asks for by name: they are
/// drained again, and go back into maintenance once nothing is on them, so that nobody in flight is
/// cut.
final class PinnedOut {
  /// By their keys as of [Causes].
  private final Set<String> drainedAgain = new HashSet<>();

  void begun() {
    drainedAgain.clear();
  }

  void drainedAgain(LoadBalancer balancer, List<Drift> mended) {
    if (balancer.leavingMap() == null) {
      mended.stream()
          .map(Drift::asked)
          .filter(asked -> asked.state() == AdminState.DRAIN)
          .forEach(asked -> drainedAgain.add(Causes.key(asked)));
    }
  }

  /// @param guarded the nodes that are nobody else's
  void look(LoadBalancer balancer, List<GuardedServer> guarded, Snapshot seen) throws NotDone {
    if (drainedAgain.isEmpty()) {
      return;
    }
    for (GuardedServer server : guarded) {
      for (ServerSetting asked : server.settings()) {
        ServerView now = seen.server(asked.pool(), asked.server()).orElse(null);
        if (!asked.loadBalancer().equals(balancer.name())
            || now == null
            || !drainedAgain.contains(Causes.key(asked))) {
          continue;
        }
        boolean isStillToLeave = server.leaving() && asked.state() == AdminState.DRAIN;
        if (!isStillToLeave || now.adminState() != AdminState.DRAIN || now.cookie() == null) {
          drainedAgain.remove(Causes.key(asked));
        } else if (now.idle()) {
          balancer.setState(asked.pool(), asked.server(), AdminState.MAINT);
          drainedAgain.remove(Causes.key(asked));
        }
      }
    }
  }
}
