package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.rotation.Minimum;
import dev.serin.haproxy.runtime.AgentCheck;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a server out of rotation and keeps it out:
/// 1. on each load balancer, one after the other, the minimum is judged on what all of them say at
///    that moment (I2);
/// 2. the server's cookie goes on the leaving map, so that those it pins go elsewhere;
/// 3. the server is drained;
/// 4. after a reload, which forgets both, all of that again; and once where an earlier command of
///    Serin's own may have made it ready late.
final class Departure {
  private static final Logger log = LoggerFactory.getLogger(Departure.class);
  private static final Duration BETWEEN_LOOKS_AT_PEERS = Duration.ofMillis(500);

  private final DrainServer command;
  private final Turn turn;
  private final List<LoadBalancer> balancers;
  private final LateReady late;
  private final Map<String, ProcessSeen> processes = new HashMap<>();

  /// The weights of the servers that were taken out, each on one load balancer.
  private final Map<String, Integer> weights = new HashMap<>();

  /// Of these, those that were taken out once more since a command had come late: who makes one
  /// ready after that means it.
  private final Set<String> againOnce = new HashSet<>();

  private final Instant peersAwaitedUntil;
  private boolean belowMinimum;

  Departure(List<LoadBalancer> balancers, DrainServer command, Turn turn, LateReady late) {
    this.balancers = balancers;
    this.late = late;
    this.command = command;
    this.turn = turn;
    this.peersAwaitedUntil = turn.now().plus(command.waitForPeers());
  }

  /// Whether a rollback went on although fewer than the minimum remained.
  boolean belowMinimum() {
    return belowMinimum;
  }

  /// Takes the server out everywhere. A rollback takes it out wherever it can before it says that a
  /// load balancer is out of reach: the bad binary shall serve nobody.
  void everywhere() throws NotDone, Turn.Preempted {
    NotDone outOfReach = null;
    for (LoadBalancer balancer : balancers) {
      try {
        from(balancer);
      } catch (NotDone notDone) {
        if (command.purpose() == Purpose.FORWARD || !notDone.unreachable()) {
          throw notDone;
        }
        outOfReach = notDone;
      }
    }
    if (outOfReach != null) {
      throw outOfReach;
    }
  }

  /// Sees to it that the server is still out. Another process has forgotten it, and is told again;
  /// in the same process somebody else has admitted it, and is left alone, but for what is an
  /// earlier command's ([LateReady]).
  ///
  /// @return what the load balancer has: what was seen, unless it had to be taken out again
  Snapshot hold(LoadBalancer balancer, Snapshot seen) throws NotDone, Turn.Preempted {
    ProcessSeen before = processes.get(balancer.name());
    if (before == null || seen.process().replaced(before)) {
      from(balancer);
      return balancer.look(command.pools());
    }
    List<Drift> again = new ArrayList<>();
    for (String pool : command.pools()) {
      ServerView now = Settings.server(balancer, seen, pool, command.server());
      if (now.adminState() == AdminState.READY) {
        if (!isLate(balancer, now)) {
          throw foreignHand(balancer, now);
        }
        again.add(drift(balancer, now));
      }
    }
    if (again.isEmpty()) {
      return seen;
    }
    log.atWarn()
        .addKeyValue("rollout", command.head().rolloutId())
        .addKeyValue("node", command.head().node())
        .log(
            "ready again on {} in the middle of its drain, as Serin had asked for before: taken for a"
                + " command that came late, and taken out once more; whoever does it again means it",
            again.stream().map(it -> key(balancer, it.asked().pool())).toList());
    from(balancer);
    // Only what was done is done once: a load balancer that did not answer is looked at again.
    again.forEach(it -> againOnce.add(key(balancer, it.asked().pool())));
    Snapshot after = balancer.look(command.pools());
    List<Drift> mended = again.stream().filter(it -> isOut(after, it.asked())).toList();
    if (!mended.isEmpty()) {
      late.mended(mended);
    }
    return after;
  }

  private Drift drift(LoadBalancer balancer, ServerView now) throws NotDone {
    boolean canLeave = now.cookie() != null && balancer.leavingMap() != null;
    return new Drift(
        HaproxyCommands.node(command.head(), command.server()),
        setting(balancer, now, AdminState.DRAIN),
        setting(balancer, now, now.adminState()),
        canLeave,
        canLeave && balancer.leaving().orElse(Set.of()).contains(now.cookie()),
        now.status());
  }

  private ServerSetting setting(LoadBalancer balancer, ServerView now, AdminState state) {
    return new ServerSetting(balancer.name(), now.pool(), command.server(), now.weight(), state);
  }

  private static boolean isOut(Snapshot seen, ServerSetting asked) {
    return seen.server(asked.pool(), asked.server())
        .map(now -> now.adminState() != AdminState.READY)
        .orElse(false);
  }

  private boolean isLate(LoadBalancer balancer, ServerView now) {
    String key = key(balancer, now.pool());
    return !againOnce.contains(key)
        && late.mayBe(
            setting(balancer, now, AdminState.READY), weights.getOrDefault(key, now.weight()));
  }

