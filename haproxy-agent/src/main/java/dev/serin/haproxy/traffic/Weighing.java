package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.runtime.AgentCheck;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import java.util.ArrayList;
import java.util.List;

/// Sets the weights, reads them back, and waits until no slow start withholds any of them. States
/// stay as they are.
final class Weighing {
  private final Fleet fleet;
  private final WeighServers command;
  private final Turn turn;

  Weighing(Fleet fleet, WeighServers command, Turn turn) {
    this.fleet = fleet;
    this.command = command;
    this.turn = turn;
  }

  HaproxyEvent run() throws NotDone, Turn.Preempted {
    for (ServerSetting setting : command.settings()) {
      turn.check();
      LoadBalancer balancer = fleet.balancer(setting.loadBalancer()).runtime();
      balancer.setWeight(turn::check, look(balancer, setting), setting.weight());
    }
    Ramp ramp = new Ramp(command.ramp(), turn.now());
    List<ServerSeen> servers = readBack(ramp);
    while (ramp.isWaitedFor(turn.now())) {
      turn.pause(Ramp.BETWEEN_LOOKS);
      try {
        servers = readBack(ramp);
      } catch (NotDone notDone) {
        if (!notDone.unreachable() || !turn.now().isBefore(ramp.until())) {
          throw notDone;
        }
        ramp.notSeen(notDone);
      }
    }
    return new HaproxyEvent.ServersWeighed(
        command.head().answered(turn.now()), servers, ramp.ramping());
  }

  private List<ServerSeen> readBack(Ramp ramp) throws NotDone {
    ramp.lookAgain();
    List<ServerSeen> servers = new ArrayList<>();
    for (ServerSetting setting : command.settings()) {
      LoadBalancer balancer = fleet.balancer(setting.loadBalancer()).runtime();
      ServerView now = look(balancer, setting);
      if (now.weight() != setting.weight()) {
        throw new NotDone(
            new Failure(
                Failure.Reason.REFUSED,
                setting.pool()
                    + "/"
                    + setting.server()
                    + " at weight "
                    + setting.weight()
                    + " on "
                    + balancer.name(),
                "weight " + now.weight() + " right after it was set",
                now.agent() == AgentCheck.ON
                    ? Settings.disableAgent(now)
                    : "HAProxy was reloaded, or somebody else weighs this server",
                true));
      }
      ramp.see(balancer.name(), now);
      servers.add(Settings.seen(node(setting.server()), balancer, now));
    }
    return servers;
  }

  private String node(String server) {
    return command.servers().stream()
        .filter(it -> it.server().equals(server))
        .map(PoolServer::node)
        .findFirst()
        .orElse(server);
  }

  private static ServerView look(LoadBalancer balancer, ServerSetting setting) throws NotDone {
    return Settings.server(
        balancer, balancer.look(List.of(setting.pool())), setting.pool(), setting.server());
  }
}
