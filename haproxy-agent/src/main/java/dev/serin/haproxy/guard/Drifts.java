package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Compares what was asked of one load balancer with what it has. What HAProxy does by itself is no
/// drift: a failed health check, a slow start's ramp, a name that does not resolve; nor is the
/// weight that an agent check sets, unless traffic is shared by weights.
final class Drifts {
  private Drifts() {}

  /// @param leaving the cookies on its leaving map; none where it has no such map
  static List<Drift> of(
      String loadBalancer,
      List<GuardedServer> asked,
      Snapshot seen,
      Optional<Set<String>> leaving,
      boolean weighed) {
    List<Drift> drifts = new ArrayList<>();
    for (GuardedServer server : asked) {
      for (ServerSetting setting : server.settings()) {
        if (setting.loadBalancer().equals(loadBalancer)) {
          seen.server(setting.pool(), setting.server())
              .map(now -> drift(server, setting, now, leaving, weighed))
              .filter(Drifts::differs)
              .ifPresent(drifts::add);
        }
      }
    }
    return drifts;
  }

  private static Drift drift(
      GuardedServer server,
      ServerSetting asked,
      ServerView now,
      Optional<Set<String>> leaving,
      boolean weighed) {
    boolean canLeave = now.cookie() != null && leaving.isPresent();
    boolean isLeaving = canLeave && leaving.get().contains(now.cookie());
    return new Drift(
        server.node(),
        asked,
        new ServerSetting(
            asked.loadBalancer(),
            asked.pool(),
            asked.server(),
            now.leavesItsWeight(weighed) ? asked.weight() : now.weight(),
            now.adminState()),
        canLeave && server.leaving(),
        isLeaving,
        now.status());
  }

  private static boolean differs(Drift drift) {
    return !matches(drift.asked(), drift.found()) || drift.leavingAsked() != drift.leavingFound();
  }

  /// A pool that pins users and has no leaving map drains into maintenance.
  private static boolean matches(ServerSetting asked, ServerSetting found) {
    return asked.equals(found)
        || (asked.state() == AdminState.DRAIN
            && found.state() == AdminState.MAINT
            && asked.weight() == found.weight());
  }

  /// Whether every guarded server is as a process has it that was told nothing yet: ready, with the
  /// weight of the configuration file, leaving nobody.
  static boolean toldNothing(
      String loadBalancer,
      List<GuardedServer> asked,
      Snapshot seen,
      Optional<Set<String>> leaving,
      boolean weighed) {
    return asked.stream()
        .flatMap(server -> server.settings().stream())
        .filter(setting -> setting.loadBalancer().equals(loadBalancer))
        .allMatch(setting ->
            seen.server(setting.pool(), setting.server())
                .map(now ->
                    now.isAs(AdminState.READY, now.initialWeight(), weighed)
                        && (now.cookie() == null
                            || leaving.isEmpty()
                            || !leaving.get().contains(now.cookie())))
                .orElse(true));
  }
}
