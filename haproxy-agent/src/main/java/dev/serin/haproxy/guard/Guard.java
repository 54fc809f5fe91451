package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.Snapshot;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Looks after one service's servers:
/// 1. another process than last time has forgotten what it was told: it is told again, whatever
///    else was changed there;
/// 2. in the same process somebody else has changed it: that is told once, and left alone;
/// 3. a node that a newer command is about is left to that command;
/// 4. the dead man's switch goes off when it is due.
///
/// One tick, one look at every load balancer. Used by one thread at a time.
final class Guard {
  /// How often traffic is told of when nothing changes.
  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

  private final Fleet fleet;
  private final Instant agentStartedAt;
  private final Map<String, Long> commanded = new HashMap<>();
  private final Map<String, ProcessSeen> processes = new HashMap<>();

  /// Servers, each on one load balancer, that a process which was told nothing yet has; until they
  /// are seen to be as asked. A server that a command is about stays among them: what that command
  /// does not set again is put back after it.
  private final Set<String> forgotten = new HashSet<>();

  /// What was told of a load balancer, so that it is told once: hands, and what could not be put
  /// back.
  private final Map<String, List<Drift>> told = new HashMap<>();

  private final Map<String, List<Drift>> remaining = new HashMap<>();

  private final Shares shares = new Shares();
  private final DeadMansWork deadMan;
  private GuardServers newest;
  private Consumer<HaproxyEvent> answers;
  private Switch armed = Switch.disarmed();
  private Set<String> rotation = Set.of();
  private Instant reportAt = Instant.MIN;
  private boolean stopped;

  Guard(Fleet fleet, Instant agentStartedAt, GuardServers first, Consumer<HaproxyEvent> answers) {
    this.fleet = fleet;
    this.agentStartedAt = agentStartedAt;
    this.newest = first;
    this.answers = answers;
    this.deadMan = new DeadMansWork(fleet);
  }

  /// Takes a renewal; an older one changes nothing.
  synchronized void renew(GuardServers next, Consumer<HaproxyEvent> to, Instant now) {
    if (next.head().fence() < newest.head().fence()) {
      return;
    }
    if (stopped || !next.head().rolloutId().equals(newest.head().rolloutId())) {
      told.clear();
      remaining.clear();
      stopped = false;
      armed = Switch.disarmed();
    }
    newest = next;
    answers = to;
    armed = armed.after(next.deadMan(), agentStartedAt, now);
  }

  /// A command for a node has come: what it does is its own until a newer guard says what is asked.
  synchronized void commanded(String node, long fence) {
    commanded.merge(node, fence, Math::max);
  }

  synchronized void stop(long fence) {
    if (fence >= newest.head().fence()) {
      stopped = true;
      armed = Switch.disarmed();
    }
  }

  synchronized void tick(Instant now) {
    boolean guarding = !stopped && now.isBefore(newest.leaseUntil());
    if (!guarding && !armed.isDue(now)) {
      return;
    }
    Map<String, Snapshot> seen = new LinkedHashMap<>();
    for (String name : loadBalancers()) {
      look(name).ifPresent(snapshot -> seen.put(name, snapshot));
    }
    if (armed.isDue(now)) {
      armed = deadMan.act(armed, newest, seen, now, answers);
    }
    if (guarding) {
      seen.forEach((name, snapshot) -> reconcile(name, snapshot, now));
      report(seen, now);
    }
  }

  private Set<String> loadBalancers() {
    Set<String> names = new TreeSet<>();
    newest
        .servers()
        .forEach(server -> server.settings().forEach(it -> names.add(it.loadBalancer())));
    return names;
  }

  /// None when it can't be talked to: it is looked at again a second later.
  private Optional<Snapshot> look(String name) {
    try {
      Set<String> pools = new TreeSet<>();
      newest
          .servers()
          .forEach(server -> server.settings().forEach(setting -> pools.add(setting.pool())));
      return Optional.of(fleet.runtime(name).look(pools));
    } catch (NotDone unreachable) {
      return Optional.empty();
    }
  }

