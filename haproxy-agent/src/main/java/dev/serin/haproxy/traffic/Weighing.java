package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ServerView;
import java.util.ArrayList;
import java.util.List;

/// Sets the weights and reads them back. States stay as they are.
final class Weighing {
  private final Fleet fleet;
  private final WeighServer command;
  private final Turn turn;

  Weighing(Fleet fleet, WeighServer command, Turn turn) {
    this.fleet = fleet;
    this.command = command;
    this.turn = turn;
  }

  HaproxyEvent run() throws NotDone, Turn.Preempted {
    for (ServerSetting setting : command.settings()) {
      turn.check();
      LoadBalancer balancer = fleet.balancer(setting.loadBalancer()).runtime();
      balancer.setWeight(look(balancer, setting), setting.weight());
    }
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
                "HAProxy was reloaded, or somebody else weighs this server",
                true));
      }
      servers.add(
          Settings.seen(HaproxyCommands.node(command.head(), setting.server()), balancer, now));
    }
    return new HaproxyEvent.ServerWeighed(command.head().answered(turn.now()), servers);
  }

  private static ServerView look(LoadBalancer balancer, ServerSetting setting) throws NotDone {
    return Settings.server(
        balancer, balancer.look(List.of(setting.pool())), setting.pool(), setting.server());
  }
}
