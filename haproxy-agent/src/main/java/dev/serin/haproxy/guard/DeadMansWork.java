package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.hint.WentOff;
import dev.serin.haproxy.hint.WentOff.OneProcess;
import dev.serin.haproxy.rotation.Minimum;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.Permit;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a dead man's switch does when it goes off:
/// 1. the peers get back what they had before the rollout;
/// 2. the minimum is judged on what all load balancers say then (I2): if it would break, the canary
///    stays, that is told, and it is tried again a second later. A peer that HAProxy has admitted
///    from maintenance and has not checked yet does not count;
/// 3. the canary leaves, on every load balancer that answers; one that does not is told, and tried
///    again a second later: the bad binary shall serve nobody where that can be helped.
///
/// What it has done on a load balancer it does once: what a person changes there afterwards is his,
/// however often it tries the others.
final class DeadMansWork {
  private final Fleet fleet;
  private @Nullable Failure told;

  /// The servers that it gave back what they had, or took out, by their keys as of [Causes].
  private final Set<String> restored = new TreeSet<>();

  private final Set<String> left = new TreeSet<>();

  DeadMansWork(Fleet fleet) {
    this.fleet = fleet;
  }

  /// The switch is armed anew: all is to be done again, and what stands against it is told again,
  /// though in the same words.
  void begun() {
    told = null;
    restored.clear();
    left.clear();
  }

  /// Another process of a load balancer has forgotten what it was told.
  void forgotten(String loadBalancer) {
    restored.removeIf(key -> isOn(loadBalancer, key));
    left.removeIf(key -> isOn(loadBalancer, key));
  }

  private static boolean isOn(String loadBalancer, String key) {
    return key.startsWith(loadBalancer + "/");
  }

  /// What it did on a load balancer in the agent's last life, whose process still answers.
  void did(String loadBalancer, WentOff lastLife) {
    lastLife.restored().stream().filter(key -> isOn(loadBalancer, key)).forEach(restored::add);
    lastLife.left().stream().filter(key -> isOn(loadBalancer, key)).forEach(left::add);
  }

  /// What it has done so far; none where that is nothing.
  ///
  /// @param processes of the load balancers, as each has last answered
  Optional<WentOff> done(Instant now, Map<String, OneProcess> processes) {
    return restored.isEmpty() && left.isEmpty()
        ? Optional.empty()
        : Optional.of(new WentOff(now, processes, restored, left));
  }

  /// Whether the canary has left somewhere, whatever came of the rest.
  boolean tookOut() {
    return !left.isEmpty();
  }

  /// Does what is still to be done of it.
  ///
  /// @param permit asked before each write; it needs no broker
  /// @return the switch afterwards: gone off, or as it was where the canary is still in rotation
  Switch act(
      Switch armed,
      GuardServers guard,
      Map<String, Snapshot> seen,
      Instant now,
      Permit permit,
      Consumer<HaproxyEvent> answers)
      throws Turn.Preempted {
    DeadMan deadMan = armed.deadMan();
    if (deadMan == null) {
      return armed;
    }
    List<String> drained = deadMan.action() == DeadManAction.DRAIN ? deadMan.nodes() : List.of();
    Failure failure = null;
    if (deadMan.action() == DeadManAction.DRAIN) {
      try {
        drain(deadMan, guard, seen, permit);
      } catch (NotDone notDone) {
        failure = told(notDone.failure(), guard);
        drained = List.of();
      }
    }
    if (failure == null || !failure.equals(told)) {
      answers.accept(
          new HaproxyEvent.DeadManWentOff(
              guard.head().answered(now), deadMan.expiresAt(), deadMan.action(), drained, failure));
    }
    told = failure;
    return failure == null ? armed.gone() : armed;
  }

  /// Where the canary is out all the same, who reads it should know.
  private Failure told(Failure failure, GuardServers guard) {
    Set<String> outOn = new TreeSet<>();
    guard.servers().stream()
        .flatMap(server -> server.settings().stream())
        .filter(setting -> left.contains(Causes.key(setting)))
        .forEach(setting -> outOn.add(setting.loadBalancer()));
    return outOn.isEmpty()
        ? failure
        : new Failure(
            failure.reason(),
            failure.expected(),
            failure.found() + " (on " + String.join(", ", outOn) + " it is out of rotation)",
            failure.advice(),
            failure.retryable());
  }

