package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
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

/// The switch went off, and then its agent was killed: the next one finds a canary that is out, and
/// a guard that wants it in.
class LeftOutTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Duration PERIOD = Duration.ofSeconds(60);

  private final HandAlarms time = new HandAlarms(NOON);
  private final List<String> said = new ArrayList<>();
  private final List<HaproxyEvent> told = new ArrayList<>();
  private final Guards guards = new Guards(new Fleet(Map.of("one", balancer())), time);
  private boolean back;

  /// As recorded: b1 is drained, b2 ready.
  private Fleet.Balancer balancer() {
    RuntimeWire wire =
        line -> {
          if (line.startsWith("set server")) {
            said.add(line);
          }
          back |= line.contains("set server api/b1 state ready");
          return new RuntimeWire.Answered(line.startsWith("show") ? snapshot() : "\n");
        };
    return new Fleet.Balancer(new LoadBalancer("one", wire, null, null), null, "socat");
  }

  private String snapshot() {
    String recorded = Recorded.answer("3.x/snapshot.txt");
    return back
        ? recorded.replace("fd00::11 2 8 100", "fd00::11 2 0 100").replace("DRAIN,100", "UP,100")
        : recorded;
  }

  private static ServerSetting setting(String server, int weight, AdminState state) {
    return new ServerSetting("one", "api", server, weight, state);
  }

  private static CommandHead head(@Nullable String node, Instant sentAt) {
    return new CommandHead(
        "c-" + sentAt.toEpochMilli(), "r-1", "backend-api", node, sentAt.toEpochMilli(), sentAt);
  }

  /// The canary is wanted in, and Serin itself had drained it for its step.
  private void guard(Instant sentAt, Instant expiresAt) {
    guards.guard(
        new GuardServers(
            head(null, sentAt),
            List.of(
                new GuardedServer(
                    "node-1",
                    List.of(setting("b1", 100, AdminState.READY)),
                    false,
                    false,
                    List.of(setting("b1", 100, AdminState.DRAIN))),
                new GuardedServer(
                    "node-2",
                    List.of(setting("b2", 100, AdminState.READY)),
                    false,
                    false,
                    List.of())),
            NOON.plusSeconds(3_600),
            new DeadMan(List.of("node-1"), PERIOD, expiresAt, DeadManAction.DRAIN, List.of(), 1)),
        told::add);
  }

  @Test
  void aCanaryThatNobodyWatchesIsNotTakenBackIn() throws InterruptedException {
    guards.commanded(head("node-1", NOON.minusSeconds(90)));
    guard(NOON.minusSeconds(80), NOON.minusSeconds(20));
    time.until(NOON.plusSeconds(50));

    assertThat(said).isEmpty();
    assertThat(told).noneMatch(DriftMended.class::isInstance);

    guard(NOON.plusSeconds(50), NOON.plusSeconds(110));
    time.until(NOON.plusSeconds(55));

    assertThat(back).as("somebody watches again").isTrue();
    assertThat(told)
        .filteredOn(DriftMended.class::isInstance)
        .singleElement()
        .satisfies(it -> assertThat(((DriftMended) it).cause()).isEqualTo(DriftCause.LATE));
  }
}
