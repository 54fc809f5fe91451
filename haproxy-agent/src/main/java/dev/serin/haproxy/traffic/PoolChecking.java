package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.haproxy.rotation.PoolCheck;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Looks at every load balancer, changes nothing, and reports all problems together.
final class PoolChecking {
  private static final int MASTER_ATTEMPTS = 10;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(100);

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
        access(),
        result.problems(),
        result.warnings(),
        result.missing());
  }

  private List<HaproxyEvent.RuntimeAccess> access() {
    List<HaproxyEvent.RuntimeAccess> access = new ArrayList<>();
    for (String name : command.loadBalancers().stream().distinct().toList()) {
      Fleet.Balancer known = fleet.byName().get(name);
      if (known != null) {
        access.add(
            new HaproxyEvent.RuntimeAccess(name, known.shell(), known.runtime().leavingMap()));
      }
    }
    return access;
  }

  private PoolCheck.Known look(String name) throws Turn.Preempted {
    try {
      LoadBalancer balancer = fleet.balancer(name).runtime();
      return new PoolCheck.Seen(
          balancer.lookAtAll(),
          balancer.level(),
          balancer.leavingMap(),
          balancer.maps(),
          balancer.hasMaster() && masterSilent(balancer));
    } catch (NotDone notDone) {
      return new PoolCheck.NotKnown(
          name + ": " + notDone.failure().sentence(), notDone.unreachable());
    }
  }

  /// A master that has just started a worker answers a moment later.
  private boolean masterSilent(LoadBalancer balancer) throws Turn.Preempted {
    for (int attempt = 1; attempt < MASTER_ATTEMPTS; attempt++) {
      if (balancer.oldWorkers().isPresent()) {
        return false;
      }
      turn.pause(BETWEEN_ATTEMPTS);
    }
    return balancer.oldWorkers().isEmpty();
  }
}