  private static String key(LoadBalancer balancer, String pool) {
    return balancer.name() + "/" + pool;
  }

  private static NotDone foreignHand(LoadBalancer balancer, ServerView now) {
    return new NotDone(
        new Failure(
            Failure.Reason.FOREIGN,
            now.pool() + "/" + now.server() + " drained on " + balancer.name() + ", as set",
            "it was made ready by somebody else (status " + now.status() + ")",
            now.agent() == AgentCheck.ON
                ? "see whether its agent check says 'ready', which ends any drain, or ask who is at"
                    + " work there; then retry; nothing was reverted"
                : "somebody is at work there: ask them, then retry; nothing was reverted",
            false));
  }

  private void from(LoadBalancer balancer) throws NotDone, Turn.Preempted {
    while (true) {
      turn.check();
      Map<String, Snapshot> seen = lookAround(balancer);
      Snapshot own = seen.getOrDefault(balancer.name(), balancer.look(command.pools()));
      switch (verdict(balancer, own, seen)) {
        case Minimum.Kept() -> {
          takeOut(balancer, own);
          return;
        }
        case Minimum.Broken broken -> {
          if (command.purpose() == Purpose.FORWARD) {
            if (halfway(seen)) {
              putBack();
            }
            throw new NotDone(broken.failure(command.server()));
          }
          if (!turn.now().isBefore(peersAwaitedUntil)) {
            belowMinimum = true;
            takeOut(balancer, own);
            return;
          }
          turn.pause(BETWEEN_LOOKS_AT_PEERS);
        }
      }
    }
  }

  /// What all load balancers have now. A rollback makes do with those that answer.
  private Map<String, Snapshot> lookAround(LoadBalancer balancer) throws NotDone {
    Map<String, Snapshot> seen = new LinkedHashMap<>();
    for (LoadBalancer each : balancers) {
      try {
        seen.put(each.name(), each.look(command.pools()));
      } catch (NotDone notDone) {
        if (command.purpose() == Purpose.FORWARD
            || !notDone.unreachable()
            || each.name().equals(balancer.name())) {
          throw notDone;
        }
      }
    }
    return seen;
  }

  private Minimum verdict(LoadBalancer balancer, Snapshot own, Map<String, Snapshot> seen)
      throws NotDone {
    boolean admitted = false;
    for (String pool : command.pools()) {
      admitted |=
          Settings.server(balancer, own, pool, command.server()).adminState() == AdminState.READY;
    }
    return admitted
        ? Minimum.judge(
            command.server(), command.peers(), command.pools(), command.minAvailable(), seen)
        : new Minimum.Kept();
  }

  /// A server in maintenance stays there: `drain` would take it out of it.
  private void takeOut(LoadBalancer balancer, Snapshot own) throws NotDone, Turn.Preempted {
    for (String pool : command.pools()) {
      ServerView now = Settings.server(balancer, own, pool, command.server());
      weights.putIfAbsent(key(balancer, pool), now.weight());
      balancer.addLeaving(turn::check, now.cookie());
      if (now.adminState() == AdminState.READY) {
        balancer.setState(turn::check, pool, command.server(), AdminState.DRAIN);
      }
    }
    processes.put(balancer.name(), own.process());
  }

  /// Whether the server is out here and in there: a drain that a crash or a refusal cut in two.
  private boolean halfway(Map<String, Snapshot> seen) {
    return seen.values().stream()
        .anyMatch(snapshot ->
            command.pools().stream()
                .anyMatch(pool ->
                    snapshot
                        .server(pool, command.server())
                        .map(view -> view.adminState() == AdminState.DRAIN)
                        .orElse(false)));
  }

  /// Gives the server back what it had on every load balancer that can be reached.
  ///
  /// @return the first that could not be told, in words for an operator; none when all were
  @Nullable String putBack() throws Turn.Preempted {
    String missed = null;
    for (LoadBalancer balancer : balancers) {
      for (String pool : command.pools()) {
        turn.check();
        try {
          Snapshot seen = balancer.look(List.of(pool));
          Settings.apply(turn, balancer, seen, restored(balancer, seen, pool));
        } catch (NotDone notDone) {
          missed =
              missed == null
                  ? "it is still drained on " + balancer.name() + ": " + notDone.failure().found()
                  : missed;
        }
      }
    }
    return missed;
  }

  private ServerSetting restored(LoadBalancer balancer, Snapshot seen, String pool) throws NotDone {
    ServerView now = Settings.server(balancer, seen, pool, command.server());
    return command.restore().stream()
        .filter(setting ->
            setting.loadBalancer().equals(balancer.name())
                && setting.pool().equals(pool)
                && setting.server().equals(command.server()))
        .findFirst()
        .orElse(
            new ServerSetting(
                balancer.name(), pool, command.server(), now.weight(), AdminState.READY));
  }
}
