package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a guard tells of, what it puts back, and what it leaves alone.
class GuardTest {
  private final GuardBed bed = new GuardBed();

  private List<DriftCause> mended() {
    return bed.told(DriftMended.class).stream().map(DriftMended::cause).toList();
  }

  @Test
  void whatAReloadForgotIsSetAgainInItsOrder() throws InterruptedException {
    bed.begun();
    bed.one.weigh("b1", 7);
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.one.weigh("b2", 5);
    bed.guards.guard(
        bed.guard(
            null,
            new GuardedServer("node-1", List.of(bed.one.now("b1")), true, false, List.of()),
            new GuardedServer("node-2", List.of(bed.one.now("b2")), false, false, List.of())),
        bed.events::add);
    bed.at(5);
    assertThat(bed.writes).isEmpty();

    bed.one.reload();
    bed.at(7);

    assertThat(bed.writes)
        .containsExactly(
            "one add map /leaving.map c1 1",
            "one set server api/b1 weight 7",
            "one set server api/b1 state drain",
            "one set server api/b2 weight 5",
            "one del map /leaving.map c2");
    assertThat(bed.told(DriftMended.class))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.cause()).isEqualTo(DriftCause.FORGOTTEN);
          assertThat(it.drifts()).extracting(Drift::node).containsExactly("node-1", "node-2");
        });
    bed.at(30);
    assertThat(bed.writes).hasSize(5);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void aWeightThatAnAgentCheckSetsIsNobodysHandAndItsStateIsSetAgain() throws InterruptedException {
    bed.begun();
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.guards.guard(
        bed.guard(
            null,
            new GuardedServer("node-1", List.of(bed.one.now("b1")), true, false, List.of()),
            bed.ready("b2")),
        bed.events::add);
    bed.at(5);
    bed.one.agentSets("b1", 6);
    bed.one.agentSets("b2", 5);
    bed.at(10);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();

    bed.one.reload();
    bed.at(12);

    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(mended()).containsExactly(DriftCause.FORGOTTEN);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
    bed.one.set("b2", AdminState.MAINT);
    bed.at(15);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void whereTrafficIsSharedAWeightOfAnAgentChecksIsTold() throws InterruptedException {
    bed.begun();
    bed.guards.guard(
        new GuardServers(
            bed.head(null),
            List.of(bed.ready("b1")),
            bed.time.now().plusSeconds(3_600),
            null,
            true),
        bed.events::add);
    bed.at(5);
    bed.one.agentSets("b1", 5);
    bed.at(7);

    assertThat(bed.told(ServersChangedByHand.class))
        .singleElement()
        .satisfies(it ->
            assertThat(it.drifts()).extracting(drift -> drift.found().weight()).containsExactly(5));
  }

  @Test
  void aLeavingEntryAloneThatAReloadForgotIsSetAgain() throws InterruptedException {
    bed.begun();
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.guards.guard(
        bed.guard(
            null, new GuardedServer("node-1", List.of(bed.one.now("b1")), true, false, List.of())),
        bed.events::add);
    bed.at(5);

    bed.one.reload();
    bed.one.set("b1", AdminState.DRAIN);
    bed.at(7);

    assertThat(bed.one.leaves("b1")).isTrue();
    assertThat(mended()).containsExactly(DriftCause.FORGOTTEN);
  }

  @Test
  void aHandIsToldOnceWhateverItDoesAndNeverReverted() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    bed.one.weigh("b2", 3);
    bed.at(20);
    assertThat(bed.told(ServersChangedByHand.class))
        .singleElement()
        .satisfies(it ->
            assertThat(it.drifts())
                .singleElement()
                .satisfies(drift -> {
                  assertThat(drift.asked()).isEqualTo(bed.one.setting("b2", 1, AdminState.READY));
                  assertThat(drift.found()).isEqualTo(bed.one.setting("b2", 3, AdminState.READY));
                }));

    bed.one.set("b2", AdminState.MAINT);
    bed.at(22);
    assertThat(bed.told(ServersChangedByHand.class)).as("another change").hasSize(2);

    bed.one.set("b2", AdminState.READY);
    bed.one.weigh("b2", 1);
    bed.at(24);
    bed.one.weigh("b2", 3);
    bed.at(26);
    assertThat(bed.told(ServersChangedByHand.class)).as("the same again").hasSize(3);
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void aLeavingEntryIsAHandsToo() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    bed.two.leave("b3");
    bed.at(7);

    assertThat(bed.told(ServersChangedByHand.class))
        .singleElement()
        .satisfies(it -> assertThat(it.drifts().getFirst().leavingFound()).isTrue());
    assertThat(bed.two.leaves("b3")).isTrue();
  }

  @Test
  void whatHaproxyDoesByItselfIsNobodysHand() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    bed.one.health("b2", "DOWN");
    bed.one.ramp("b3", 20);
    bed.at(20);

    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void aPoolWithoutALeavingMapDrainsIntoMaintenance() throws InterruptedException {
    bed.begun();
    bed.one.set("b1", AdminState.MAINT);
    bed.two.set("b1", AdminState.MAINT);
    bed.guards.guard(bed.guard(null, withoutMap()), bed.events::add);
    bed.at(5);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();

    bed.one.weigh("b1", 9);
    bed.at(7);
    assertThat(bed.told(ServersChangedByHand.class)).as("its weight is another's").hasSize(1);
  }

  private GuardedServer withoutMap() {
    return new GuardedServer(
        "node-1", bed.asked("b1", AdminState.DRAIN, 1).settings(), false, false, List.of());
  }

  @Test
  void whereTheBrokerIsAwayOnlyWhatAReloadForgotIsPutBack() throws InterruptedException {
    bed.guards.underLease(new Lease(bed.time::nanos));
    bed.begun();
    bed.one.weigh("b1", 7);
    bed.guards.guard(
        bed.guard(
            null,
            new GuardedServer("node-1", List.of(bed.one.now("b1")), false, false, List.of()),
            new GuardedServer(
                "node-2",
                List.of(bed.one.now("b2")),
                false,
                false,
                List.of(bed.one.setting("b2", 1, AdminState.DRAIN)))),
        bed.events::add);
    bed.at(3);
    bed.guards.unanswered(bed.head("node-2"));
    bed.at(5);
    int reports = bed.told(TrafficObserved.class).size();

    bed.one.set("b2", AdminState.DRAIN);
    bed.at(8);
    assertThat(bed.events).as("another may have the work").hasSize(reports);
    assertThat(bed.writes).isEmpty();

    bed.one.reload();
    bed.at(30);
    assertThat(bed.one.now("b1").weight()).isEqualTo(7);
    assertThat(mended()).containsExactly(DriftCause.FORGOTTEN);
    assertThat(bed.told(TrafficObserved.class)).hasSize(reports);
  }

  @Test
  void whatALateCommandDidIsPutBackOnceAndIsAPersonsTheSecondTime() throws InterruptedException {
    GuardedServer wasReady =
        new GuardedServer(
            "node-1",
            List.of(bed.one.setting("b1", 1, AdminState.READY)),
            false,
            false,
            List.of(bed.one.setting("b1", 1, AdminState.DRAIN)));
    bed.guards.recalled(bed.head("node-1", -5));
    bed.guards.guard(bed.guard(null, wasReady), bed.events::add);
    bed.at(5);
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.at(7);
    assertThat(mended()).containsExactly(DriftCause.LATE);
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(bed.one.leaves("b1")).isFalse();

    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.at(9);
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void aNodeThatANewerCommandIsAboutIsLeftToItUntilANewerGuardComes() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    bed.guards.commanded(bed.head("node-1"));
    bed.one.set("b1", AdminState.DRAIN);
    bed.two.weigh("b2", 4);
    bed.at(8);
    assertThat(bed.told(ServersChangedByHand.class))
        .singleElement()
        .satisfies(it -> assertThat(it.drifts()).extracting(Drift::node).containsExactly("node-2"));

    bed.guardAll(null);
    bed.at(10);
    assertThat(bed.told(ServersChangedByHand.class).getLast().drifts())
        .extracting(Drift::node)
        .containsExactly("node-1");
  }

  @Test
  void theServersThatAWeighingNamesAreItsOwnToo() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    bed.guards.weighs(
        new WeighServers(
            bed.head("node-1"),
            List.of(new PoolServer("node-1", "b1"), new PoolServer("node-2", "b2")),
            List.of(),
            List.of(),
            Duration.ZERO));
    bed.one.weigh("b2", 4);
    bed.at(8);

    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void anOlderGuardChangesNothing() throws InterruptedException {
    bed.begun();
    bed.at(5);
    GuardServers older = bed.guard(null, bed.asked("b1", AdminState.READY, 9));
    bed.at(6);
    bed.guardAll(null);
    bed.guards.guard(older, bed.events::add);
    bed.at(10);

    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void anotherRolloutIsToldOfTheSameHandAnew() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    bed.one.weigh("b2", 3);
    bed.at(7);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);

    bed.guardAll(null);
    bed.at(9);
    assertThat(bed.told(ServersChangedByHand.class)).as("a renewal").hasSize(1);

    bed.rollout = "r-2";
    bed.guardAll(null);
    bed.at(11);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(2);
  }

  @Test
  void trafficIsToldEveryTenSecondsAndWhenWhoIsInRotationChanges() throws InterruptedException {
    bed.one.answered("b2", 100);
    bed.begun().guardAll(null);
    bed.at(2);
    bed.one.answered("b1", 30);
    bed.one.answered("b2", 10);
    bed.at(20);
    List<TrafficObserved> told = bed.told(TrafficObserved.class);
    assertThat(told).hasSize(2);
    assertThat(told.getFirst().shares()).allMatch(share -> share.observed() == null);
    assertThat(told.getLast().inRotation()).containsExactly("node-1", "node-2", "node-3");
    assertThat(told.getLast().shares().getFirst())
        .satisfies(share -> {
          assertThat(share.configured()).isEqualTo(33.33, within(0.001));
          assertThat(share.observed()).isEqualTo(75.0);
          assertThat(share.newSessions()).isEqualTo(75.0);
        });

    bed.two.health("b3", "DOWN");
    bed.at(21);
    assertThat(bed.told(TrafficObserved.class)).hasSize(3);
    assertThat(bed.told(TrafficObserved.class).getLast().inRotation())
        .containsExactly("node-1", "node-2");
  }

  @Test
  void aClockThatIsSetBackSilencesNoReport() throws InterruptedException {
    bed.begun().guardAll(null);
    bed.at(5);
    int told = bed.told(TrafficObserved.class).size();
    bed.time.setClock(Duration.ofHours(-2));
    bed.at(7);

    assertThat(bed.told(TrafficObserved.class)).hasSizeGreaterThan(told);
  }
}
