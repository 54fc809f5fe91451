package dev.serin.haproxy.guard;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.hint.HintStore;
import dev.serin.haproxy.hint.Hints;
import dev.serin.haproxy.lab.VirtualHaproxy;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Two load balancers with the nodes `node-1` to `node-3` (b1 to b3) behind both, guards over them,
/// and time that a test moves by hand.
final class GuardBed {
  static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  static final Duration PERIOD = Duration.ofSeconds(60);

  final HandAlarms time = new HandAlarms(NOON);
  final List<String> writes = new ArrayList<>();
  final List<HaproxyEvent> events = new ArrayList<>();
  final VirtualHaproxy one = new VirtualHaproxy("one", time::now, writes);
  final VirtualHaproxy two = new VirtualHaproxy("two", time::now, writes);
  final Fleet fleet = new Fleet(Map.of("one", one.balancer(), "two", two.balancer()));
  Guards guards = new Guards(fleet, time);
  String rollout = "r-1";

  /// Begins so far in the rollout that no other process can be at work in it any more.
  GuardBed begun() {
    guards.commanded(head(null, 0));
    return this;
  }

  /// The agent's process ends, and another one begins that knows nothing yet.
  void restart(HintStore disk) {
    time.end();
    guards = new Guards(fleet, time, new Hints(disk));
  }

  CommandHead head(@Nullable String node, long secondsAfterNoon) {
    Instant at = NOON.plusSeconds(secondsAfterNoon);
    return new CommandHead("c-" + at, rollout, "backend-api", node, at.toEpochMilli(), at);
  }

  CommandHead head(@Nullable String node) {
    return head(node, Duration.between(NOON, time.now()).toSeconds());
  }

  /// What is asked of a server on both load balancers.
  GuardedServer asked(String server, AdminState state, int weight) {
    return new GuardedServer(
        "node-" + server.substring(1),
        List.of(one.setting(server, weight, state), two.setting(server, weight, state)),
        state != AdminState.READY,
        false,
        List.of());
  }

  GuardedServer ready(String server) {
    return asked(server, AdminState.READY, 1);
  }

  /// A guard of now that lasts an hour.
  GuardServers guard(@Nullable DeadMan deadMan, GuardedServer... servers) {
    return new GuardServers(head(null), List.of(servers), time.now().plusSeconds(3_600), deadMan);
  }

  void guardAll(@Nullable DeadMan deadMan) {
    guards.guard(guard(deadMan, ready("b1"), ready("b2"), ready("b3")), events::add);
  }

  /// A switch for node-1 that was proven just now.
  DeadMan deadMan(DeadManAction action, int minAvailable, GuardedServer... restore) {
    return new DeadMan(
        List.of("node-1"), PERIOD, time.now().plus(PERIOD), action, List.of(restore), minAvailable);
  }

  void stop(boolean handsOff, GuardedServer... servers) {
    guards.stop(new StopGuardingServers(head(null), handsOff, List.of(servers)));
  }

  void at(int second) throws InterruptedException {
    time.until(NOON.plusSeconds(second));
  }

  <E extends HaproxyEvent> List<E> told(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