  private void drain(DeadMan deadMan, GuardServers guard, Map<String, Snapshot> seen, Permit permit)
      throws NotDone, Turn.Preempted {
    NotDone outOfReach = null;
    for (GuardedServer peer : deadMan.restore()) {
      outOfReach = restore(peer, seen, outOfReach, permit);
    }
    Map<String, Snapshot> after = new LinkedHashMap<>();
    NotDone silent = lookAgain(guard, after);
    outOfReach = silent == null ? outOfReach : silent;
    if (after.isEmpty() && silent != null) {
      throw silent;
    }
    for (GuardedServer canary : guard.servers()) {
      if (deadMan.nodes().contains(canary.node())) {
        outOfReach = leave(canary, deadMan, guard, after, outOfReach, permit);
      }
    }
    if (outOfReach != null) {
      throw outOfReach;
    }
  }

  private @Nullable NotDone restore(
      GuardedServer peer, Map<String, Snapshot> seen, @Nullable NotDone before, Permit permit)
      throws Turn.Preempted {
    NotDone outOfReach = before;
    for (ServerSetting asked : peer.settings()) {
      if (restored.contains(Causes.key(asked))) {
        continue;
      }
      try {
        LoadBalancer balancer = fleet.runtime(asked.loadBalancer());
        Optional<ServerView> now = server(seen, asked);
        if (now.isPresent()) {
          if (now.get().weight() != asked.weight() || now.get().adminState() != asked.state()) {
            Mending.apply(permit, balancer, now.get(), asked, peer.leaving());
          }
          restored.add(Causes.key(asked));
        }
      } catch (NotDone notDone) {
        outOfReach = notDone;
      }
    }
    return outOfReach;
  }

  /// Looks at all load balancers.
  ///
  /// @param seen takes what those have that answer
  /// @return why one does not; none where all do
  private @Nullable NotDone lookAgain(GuardServers guard, Map<String, Snapshot> seen) {
    Map<String, Set<String>> pools = new LinkedHashMap<>();
    guard
        .servers()
        .forEach(server ->
            server
                .settings()
                .forEach(it ->
                    pools
                        .computeIfAbsent(it.loadBalancer(), name -> new TreeSet<>())
                        .add(it.pool())));
    NotDone silent = null;
    for (var each : pools.entrySet()) {
      try {
        seen.put(each.getKey(), fleet.runtime(each.getKey()).look(each.getValue()));
      } catch (NotDone notDone) {
        silent = notDone;
      }
    }
    return silent;
  }

  private @Nullable NotDone leave(
      GuardedServer canary,
      DeadMan deadMan,
      GuardServers guard,
      Map<String, Snapshot> seen,
      @Nullable NotDone before,
      Permit permit)
      throws NotDone, Turn.Preempted {
    List<PoolServer> peers = new ArrayList<>();
    for (GuardedServer other : guard.servers()) {
      if (!deadMan.nodes().contains(other.node()) && !other.settings().isEmpty()) {
        peers.add(new PoolServer(other.node(), other.settings().getFirst().server()));
      }
    }
    Set<String> pools = new TreeSet<>();
    canary.settings().forEach(setting -> pools.add(setting.pool()));
    String server = canary.settings().getFirst().server();
    if (Minimum.judgeChecked(server, peers, pools, deadMan.minAvailable(), seen)
        instanceof Minimum.Broken broken) {
      throw new NotDone(broken.failure(canary.node()));
    }
    NotDone outOfReach = before;
    for (ServerSetting setting : canary.settings()) {
      if (left.contains(Causes.key(setting))) {
        continue;
      }
      try {
        Optional<ServerView> now = server(seen, setting);
        if (now.isPresent()) {
          Mending.takeOut(permit, fleet.runtime(setting.loadBalancer()), now.get());
          left.add(Causes.key(setting));
        }
      } catch (NotDone notDone) {
        outOfReach = notDone;
      }
    }
    return outOfReach;
  }

  private static Optional<ServerView> server(Map<String, Snapshot> seen, ServerSetting setting) {
    Snapshot snapshot = seen.get(setting.loadBalancer());
    return snapshot == null ? Optional.empty() : snapshot.server(setting.pool(), setting.server());
  }
}
