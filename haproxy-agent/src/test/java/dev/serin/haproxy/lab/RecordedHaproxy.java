package dev.serin.haproxy.lab;

import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.guard.Guards;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.Recorded;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A load balancer `one` whose answers were recorded, with guards over it, in time that a test
/// moves by hand. Of its server b2 in the pool `api` it says what was set, by whomever; it writes
/// down what Serin sets.
public final class RecordedHaproxy {
  public static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private static final String SET = "set server api/b2 ";

  private final HandAlarms time = new HandAlarms(NOON);
  private final Fleet fleet =
      new Fleet(
          Map.of(
              "one",
              new Fleet.Balancer(
                  new LoadBalancer("one", this::answer, null, null), null, "socat")));
  private final Guards guards = new Guards(fleet, time);
  private final List<String> writes = new ArrayList<>();
  private int weight = 100;
  private AdminState state = AdminState.READY;
  private int requests = 1;
  private int looks;
  private Runnable atTheSecondLook = () -> {};

  public HandAlarms time() {
    return time;
  }

  /// Goes on until so long after noon.
  public void at(int second) throws InterruptedException {
    time.until(NOON.plusSeconds(second));
  }

  public Fleet fleet() {
    return fleet;
  }

  public Guards guards() {
    return guards;
  }

  /// What may be asked of b2.
  public static ServerSetting b2(int weight, AdminState state) {
    return new ServerSetting("one", "api", "b2", weight, state);
  }

  /// What b2 has now.
  public ServerSetting b2() {
    return b2(weight, state);
  }

  /// Somebody sets b2's weight, not by Serin's guards.
  public void weigh(int now) {
    weight = now;
  }

  /// Somebody sets b2's state.
  public void set(AdminState now) {
    state = now;
  }

  /// The last request that b2 had has ended.
  public void empty() {
    requests = 0;
  }

  public void atTheSecondLook(Runnable what) {
    atTheSecondLook = what;
  }

  public int looks() {
    return looks;
  }

  public List<String> writes() {
    return writes;
  }

  private RuntimeWire.Reply answer(String line) {
    if (line.startsWith(SET)) {
      writes.add(line);
      String[] what = line.substring(SET.length()).split(" ", -1);
      if (what[0].equals("weight")) {
        weight = Integer.parseInt(what[1]);
      } else {
        state = AdminState.valueOf(what[1].toUpperCase(java.util.Locale.ROOT));
      }
      return new RuntimeWire.Answered("\n");
    }
    looks++;
    if (looks == 2) {
      atTheSecondLook.run();
    }
    return new RuntimeWire.Answered(
        Recorded.answer("3.x/snapshot.txt")
            .replace(
                "3 api 2 b2 fd00::12 2 0 100 100",
                "3 api 2 b2 fd00::12 2 " + bits() + " " + weight + " 100")
            .replace("http,c2,7,100", "http,c2,7," + weight)
            .replace("api,b2,2,1,", "api,b2,2," + requests + ",")
            .replace("fd00::12 8080 - 5000 0 1 ", "fd00::12 8080 - 5000 0 " + requests + " ")
            .replace("UP 1/3", status()));
  }

  private int bits() {
    return switch (state) {
      case READY -> 0;
      case DRAIN -> 8;
      case MAINT -> 1;
    };
  }

  private String status() {
    return state == AdminState.READY ? "UP 1/3" : state.name();
  }
}
