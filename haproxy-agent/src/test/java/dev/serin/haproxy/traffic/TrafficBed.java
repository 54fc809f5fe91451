package dev.serin.haproxy.traffic;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.guard.Guards;
import dev.serin.haproxy.lab.VirtualHaproxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Two load balancers, commands over them, and time that goes on only while a command waits: what a
/// test has happen at a second happens then.
final class TrafficBed {
  static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  final HandAlarms time = new HandAlarms(NOON);
  final List<String> writes = new ArrayList<>();
  VirtualHaproxy one = new VirtualHaproxy("one", time::now, writes);
  VirtualHaproxy two = new VirtualHaproxy("two", time::now, writes);

  /// What the users of the load balancers get.
  Function<FrontDoor.Request, FrontDoor.Answer> users = _ -> new FrontDoor.Silent("nobody there");

  private boolean preempted;

  CommandHead head() {
    Instant now = time.now();
    return new CommandHead("c-1", "r-1", "backend-api", "node-1", now.toEpochMilli(), now);
  }

  /// A newer command for the node has come.
  void preempt() {
    preempted = true;
  }

  void at(double second, Runnable what) {
    time.at(NOON.plusMillis((long) (second * 1_000)), what::run);
  }

  double seconds() {
    return Duration.between(NOON, time.now()).toMillis() / 1_000.0;
  }

  List<ServerSetting> onBoth(int weight, AdminState state) {
    return List.of(one.setting("b1", weight, state), two.setting("b1", weight, state));
  }

  /// Obeys the command to its end.
  HaproxyEvent obey(HaproxyCommand command) throws Turn.Preempted {
    Fleet fleet = new Fleet(Map.of("one", one.balancer(), "two", two.balancer()));
    List<HaproxyEvent> answers = new ArrayList<>();
    new HaproxyCommands(
            fleet, request -> users.apply(request), new Guards(fleet, new HandAlarms(NOON)))
        .handle(command, new BedTurn(), answers::add);
    return answers.getFirst();
  }

  private final class BedTurn implements Turn {
    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public void pause(Duration duration) throws Preempted {
      try {
        time.until(time.now().plus(duration));
      } catch (InterruptedException stopped) {
        throw new Preempted();
      }
      check();
    }

    @Override
    public void check() throws Preempted {
      if (preempted) {
        throw new Preempted();
      }
    }
  }
}
