package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.haproxy.rotation.PoolCheck;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import java.util.LinkedHashMap;
import java.util.Map;

/// Looks at every load balancer, changes nothing, and reports all problems together.
final class PoolChecking {
  private final Fleet fleet;
  private final CheckPool command;
  private final Turn turn;

  PoolChecking(Fleet fleet, CheckPool command, Turn turn) {
    this.fleet = fleet;
    this.command = command;
    this.turn = turn;
  }

  HaproxyEvent run() throws Turn.Preempted {
    Map<String, PoolCheck.Known> known = new LinkedHashMap<>();
    for (String name : command.loadBalancers().stream().distinct().toList()) {
      turn.check();
      known.put(name, look(name));
    }
    PoolCheck.Result result = PoolCheck.judge(command, known);
    return new HaproxyEvent.PoolChecked(
        command.head().answered(turn.now()),
        result.servers(),
        result.problems(),
        result.warnings());
  }

  private PoolCheck.Known look(String name) {
    try {
      LoadBalancer balancer = fleet.balancer(name).runtime();
      return new PoolCheck.Seen(
          balancer.lookAtAll(),
          balancer.level(),
          balancer.leavingMap(),
          balancer.maps(),
          balancer.hasMaster() && balancer.oldWorkers().isEmpty());
    } catch (NotDone notDone) {
      return new PoolCheck.NotKnown(name + ": " + notDone.failure().sentence());
    }
  }
}
