package dev.serin.haproxy.rotation;

import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.haproxy.runtime.AgentCheck;
import dev.serin.haproxy.runtime.PoolView;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// Nodes whose weight an agent check of HAProxy's may set at any time. Traffic that is shared by
/// weights can't be shared with one. A canary without a share can: only its state is Serin's.
final class AgentChecks {
  private AgentChecks() {}

  /// @param name the load balancer's
  /// @param problems takes what stands against the rollout
  /// @param warnings takes what does not
  static void judge(
      String name,
      PoolView pool,
      CheckPool command,
      Collection<String> problems,
      Collection<String> warnings) {
    List<String> on = servers(AgentCheck.ON, pool, command);
    List<String> off = servers(AgentCheck.OFF, pool, command);
    if (!on.isEmpty() && command.weighed()) {
      problems.add(
          name
              + ": expected the weights of "
              + pool.pool()
              + " to be Serin's alone, since its traffic is to be shared by them, found agent"
              + " checks that may set those of "
              + String.join(", ", on)
              + ": say "
              + on.stream()
                  .map(server -> "disable agent " + pool.pool() + "/" + server)
                  .collect(Collectors.joining("; ", "'", "'"))
              + " at its socket until the release is over, or take a strategy without shares such"
              + " as canary-then-peers");
    } else if (!on.isEmpty()) {
      warnings.add(
          name
              + ": agent checks may set the weights of "
              + String.join(", ", on)
              + " in "
              + pool.pool()
              + ", which are left to them; one that says 'ready', 'drain' or 'maint' would be taken"
              + " for a person's hand");
    }
    if (!off.isEmpty() && command.weighed()) {
      warnings.add(
          name
              + ": the agent checks of "
              + String.join(", ", off)
              + " in "
              + pool.pool()
              + " are switched off, so their weights can share traffic; a reload switches them on"
              + " again, and a weight that one sets then pauses the rollout");
    }
  }

  private static List<String> servers(AgentCheck agent, PoolView pool, CheckPool command) {
    return command.servers().stream()
        .map(PoolServer::server)
        .filter(server -> pool.server(server).filter(it -> it.agent() == agent).isPresent())
        .sorted()
        .toList();
  }
}
