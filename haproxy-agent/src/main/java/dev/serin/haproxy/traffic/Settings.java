package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.rotation.PoolCheck;
import dev.serin.haproxy.runtime.Failures;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.PoolView;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.util.List;

/// Gives a server line the weight and state that it shall have.
final class Settings {
  private Settings() {}

  static ServerView server(LoadBalancer balancer, Snapshot seen, String pool, String server)
      throws NotDone {
    PoolView view = seen.pools().get(pool);
    if (view == null || !view.servers().containsKey(server)) {
      throw Failures.unknownServer(
          balancer.name(), pool, server, view == null ? List.of() : view.serverNames());
    }
    return view.servers().get(server);
  }

  /// Weight before state, so that nothing is admitted with a weight that is not its own; the
  /// leaving entry last, so that no user is sent back to a server which takes nobody.
  static void apply(Turn turn, LoadBalancer balancer, Snapshot seen, ServerSetting setting)
      throws NotDone, Turn.Preempted {
    ServerView now = server(balancer, seen, setting.pool(), setting.server());
    balancer.setWeight(turn::check, now, setting.weight());
    if (now.adminState() != setting.state()) {
      balancer.setState(turn::check, setting.pool(), setting.server(), setting.state());
    }
    balancer.removeLeaving(turn::check, now.cookie());
  }

  static boolean match(ServerView now, ServerSetting setting, boolean weighed) {
    return now.isAs(setting.state(), setting.weight(), weighed);
  }

  /// What a person can do about a weight that an agent check has set.
  static String disableAgent(ServerView now) {
    return "say 'disable agent "
        + now.pool()
        + "/"
        + now.server()
        + "' at its socket until the release is over, or have the agent report no weights; then"
        + " retry";
  }

  static ServerSeen seen(String node, LoadBalancer balancer, ServerView view) {
    return PoolCheck.seen(node, balancer.name(), view);
  }
}
