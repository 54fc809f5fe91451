package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.Recorded;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A guard that was held up may stand for a rollout that another instance has moved on: HAProxy
/// can't compare fences, so it writes nothing until a newer renewal says that the work is still its
/// own (I10).
class GuardHeldUpTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final HandAlarms time = new HandAlarms(NOON);
  private final List<String> writes = new ArrayList<>();
  private final Guards guards =
      new Guards(
          new Fleet(
              Map.of(
                  "one",
                  new Fleet.Balancer(
                      new LoadBalancer("one", this::answer, null, null), null, "socat"))),
          time);

  private Runnable atTheSecondLook = () -> {};
  private int looks;

  private RuntimeWire.Reply answer(String line) {
    if (line.startsWith("set ")) {
      writes.add(line);
      return new RuntimeWire.Answered("\n");
    }
    looks++;
    if (looks == 2) {
      atTheSecondLook.run();
    }
    return new RuntimeWire.Answered(Recorded.answer("3.x/snapshot.txt"));
  }

  /// Asks for a weight that a reload has forgotten: the server has its configuration file's.
  private void guard(long fence) {
    guards.guard(
        new GuardServers(
            new CommandHead("c-" + fence, "r-1", "backend-api", null, fence, time.now()),
            List.of(
                new GuardedServer(
                    "node-2",
                    List.of(new ServerSetting("one", "api", "b2", 9, AdminState.READY)),
                    false,
                    false,
                    List.of())),
            NOON.plusSeconds(3_600),
            null),
        _ -> {});
  }

  private void at(int second) throws InterruptedException {
    time.until(NOON.plusSeconds(second));
  }

  @Test
  void putsBackWhatAReloadForgotWhereItWasNotHeldUp() throws InterruptedException {
    guard(1);
    at(2);

    assertThat(writes).contains("set server api/b2 weight 9");
  }

  @Test
  void writesNothingAfterAHoldUpUntilANewerRenewalComes() throws InterruptedException {
    guard(1);
    time.holdUp();
    at(60);

    assertThat(writes).isEmpty();

    guard(2);
    at(62);

    assertThat(writes).isNotEmpty();
  }

  @Test
  void writesNothingWhereItWasHeldUpBetweenItsLookAndItsWrite() throws InterruptedException {
    atTheSecondLook = time::holdUp;
    guard(1);
    at(60);

    assertThat(looks).isGreaterThan(1);
    assertThat(writes).isEmpty();
  }
}
