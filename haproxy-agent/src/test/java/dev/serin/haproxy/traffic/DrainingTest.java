package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerDrained;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.VirtualHaproxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A drain in time that goes on only while it waits; on real load balancers it is `DrainIT`.
class DrainingTest {
  private final TrafficBed bed = new TrafficBed();

  private OnTimeout onTimeout = OnTimeout.FAIL;
  private Purpose purpose = Purpose.FORWARD;
  private int minAvailable = 1;
  private AdminState before = AdminState.READY;

  /// A minute for requests, and 10 seconds' grace for tunnels.
  private DrainServer drain() {
    return new DrainServer(
        bed.head(),
        List.of(VirtualHaproxy.POOL),
        List.of("one", "two"),
        "b1",
        List.of(new PoolServer("node-2", "b2"), new PoolServer("node-3", "b3")),
        minAvailable,
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        onTimeout,
        purpose,
        Duration.ofSeconds(30),
        bed.onBoth(7, before),
        List.of());
  }

  private ServerDrained drains() throws Turn.Preempted {
    HaproxyEvent answer = bed.obey(drain());
    assertThat(answer).isInstanceOf(ServerDrained.class);
    return (ServerDrained) answer;
  }

  private Failure fails() throws Turn.Preempted {
    HaproxyEvent answer = bed.obey(drain());
    assertThat(answer).isInstanceOf(HaproxyEvent.Failed.class);
    return ((HaproxyEvent.Failed) answer).failure();
  }

