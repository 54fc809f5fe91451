package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftRemains;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.Recorded;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a load balancer does not take back is tried less and less often, each cause by itself.
class RefusedTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final HandAlarms time = new HandAlarms(NOON);
  private final List<Instant> triedB1 = new ArrayList<>();
  private final List<HaproxyEvent> told = new ArrayList<>();
  private final Guards guards = new Guards(new Fleet(Map.of("one", balancer())), time);
  private boolean reloaded;
  private boolean saysNo = true;
  private boolean b2Drained;

  /// Both servers as recorded: b1 drained, b2 ready. It never drains b1 again once it was reloaded.
  private Fleet.Balancer balancer() {
    RuntimeWire wire =
        line -> {
          if (line.contains("set server api/b1 state drain")) {
            triedB1.add(time.now());
            return new RuntimeWire.Answered(saysNo ? "Permission denied\n\n" : "\n");
          }
          if (line.contains("set server api/b2 state ready")) {
            b2Drained = false;
          }
          return new RuntimeWire.Answered(line.startsWith("show") ? snapshot() : "\n");
        };
    return new Fleet.Balancer(new LoadBalancer("one", wire, null, null), null, "socat");
  }

  private String snapshot() {
    String recorded = Recorded.answer("3.x/snapshot.txt");
    if (reloaded) {
      recorded =
          recorded
              .replace("Pid: 8", "Pid: 9")
              .replace("0d 0h02m05s", "0d 0h00m01s")
              .replace("Uptime_sec: 125", "Uptime_sec: 1")
              .replace("fd00::11 2 8 100", "fd00::11 2 0 100")
              .replace("DRAIN,100", "UP,100");
    }
    return b2Drained
        ? recorded.replace("fd00::12 2 0 100", "fd00::12 2 8 100").replace("UP 1/3,7", "DRAIN,7")
        : recorded;
  }

  private static ServerSetting setting(String server, int weight, AdminState state) {
    return new ServerSetting("one", "api", server, weight, state);
  }

  private static CommandHead head(@Nullable String node, long fence) {
    return new CommandHead("c-" + fence, "r-1", "backend-api", node, fence, NOON);
  }

  private void guard() {
    guards.commanded(head("node-2", NOON.toEpochMilli() - 1_000));
    guards.guard(
        new GuardServers(
            head(null, NOON.toEpochMilli()),
            List.of(
                new GuardedServer(
                    "node-1",
                    List.of(setting("b1", 100, AdminState.DRAIN)),
                    false,
                    false,
                    List.of()),
                new GuardedServer(
                    "node-2",
                    List.of(setting("b2", 100, AdminState.READY)),
                    false,
                    false,
                    List.of(setting("b2", 100, AdminState.DRAIN)))),
            NOON.plusSeconds(3_600),
            null),
        told::add);
  }

  private void at(int second) throws InterruptedException {
    time.until(NOON.plusSeconds(second));
  }

  private <E> List<E> told(Class<E> type) {
    return told.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Test
  void aRefusalIsToldOnceAndTriedLessAndLessOften() throws InterruptedException {
    guard();
    at(5);
    assertThat(triedB1).isEmpty();

    reloaded = true;
    at(65);

    assertThat(told(DriftRemains.class))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.cause()).isEqualTo(DriftCause.FORGOTTEN);
          assertThat(it.failure().found()).contains("Permission denied");
        });
    assertThat(triedB1).hasSizeBetween(12, 31);
    for (int i = 1; i < triedB1.size(); i++) {
      assertThat(Duration.between(triedB1.get(i - 1), triedB1.get(i)))
          .isLessThanOrEqualTo(Duration.ofSeconds(5));
    }
  }

  @Test
  void anotherCauseOnTheSameLoadBalancerIsNotHeldUpByIt() throws InterruptedException {
    guard();
    at(5);
    reloaded = true;
    at(60);
    assertThat(told(DriftMended.class)).isEmpty();

    b2Drained = true;
    at(62);

    assertThat(told(DriftMended.class))
        .singleElement()
        .satisfies(it -> assertThat(it.cause()).isEqualTo(DriftCause.LATE));
    assertThat(told(DriftRemains.class)).hasSize(1);
  }

  @Test
  void whatIsTakenAndNotKeptIsToldAtTheThirdTryAndTriedLessOftenToo() throws InterruptedException {
    saysNo = false;
    guard();
    at(5);
    reloaded = true;
    at(7);
    assertThat(triedB1).isNotEmpty().hasSizeLessThan(3);
    assertThat(told(DriftRemains.class)).as("it may have been reloaded once more").isEmpty();

    at(65);

    assertThat(told(DriftRemains.class))
        .singleElement()
        .satisfies(it -> assertThat(it.failure().found()).contains("3 tries in a row"));
    assertThat(triedB1).hasSizeBetween(12, 31);
  }
}
