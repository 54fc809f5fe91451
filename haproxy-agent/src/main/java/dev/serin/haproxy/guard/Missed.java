package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a load balancer may have missed while it was out of reach: whatever was asked of its
/// servers otherwise than when it last answered.
final class Missed {
  private Missed() {}

  /// What is asked of one load balancer at one look.
  ///
  /// @param servers by their place on it
  record Asked(Map<String, One> servers) {}

  /// @param earlier what Serin asked of it before in this rollout
  /// @param inWork whether a command is about it, so that it may have any of these
  /// @param drained whether a step of this rollout has told it to leave
  record One(
      ServerSetting setting,
      boolean leaving,
      List<ServerSetting> earlier,
      boolean inWork,
      boolean drained) {}

  /// @param commanded the fence of the newest command for each node
  static Asked asked(GuardServers guard, String loadBalancer, Map<String, Long> commanded) {
    Map<String, One> servers = new HashMap<>();
    for (GuardedServer server : guard.servers()) {
      boolean inWork =
          server.inWork() || commanded.getOrDefault(server.node(), 0L) >= guard.head().fence();
      for (ServerSetting setting : server.settings()) {
        if (setting.loadBalancer().equals(loadBalancer)) {
          servers.put(
              Causes.key(setting),
              new One(setting, server.leaving(), server.earlier(), inWork, server.drained()));
        }
      }
    }
    return new Asked(servers);
  }

  /// By what is asked now, what the server may have from before.
  ///
  /// @param before none where the load balancer has never answered: then it may have what its
  ///   servers had before the rollout
  static Map<ServerSetting, List<ServerSetting>> between(@Nullable Asked before, Asked now) {
    Map<ServerSetting, List<ServerSetting>> missed = new HashMap<>();
    if (before == null) {
      now.servers().values().forEach(one -> missed.put(one.setting(), untold(one)));
      return missed;
    }
    now.servers()
        .forEach((key, one) -> {
          One then = before.servers().get(key);
          if (then == null) {
            return;
          }
          List<ServerSetting> possible = new ArrayList<>();
          if (then.inWork()) {
            possible.addAll(one.earlier());
          }
          if (!then.setting().equals(one.setting()) || then.leaving() != one.leaving()) {
            possible.add(then.setting());
          }
          missed.put(one.setting(), List.copyOf(possible));
        });
    return missed;
  }

  /// Of what was asked of a server before, what it may have on a load balancer that this guard has
  /// never seen: not that it leaves, unless a step has told it so. Who else has drained it there is
  /// a person.
  private static List<ServerSetting> untold(One one) {
    return one.drained()
        ? one.earlier()
        : one.earlier().stream().filter(it -> !isDrainedFrom(one, it)).toList();
  }

  private static boolean isDrainedFrom(One one, ServerSetting setting) {
    return setting.state() == AdminState.DRAIN
        && Stream.concat(one.earlier().stream(), Stream.of(one.setting()))
            .anyMatch(it ->
                it.state() == AdminState.READY
                    && it.weight() == setting.weight()
                    && Causes.key(it).equals(Causes.key(setting)));
  }
}