  private void isOutOnBoth() {
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  /// With the weight that it had before, which the drain was told.
  private void isBackOnBoth() {
    assertThat(List.of(bed.one.now("b1"), bed.two.now("b1")))
        .isEqualTo(bed.onBoth(7, AdminState.READY));
    assertThat(bed.one.leaves("b1") || bed.two.leaves("b1")).isFalse();
  }

  @Test
  void whoLosesItsTurnBetweenTwoWritesMakesNoSecondOne() {
    bed.one.beforeEach(command -> {
      if (command.startsWith("add map")) {
        bed.preempt();
      }
    });

    assertThatThrownBy(() -> bed.obey(drain())).isInstanceOf(Turn.Preempted.class);
    assertThat(bed.writes).containsExactly("one add map /leaving.map c1 1");
  }

  @Test
  void whoLeavesIsOnTheLeavingMapBeforeItIsDrained() throws Turn.Preempted {
    ServerDrained drained = drains();

    assertThat(bed.writes)
        .containsExactly(
            "one add map /leaving.map c1 1",
            "one set server api/b1 state drain",
            "two add map /leaving.map c1 1",
            "two set server api/b1 state drain");
    assertThat(drained.sessionsCut()).isZero();
    assertThat(drained.belowMinimum()).isFalse();
  }

  @Test
  void itIsDrainedOnceNothingIsLeftOnAnyLoadBalancer() throws Turn.Preempted {
    bed.two.begin("b1", false);
    bed.one.begin("b2", false);
    bed.at(20, bed.two::endAll);

    ServerDrained drained = drains();

    assertThat(bed.seconds()).isBetween(20.0, 21.0);
    assertThat(drained.took()).isEqualTo(Duration.between(TrafficBed.NOON, bed.time.now()));
    assertThat(drained.sessionsCut() + drained.tunnelsClosed()).isZero();
    assertThat(bed.one.sessions("b2")).as("a peer's").isEqualTo(1);
  }

  @Test
  void atTheDeadlineItComesBackAsItWas() throws Turn.Preempted {
    bed.one.begin("b1", false);

    Failure failure = fails();

    assertThat(failure.reason()).isEqualTo(Failure.Reason.TIMED_OUT);
    assertThat(failure.found()).contains("1 request and 0 tunnels left", "it is back in rotation");
    assertThat(bed.seconds()).isBetween(60.0, 61.0);
    isBackOnBoth();
    assertThat(bed.one.sessions("b1")).as("nobody is cut").isEqualTo(1);
  }

  @Test
  void aLoadBalancerThatCannotTakeItBackIsNamed() throws Turn.Preempted {
    bed.one.begin("b1", false);
    bed.at(50, () -> bed.one.refuses("set server api/b1 state ready"));

    assertThat(fails().found()).contains("it is still drained on one", "Permission denied");
    assertThat(bed.two.now("b1")).isEqualTo(bed.two.setting("b1", 7, AdminState.READY));
  }

  @Test
  void atTheDeadlineSessionsAreCutAndCountedWhereTheServiceSaysSo() throws Turn.Preempted {
    onTimeout = OnTimeout.FORCE;
    bed.one.begin("b1", false);
    bed.two.begin("b1", false);
    bed.two.begin("b1", true);

    ServerDrained drained = drains();

    assertThat(drained.sessionsCut()).isEqualTo(2);
    assertThat(drained.tunnelsClosed()).isEqualTo(1);
    assertThat(bed.seconds()).isBetween(60.0, 62.0);
    assertThat(bed.one.sessions("b1") + bed.two.sessions("b1")).isZero();
    isOutOnBoth();
  }

  @Test
  void aRollbackAlwaysCutsAndNeverBringsItBack() throws Turn.Preempted {
    purpose = Purpose.ROLLBACK;
    bed.one.begin("b1", false);

    assertThat(drains().sessionsCut()).isEqualTo(1);
    isOutOnBoth();
  }

  @Test
  void whatIsCutAndStaysIsAFailureAfterAWhile() throws Turn.Preempted {
    onTimeout = OnTimeout.FORCE;
    bed.one.begin("b1", false);
    bed.one.clings();

    Failure failure = fails();

    assertThat(failure.reason()).isEqualTo(Failure.Reason.TIMED_OUT);
    assertThat(failure.expected()).contains("once they were cut");
    assertThat(bed.seconds()).isBetween(65.0, 67.0);
  }

  @Test
  void tunnelsAreClosedOnceOnlyTheyAreLeftAndTheirGraceIsOver() throws Turn.Preempted {
    bed.one.begin("b1", true);
    bed.two.begin("b1", true);

    ServerDrained drained = drains();

    assertThat(drained.tunnelsClosed()).isEqualTo(2);
    assertThat(drained.sessionsCut()).isZero();
    assertThat(bed.seconds()).isBetween(10.0, 11.0);
  }

  @Test
  void aTunnelThatEndsWithinItsGraceIsNotClosed() throws Turn.Preempted {
    bed.one.begin("b1", true);
    bed.at(5, bed.one::endAll);

    assertThat(drains().tunnelsClosed()).isZero();
    assertThat(bed.writes).noneMatch(it -> it.contains("shutdown"));
  }

  /// HAProxy's name of a session is an address in memory, which the next one gets.
  @Test
  void whoHasTheNameOfATunnelThatEndedIsNotShut() throws Turn.Preempted {
    bed.one.begin("b1", true);
    bed.two.begin("b1", true);
    bed.two.beforeEach(command -> {
      if (bed.seconds() >= 10) {
        bed.one.nextHasTheNameOfTheFirst("b2", false);
      }
    });

    ServerDrained drained = drains();

    assertThat(bed.one.sessions("b2")).isEqualTo(1);
    assertThat(bed.writes).noneMatch(it -> it.startsWith("one shutdown"));
    assertThat(drained.tunnelsClosed()).as("the one on the other").isEqualTo(1);
  }

  @Test
  void whereTheMinimumWouldBreakNothingIsChanged() throws Turn.Preempted {
    minAvailable = 2;
    bed.two.health("b3", "DOWN");

    Failure failure = fails();

    assertThat(failure.reason()).isEqualTo(Failure.Reason.MINIMUM);
    assertThat(failure.found()).contains("node-2", "node-3 (DOWN on two)");
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void whereItIsLostHalfwayTheServerComesBack() throws Turn.Preempted {
    minAvailable = 2;
    bed.one.beforeEach(command -> {
      if (command.equals("set server api/b1 state drain")) {
        bed.two.health("b3", "DOWN");
      }
    });

    assertThat(fails().reason()).isEqualTo(Failure.Reason.MINIMUM);
    isBackOnBoth();
  }

  @Test
  void whereItIsLostWhileRequestsEndTheServerComesBackAtOnce() throws Turn.Preempted {
    minAvailable = 2;
    bed.one.begin("b1", false);
    bed.at(20, () -> bed.two.health("b3", "DOWN"));

    Failure failure = fails();

    assertThat(failure.reason()).isEqualTo(Failure.Reason.MINIMUM);
    assertThat(failure.found()).contains("it is back in rotation");
    assertThat(bed.seconds()).isBetween(20.0, 21.0);
    isBackOnBoth();
  }

  @Test
  void aRollbackGoesOnWhereItIsLostMeanwhile() throws Turn.Preempted {
    purpose = Purpose.ROLLBACK;
    minAvailable = 2;
    bed.one.begin("b1", false);
    bed.at(20, () -> bed.two.health("b3", "DOWN"));
    bed.at(30, bed.one::endAll);

    assertThat(drains().belowMinimum()).isFalse();
    assertThat(bed.seconds()).isBetween(30.0, 31.0);
  }

  @Test
  void aRollbackWaitsForPeersAndThenGoesOnAndSaysSo() throws Turn.Preempted {
    purpose = Purpose.ROLLBACK;
    minAvailable = 2;
    bed.two.health("b3", "DOWN");
    bed.at(29, () -> assertThat(bed.writes).isEmpty());

    assertThat(drains().belowMinimum()).isTrue();
    assertThat(bed.seconds()).isBetween(30.0, 31.0);
    isOutOnBoth();
  }

  @Test
  void aRollbackGoesOnAsSoonAsAPeerIsBack() throws Turn.Preempted {
    purpose = Purpose.ROLLBACK;
    minAvailable = 2;
    bed.two.health("b3", "DOWN");
    bed.at(10, () -> bed.two.health("b3", "UP"));

    assertThat(drains().belowMinimum()).isFalse();
    assertThat(bed.seconds()).isBetween(10.0, 11.0);
  }

  @Test
  void aRollbackTakesItOutWhereverItCanBeforeItSaysThatOneIsSilent() throws Turn.Preempted {
    purpose = Purpose.ROLLBACK;
    bed.one.silent(true);

    assertThat(fails().reason()).isEqualTo(Failure.Reason.UNREACHABLE);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aForwardDrainChangesNothingWhereOneIsSilent() throws Turn.Preempted {
    bed.two.silent(true);

    assertThat(fails().reason()).isEqualTo(Failure.Reason.UNREACHABLE);
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void whereOneFallsSilentNothingIsKnownOfThePeersThereAndTheDrainWaits() throws Turn.Preempted {
    minAvailable = 2;
    bed.one.begin("b1", false);
    bed.at(5, () -> bed.two.silent(true));
    bed.at(20, () -> bed.two.silent(false));
    bed.at(21, bed.one::endAll);

    drains();
    assertThat(bed.seconds()).isBetween(21.0, 22.0);
  }

  @Test
  void whoIsSilentAtTheDeadlineIsNoDrainedServer() throws Turn.Preempted {
    onTimeout = OnTimeout.FORCE;
    bed.one.begin("b1", false);
    bed.at(5, () -> bed.two.silent(true));

    assertThat(fails().reason()).isEqualTo(Failure.Reason.UNREACHABLE);
  }

  @Test
  void whatAReloadForgotIsTakenOutAgain() throws Turn.Preempted {
    bed.one.begin("b1", false);
    bed.at(20, bed.one::reload);
    bed.at(30, bed.one::endAll);
    bed.at(61, bed.one::endAll);

    drains();
    isOutOnBoth();
    assertThat(bed.one.leaves("b1")).isTrue();
    assertThat(bed.writes).hasSize(6);
  }

  @Test
  void whereAnAgentCheckMayHaveEndedTheDrainItIsNamed() throws Turn.Preempted {
    bed.one.agentSets("b1", 1);
    bed.one.begin("b1", false);
    bed.at(20, () -> bed.one.set("b1", AdminState.READY));

    Failure failure = fails();
    assertThat(failure.reason()).isEqualTo(Failure.Reason.FOREIGN);
    assertThat(failure.advice()).startsWith("see whether its agent check says 'ready'");
  }

  @Test
  void whatAPersonMakesReadyIsHisAndNothingIsReverted() throws Turn.Preempted {
    bed.one.begin("b1", false);
    bed.at(20, () -> bed.two.set("b1", AdminState.READY));

    assertThat(fails().reason()).isEqualTo(Failure.Reason.FOREIGN);
    assertThat(bed.writes).hasSize(4);
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aServerInMaintenanceStaysThere() throws Turn.Preempted {
    before = AdminState.MAINT;
    bed.one.set("b1", AdminState.MAINT);
    bed.two.set("b1", AdminState.MAINT);

    drains();
    assertThat(bed.writes)
        .containsExactly("one add map /leaving.map c1 1", "two add map /leaving.map c1 1");
  }

  @Test
  void oneThatWasOutBeforeTakesNothingFromThePoolThoughPeersAreMissing() throws Turn.Preempted {
    before = AdminState.DRAIN;
    minAvailable = 2;
    bed.one.set("b1", AdminState.DRAIN);
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.health("b3", "DOWN");

    drains();
    isOutOnBoth();
  }

  @Test
  void whereItIsLostWhileAnEarlierDrainIsRepeatedTheServerComesBack() throws Turn.Preempted {
    minAvailable = 2;
    bed.one.set("b1", AdminState.DRAIN);
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.health("b3", "DOWN");

    assertThat(fails().reason()).isEqualTo(Failure.Reason.MINIMUM);
    isBackOnBoth();
  }

  @Test
  void aNewerCommandEndsTheWaitAndLeavesItDrained() {
    bed.one.begin("b1", false);
    bed.at(5, bed::preempt);

    assertThatThrownBy(() -> bed.obey(drain())).isInstanceOf(Turn.Preempted.class);
    isOutOnBoth();
  }
}
