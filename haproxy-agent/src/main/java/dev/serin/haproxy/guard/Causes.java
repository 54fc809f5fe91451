package dev.serin.haproxy.guard;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whose doing it is that a server is not as asked:
/// 1. a process that was replaced has forgotten what it was told;
/// 2. this agent's own switch took the node out, and the coordinator, which knows better by now,
///    wants it in;
/// 3. an earlier command of Serin's own came late. That can be where another instance of the agent
///    was at work before this one, and may only be held up, or where a load balancer left a command
///    unanswered and may still obey it. HAProxy can't compare (I10), so what is found has to be
///    just what such a command asks for, and it is put back once: whoever does it again means it;
/// 4. the load balancer was out of reach when Serin asked for something else: what is found is what
///    was asked of it when it last answered;
/// 5. else it is a person's.
final class Causes {
  /// How long what was left unanswered may still be obeyed.
  static final Duration STILL_OBEYED = Duration.ofMinutes(1);

  /// Servers, each on one load balancer, that a process which was told nothing yet has; until they
  /// are seen to be as asked. A server that a command is about stays among them: what that command
  /// does not set again is put back after it.
  private final Set<String> forgotten = new HashSet<>();

  /// What servers may have, each on one load balancer that was out of reach, by what was asked of
  /// them when it last answered; until they are seen to be as asked.
  private final Map<String, List<ServerSetting>> missed = new HashMap<>();

  /// The nodes that the switch changed, each with the fence of the newest guard then.
  private final Map<String, Long> takenOut = new HashMap<>();

  /// Of these, the peers that it gave back what they had before the rollout.
  private final Set<String> givenBack = new HashSet<>();

  /// Of the nodes that it changed, the servers that are to have again what is asked, each on one
  /// load balancer.
  private final Map<String, Set<String>> returning = new HashMap<>();

  private final Map<String, Instant> unanswered = new HashMap<>();
  private final Set<String> putBackOnce = new HashSet<>();
  private boolean alone = true;

  /// @param isAlone whether no other instance was at work in this rollout before
  void renewed(GuardServers next, boolean isAlone, Instant now) {
    alone = isAlone;
    boolean watched = next.deadMan() == null || next.deadMan().expiresAt().isAfter(now);
    for (GuardedServer server : next.servers()) {
      Long since = takenOut.get(server.node());
      boolean isKnownToBeOut =
          !givenBack.contains(server.node()) && server.settings().stream().anyMatch(Causes::isOut);
      if (since != null && isKnownToBeOut) {
        returned(server.node());
      } else if (since != null && watched && next.head().fence() > since) {
        returns(server);
      }
    }
  }

  private void returns(GuardedServer server) {
    returning.computeIfAbsent(
        server.node(),
        node -> server.settings().stream().map(Causes::key).collect(Collectors.toSet()));
  }

  static boolean isOut(ServerSetting setting) {
    return setting.state() != AdminState.READY || setting.weight() == 0;
  }

  void begun() {
    takenOut.clear();
    givenBack.clear();
    returning.clear();
    putBackOnce.clear();
    missed.clear();
  }

  void tookOut(List<String> nodes, long fence) {
    nodes.forEach(node -> takenOut.put(node, fence));
  }

  /// What the coordinator asks of them may be that they are out: that is theirs again once it says
  /// so anew and somebody watches, and until then it is no person's doing.
  void gaveBack(List<String> nodes, long fence) {
    tookOut(nodes, fence);
    givenBack.addAll(nodes);
  }

  /// A command is about the node. One that is older than what the switch went by when it took the
  /// node out is only recalled (the broker was away, say): it returns nothing.
  void commanded(String node, long fence) {
    Long since = takenOut.get(node);
    if (since == null || fence > since) {
      returned(node);
    }
  }

  /// A newer command is about the node, or the coordinator knows that it is out.
  void returned(String node) {
    takenOut.remove(node);
    givenBack.remove(node);
    returning.remove(node);
  }