  private void reconcile(String name, Snapshot seen, Instant now) {
    try {
      LoadBalancer balancer = fleet.runtime(name);
      Optional<Set<String>> leaving =
          balancer.leavingMap() == null ? Optional.empty() : balancer.leaving();
      List<GuardedServer> guarded = guarded();
      List<Drift> drifts = Drifts.of(name, guarded, seen, leaving);
      ProcessSeen before = processes.put(name, seen.process());
      boolean anew =
          before == null
              ? Drifts.toldNothing(name, newest.servers(), seen, leaving)
              : seen.process().replaced(before);
      if (anew) {
        settings(newest.servers(), name).forEach(setting -> forgotten.add(key(setting)));
      }
      settings(guarded, name)
          .filter(setting -> drifts.stream().noneMatch(it -> it.asked().equals(setting)))
          .forEach(setting -> forgotten.remove(key(setting)));
      tellOfHands(
          name, drifts.stream().filter(it -> !forgotten.contains(key(it.asked()))).toList(), now);
      List<Drift> lost = drifts.stream().filter(it -> forgotten.contains(key(it.asked()))).toList();
      if (!lost.isEmpty()) {
        mend(balancer, lost, now);
      }
    } catch (NotDone unreachable) {
      // Looked at again a second later, with what it has forgotten still known.
    }
  }

  private void tellOfHands(String name, List<Drift> drifts, Instant now) {
    if (drifts.isEmpty()) {
      told.remove(name);
    } else if (!drifts.equals(told.put(name, drifts))) {
      answers.accept(new HaproxyEvent.ServersChangedByHand(newest.head().answered(now), drifts));
    }
  }

  private static Stream<ServerSetting> settings(List<GuardedServer> servers, String loadBalancer) {
    return servers.stream()
        .flatMap(server -> server.settings().stream())
        .filter(setting -> setting.loadBalancer().equals(loadBalancer));
  }

  private static String key(ServerSetting setting) {
    return setting.loadBalancer() + "/" + setting.pool() + "/" + setting.server();
  }

  /// The nodes that no newer command is about, and that no switch took out.
  private List<GuardedServer> guarded() {
    return newest.servers().stream()
        .filter(server ->
            !server.inWork()
                && commanded.getOrDefault(server.node(), 0L) < newest.head().fence()
                && !(armed.hasGoneOff()
                    && armed.deadMan() != null
                    && armed.deadMan().nodes().contains(server.node())))
        .toList();
  }

  private void mend(LoadBalancer balancer, List<Drift> drifts, Instant now) {
    String name = balancer.name();
    try {
      Snapshot seen = balancer.look(pools(drifts));
      for (Drift drift : drifts) {
        var server = seen.server(drift.asked().pool(), drift.asked().server());
        if (server.isPresent()) {
          Mending.apply(balancer, server.get(), drift.asked(), drift.leavingAsked());
        }
      }
      Optional<Set<String>> leaving =
          balancer.leavingMap() == null ? Optional.empty() : balancer.leaving();
      Snapshot after = balancer.look(pools(drifts));
      List<Drift> still = Drifts.of(name, guarded(), after, leaving);
      if (drifts.stream().noneMatch(drift -> isAmong(still, drift))) {
        drifts.forEach(drift -> forgotten.remove(key(drift.asked())));
        remaining.remove(name);
        answers.accept(
            new HaproxyEvent.DriftMended(
                newest.head().answered(now), DriftCause.FORGOTTEN, drifts));
      }
    } catch (NotDone refused) {
      if (!drifts.equals(remaining.put(name, drifts))) {
        answers.accept(
            new HaproxyEvent.DriftRemains(
                newest.head().answered(now), DriftCause.FORGOTTEN, drifts, refused.failure()));
      }
    }
  }

  private static boolean isAmong(List<Drift> drifts, Drift drift) {
    return drifts.stream().anyMatch(it -> key(it.asked()).equals(key(drift.asked())));
  }

  private static Set<String> pools(List<Drift> drifts) {
    Set<String> pools = new TreeSet<>();
    drifts.forEach(drift -> pools.add(drift.asked().pool()));
    return pools;
  }

  private void report(Map<String, Snapshot> seen, Instant now) {
    if (seen.size() < loadBalancers().size() || seen.isEmpty()) {
      return;
    }
    List<String> inRotation = Shares.inRotation(newest.servers(), seen);
    if (now.isBefore(reportAt) && rotation.equals(Set.copyOf(inRotation))) {
      return;
    }
    rotation = Set.copyOf(inRotation);
    reportAt = now.plus(BETWEEN_REPORTS);
    answers.accept(
        new HaproxyEvent.TrafficObserved(
            newest.head().answered(now),
            Shares.seen(newest.servers(), seen),
            shares.since(newest.servers(), seen),
            new ArrayList<>(inRotation)));
  }
}
