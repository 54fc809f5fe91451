package dev.serin.haproxy.guard;

import static dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction.ALERT;
import static dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction.DRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the dead man's switch does on load balancers, and what it leaves alone.
class DeadMansSwitchTest {
  private final GuardBed bed = new GuardBed().begun();

  private AdminState canaryOnOne() {
    return bed.one.now("b1").state();
  }

  private AdminState canaryOnTwo() {
    return bed.two.now("b1").state();
  }

  @Test
  void takesTheCanaryOutEverywhereOnceItsTimeIsOver() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(59);
    assertThat(bed.writes).isEmpty();

    bed.at(61);

    assertThat(bed.writes)
        .containsExactly(
            "one add map /leaving.map c1 1",
            "one set server api/b1 state drain",
            "two add map /leaving.map c1 1",
            "two set server api/b1 state drain");
    assertThat(bed.told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> {
          assertThat(off.drained()).containsExactly("node-1");
          assertThat(off.failure()).isNull();
          assertThat(off.action()).isEqualTo(DRAIN);
        });
    bed.at(120);
    assertThat(bed.told(DeadManWentOff.class)).as("once").hasSize(1);
    assertThat(bed.writes).hasSize(4);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void goesOffThoughTheBrokerIsAway() throws InterruptedException {
    bed.guards.underLease(new Lease(bed.time::nanos));
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);

    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void goesOffThoughTheGuardsOwnLeaseIsOver() throws InterruptedException {
    bed.guards.guard(
        new GuardServers(
            bed.head(null),
            List.of(bed.ready("b1"), bed.ready("b2")),
            bed.time.now().plusSeconds(10),
            bed.deadMan(DRAIN, 1)),
        bed.events::add);
    bed.at(62);

    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(DeadManWentOff.class)).hasSize(1);
  }

  @Test
  void oneInMaintenanceStaysThereAndLeavesAllTheSame() throws InterruptedException {
    bed.one.set("b1", AdminState.MAINT);
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);

    assertThat(canaryOnOne()).isEqualTo(AdminState.MAINT);
    assertThat(bed.one.leaves("b1")).isTrue();
    assertThat(canaryOnTwo()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void thePeersHaveWhatTheyHadBeforeTheCanaryLeaves() throws InterruptedException {
    bed.one.weigh("b2", 9);
    bed.two.weigh("b2", 9);
    bed.two.set("b2", AdminState.DRAIN);
    bed.two.leave("b2");
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 2, bed.ready("b2")),
            bed.ready("b1"),
            new GuardedServer(
                "node-2", List.of(bed.one.now("b2"), bed.two.now("b2")), true, true, List.of()),
            bed.ready("b3")),
        bed.events::add);
    bed.at(62);

    assertThat(bed.writes)
        .containsSubsequence(
            "one set server api/b2 weight 1",
            "two set server api/b2 weight 1",
            "two set server api/b2 state ready",
            "two del map /leaving.map c2",
            "one set server api/b1 state drain");
    assertThat(bed.one.now("b2")).isEqualTo(bed.one.setting("b2", 1, AdminState.READY));
    assertThat(bed.two.now("b2")).isEqualTo(bed.two.setting("b2", 1, AdminState.READY));
    assertThat(bed.two.leaves("b2")).isFalse();
    assertThat(canaryOnTwo()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aPeerThatComesFromMaintenanceCountsOnceItIsChecked() throws InterruptedException {
    bed.two.set("b2", AdminState.MAINT);
    bed.two.health("b2", "UP 1/3");
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 2, bed.ready("b2")),
            bed.ready("b1"),
            bed.asked("b2", AdminState.DRAIN, 1),
            bed.ready("b3")),
        bed.events::add);
    bed.at(64);

    assertThat(bed.two.now("b2").state()).isEqualTo(AdminState.READY);
    assertThat(canaryOnTwo())
        .as("nobody knows whether the peer serves")
        .isEqualTo(AdminState.READY);
    bed.two.health("b2", "UP");
    bed.at(66);
    assertThat(canaryOnTwo()).isEqualTo(AdminState.DRAIN);
    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aPeerThatHasAllOfItIsToldNothing() throws InterruptedException {
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 2, bed.ready("b2")),
            bed.ready("b1"),
            bed.ready("b2"),
            bed.ready("b3")),
        bed.events::add);
    bed.at(62);

    assertThat(bed.writes).noneMatch(it -> it.contains("b2") || it.contains("c2"));
    assertThat(bed.writes).isNotEmpty();
  }

  @Test
  void theCanaryStaysWhereTheMinimumWouldBreakAndLeavesOnceItHolds() throws InterruptedException {
    bed.two.health("b2", "DOWN");
    bed.guardAll(bed.deadMan(DRAIN, 2));
    bed.at(70);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> {
          assertThat(off.drained()).isEmpty();
          assertThat(off.failure()).isNotNull();
          assertThat(off.failure().reason()).isEqualTo(Failure.Reason.MINIMUM);
        });

    bed.two.health("b2", "UP");
    bed.at(72);
    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(DeadManWentOff.class)).hasSize(2);
    assertThat(bed.told(DeadManWentOff.class).getLast().failure()).isNull();
  }

  @Test
  void theCanaryItselfIsNoneOfThoseThatRemain() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 3));
    bed.at(62);

    assertThat(bed.writes).isEmpty();
    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);
  }

  @Test
  void aSilentLoadBalancerKeepsItInNowhereElse() throws InterruptedException {
    bed.two.silent(true);
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(65);

    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
    assertThat(canaryOnTwo()).isEqualTo(AdminState.READY);
    assertThat(bed.told(DeadManWentOff.class).getLast().failure())
        .satisfies(failure -> {
          assertThat(failure.reason()).isEqualTo(Failure.Reason.UNREACHABLE);
          assertThat(failure.found()).contains("no socket", "on one it is out of rotation");
        });

    bed.two.silent(false);
    bed.at(67);
    assertThat(canaryOnTwo()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(DeadManWentOff.class).getLast().failure()).isNull();
    assertThat(bed.told(DeadManWentOff.class).getLast().drained()).containsExactly("node-1");
  }

  @Test
  void whatAPersonChangesWhereItIsDoneIsHisWhileItTriesTheOther() throws InterruptedException {
    bed.two.silent(true);
    bed.one.weigh("b2", 9);
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 1, bed.ready("b2")),
            bed.ready("b1"),
            bed.asked("b2", AdminState.READY, 9),
            bed.ready("b3")),
        bed.events::add);
    bed.at(65);
    assertThat(bed.one.now("b2").weight()).isEqualTo(1);

    bed.one.weigh("b2", 5);
    bed.one.set("b1", AdminState.READY);
    bed.at(75);

    assertThat(bed.one.now("b2").weight()).isEqualTo(5);
    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);
  }

  @Test
  void whereNobodyAnswersItIsTriedUntilSomebodyDoes() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(5);
    bed.one.silent(true);
    bed.two.silent(true);
    bed.at(70);
    assertThat(bed.told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> assertThat(off.drained()).isEmpty());

    bed.one.silent(false);
    bed.at(72);

    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void whatAReloadForgotIsDoneOnceMoreAndAPersonsHandIsNot() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);
    bed.one.reload();
    bed.at(64);
    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.one.leaves("b1")).isTrue();
    assertThat(bed.told(DeadManWentOff.class)).hasSize(2);

    bed.one.set("b1", AdminState.READY);
    bed.at(90);

    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);
    assertThat(bed.told(DeadManWentOff.class)).hasSize(2);
  }

  @Test
  void anAlertOnlyTells() throws InterruptedException {
    bed.guardAll(bed.deadMan(ALERT, 1));
    bed.at(90);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> {
          assertThat(off.drained()).isEmpty();
          assertThat(off.action()).isEqualTo(ALERT);
        });
    bed.one.set("b1", AdminState.DRAIN);
    bed.at(92);
    assertThat(bed.told(ServersChangedByHand.class)).as("the canary is still guarded").hasSize(1);
  }

  @Test
  void whoeverProvesThatHeWatchesPutsItOff() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(50);
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(109);
    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);

    bed.at(111);

    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void theEndOfTheWatchDisarmsIt() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(50);
    bed.guardAll(null);
    bed.at(200);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(DeadManWentOff.class)).isEmpty();
  }

  @Test
  void theEndOfTheRolloutAndAHandThatTakesOverDisarmIt() throws InterruptedException {
    for (boolean handsOff : new boolean[] {false, true}) {
      bed.guardAll(bed.deadMan(DRAIN, 1));
      bed.at((int) Duration.between(GuardBed.NOON, bed.time.now()).toSeconds() + 50);
      bed.stop(handsOff);
      bed.at((int) Duration.between(GuardBed.NOON, bed.time.now()).toSeconds() + 200);
      assertThat(bed.writes).isEmpty();
    }
  }

  @Test
  void anotherProcessThatGuardsHasItsOwn() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(59);
    bed.guards.release("backend-api");
    bed.at(200);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.time.waiting()).as("it looks no more").isZero();
  }

  @Test
  void onceSomebodyWatchesAgainTheCanaryComesBack() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);
    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);

    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(65);

    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);
    assertThat(bed.one.leaves("b1")).isFalse();
    assertThat(canaryOnTwo()).isEqualTo(AdminState.READY);
    assertThat(bed.told(DriftMended.class))
        .extracting(DriftMended::cause)
        .containsOnly(DriftCause.SWITCH)
        .hasSize(2);

    bed.one.set("b1", AdminState.DRAIN);
    bed.at(67);
    assertThat(canaryOnOne()).as("a person's, from then on").isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void whatItTookOutComesBackWhenTheRolloutIsOver() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);
    bed.two.silent(true);
    bed.stop(false, bed.ready("b1"), bed.ready("b2"), bed.ready("b3"));
    bed.at(70);
    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);

    bed.two.silent(false);
    bed.at(75);
    assertThat(canaryOnTwo()).isEqualTo(AdminState.READY);
  }

  @Test
  void anHourAfterTheRolloutItIsAPersonsToTakeItBackIn() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);
    bed.two.silent(true);
    bed.stop(false, bed.ready("b1"), bed.ready("b2"), bed.ready("b3"));
    bed.at(62 + 3_605);
    bed.two.silent(false);
    bed.at(62 + 3_700);

    assertThat(canaryOnTwo()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void anAgentThatWasHeldUpGrantsOneFullPeriodMore() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(55);
    bed.time.holdUp();
    bed.at(114);
    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);

    bed.at(118);

    assertThat(canaryOnOne()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aPersonWhoTakesOverIsLeftWhatItHasNotTakenBackYet() throws InterruptedException {
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(62);
    bed.two.silent(true);
    bed.guardAll(bed.deadMan(DRAIN, 1));
    bed.at(65);
    bed.stop(true);
    bed.two.silent(false);
    bed.at(80);

    assertThat(canaryOnOne()).isEqualTo(AdminState.READY);
    assertThat(canaryOnTwo()).isEqualTo(AdminState.DRAIN);
  }
}