  /// The guard has ended: what the switch took out comes back, and what a process forgets from now
  /// on is nobody's to put back.
  void ended(List<GuardedServer> servers) {
    forgotten.clear();
    missed.clear();
    servers.stream().filter(it -> takenOut.containsKey(it.node())).forEach(this::returns);
  }

  void unanswered(String node, Instant now) {
    unanswered.put(node, now.plus(STILL_OBEYED));
  }

  /// Whether the node is left to the switch that took it out.
  boolean isTakenOut(String node) {
    return takenOut.containsKey(node) && !returning.containsKey(node);
  }

  boolean anyReturning() {
    return !returning.isEmpty();
  }

  /// Whether a command of then may still come late.
  boolean mayBeLate(Instant now) {
    return !alone || unanswered.values().stream().anyMatch(until -> until.isAfter(now));
  }

  void forgot(Stream<ServerSetting> settings) {
    settings.forEach(setting -> forgotten.add(key(setting)));
  }

  /// Its load balancer was out of reach for a while.
  ///
  /// @param before what it may have from then; empty where the same is asked of it as then
  void missed(ServerSetting setting, List<ServerSetting> before) {
    if (!before.isEmpty()) {
      missed.put(key(setting), before);
    }
  }

  void isAsAsked(String node, ServerSetting setting) {
    forgotten.remove(key(setting));
    missed.remove(key(setting));
    isBack(node, setting);
  }

  private void isBack(String node, ServerSetting setting) {
    Set<String> left = returning.get(node);
    if (left != null && left.remove(key(setting)) && left.isEmpty()) {
      returned(node);
    }
  }

  /// None where it is a person's doing.
  ///
  /// @param earlier what Serin asked of the server of late; empty where nothing
  @Nullable DriftCause of(Drift drift, List<ServerSetting> earlier, Instant now) {
    if (forgotten.contains(key(drift.asked()))) {
      return DriftCause.FORGOTTEN;
    }
    if (returning.getOrDefault(drift.node(), Set.of()).contains(key(drift.asked()))) {
      return DriftCause.SWITCH;
    }
    List<ServerSetting> before = missed.getOrDefault(key(drift.asked()), List.of());
    if (isAmong(before, drift.found()) || isHalfACommand(drift, before)) {
      return DriftCause.MISSED;
    }
    Instant until = unanswered.get(drift.node());
    boolean late = !alone || (until != null && until.isAfter(now));
    return late
            && (isAmong(earlier, drift.found()) || isHalfACommand(drift, earlier))
            && !putBackOnce.contains(deed(drift))
        ? DriftCause.LATE
        : null;
  }

  /// Draining begins with the leaving map, and readying ends with it.
  private static boolean isHalfACommand(Drift drift, List<ServerSetting> earlier) {
    return !earlier.isEmpty()
        && drift.found().equals(drift.asked())
        && drift.leavingAsked() != drift.leavingFound();
  }

  /// A pool that pins users and has no leaving map drains into maintenance.
  private static boolean isAmong(List<ServerSetting> earlier, ServerSetting found) {
    return earlier.stream()
        .anyMatch(it ->
            it.equals(found)
                || (it.state() == AdminState.DRAIN
                    && found.state() == AdminState.MAINT
                    && it.weight() == found.weight()
                    && key(it).equals(key(found))));
  }

  void putBack(List<Drift> drifts, DriftCause cause) {
    for (Drift drift : drifts) {
      forgotten.remove(key(drift.asked()));
      missed.remove(key(drift.asked()));
      isBack(drift.node(), drift.asked());
      if (cause == DriftCause.LATE) {
        putBackOnce.add(deed(drift));
      }
    }
  }

  private static String deed(Drift drift) {
    return key(drift.asked())
        + " "
        + drift.found().state()
        + " "
        + drift.found().weight()
        + " "
        + drift.leavingFound();
  }

  static String key(ServerSetting setting) {
    return setting.loadBalancer() + "/" + setting.pool() + "/" + setting.server();
  }
}
