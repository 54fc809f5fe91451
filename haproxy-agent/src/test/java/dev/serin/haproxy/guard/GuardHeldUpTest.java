package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.RecordedHaproxy;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A guard that was held up may stand for a rollout that another instance has moved on: HAProxy
/// can't compare fences, so it writes nothing until a newer renewal says that the work is still its
/// own (I10).
class GuardHeldUpTest {
  private final RecordedHaproxy haproxy = new RecordedHaproxy();

  /// Asks for a weight that a reload has forgotten: the server has its configuration file's.
  private void guard(long fence) {
    haproxy
        .guards()
        .guard(
            new GuardServers(
                new CommandHead(
                    "c-" + fence, "r-1", "backend-api", null, fence, haproxy.time().now()),
                List.of(
                    new GuardedServer(
                        "node-2",
                        List.of(RecordedHaproxy.b2(9, AdminState.READY)),
                        false,
                        false,
                        List.of())),
                RecordedHaproxy.NOON.plusSeconds(3_600),
                null),
            _ -> {});
  }

  @Test
  void putsBackWhatAReloadForgotWhereItWasNotHeldUp() throws InterruptedException {
    guard(1);
    haproxy.at(2);

    assertThat(haproxy.writes()).contains("set server api/b2 weight 9");
  }

  @Test
  void writesNothingAfterAHoldUpUntilANewerRenewalComes() throws InterruptedException {
    guard(1);
    haproxy.time().holdUp();
    haproxy.at(60);

    assertThat(haproxy.writes()).isEmpty();

    guard(2);
    haproxy.at(62);

    assertThat(haproxy.writes()).isNotEmpty();
  }

  @Test
  void writesNothingWhereItWasHeldUpBetweenItsLookAndItsWrite() throws InterruptedException {
    haproxy.atTheSecondLook(haproxy.time()::holdUp);
    guard(1);
    haproxy.at(60);

    assertThat(haproxy.looks()).isGreaterThan(1);
    assertThat(haproxy.writes()).isEmpty();
  }
}
