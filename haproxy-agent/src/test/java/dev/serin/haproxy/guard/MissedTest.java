package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftRemains;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.traffic.Fleet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What a load balancer has not heard while it was out of reach, and what its guard had not:
/// neither is a person's hand.
class MissedTest {
  private final GuardBed bed = new GuardBed().begun();

  private GuardedServer drained(String server) {
    return bed.asked(server, AdminState.DRAIN, 1);
  }

  private void guard(GuardedServer first) {
    bed.guards.guard(bed.guard(null, first, bed.ready("b2")), bed.events::add);
  }

  /// b1 is to be ready, and was drained before in this rollout.
  private GuardedServer readyAgain() {
    return new GuardedServer(
        "node-1", bed.ready("b1").settings(), false, false, drained("b1").settings());
  }

  private void drain() {
    Stream.of(bed.one, bed.two)
        .forEach(each -> {
          each.set("b1", AdminState.DRAIN);
          each.leave("b1");
        });
  }

  private List<DriftCause> mended() {
    return bed.told(DriftMended.class).stream().map(DriftMended::cause).toList();
  }

  @Test
  void whatWasAskedMeanwhileIsSetOnceItAnswersAndAHandAfterThatIsAHand()
      throws InterruptedException {
    drain();
    guard(drained("b1"));
    bed.at(2);
    bed.two.silent(true);
    bed.at(4);
    bed.guards.commanded(bed.head("node-1"));
    bed.one.set("b1", AdminState.READY);
    bed.one.stayOn("b1");
    bed.at(6);
    guard(readyAgain());
    bed.at(600);
    bed.two.silent(false);
    bed.at(602);

    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(bed.two.leaves("b1")).isFalse();
    assertThat(mended()).containsExactly(DriftCause.MISSED);
    bed.two.set("b1", AdminState.DRAIN);
    bed.at(604);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(ServersChangedByHand.class).getLast().drifts())
        .extracting(it -> it.asked().loadBalancer())
        .containsExactly("two");
  }

  @Test
  void whereItWasSilentFromTheBeginningItMayHaveWhatItHadBefore() throws InterruptedException {
    bed.one.weigh("b1", 3);
    bed.two.weigh("b1", 3);
    bed.one.set("b1", AdminState.MAINT);
    bed.two.set("b2", AdminState.DRAIN);
    bed.two.silent(true);
    GuardedServer inMaintenance =
        new GuardedServer(
            "node-1",
            bed.asked("b1", AdminState.MAINT, 3).settings(),
            false,
            false,
            bed.asked("b1", AdminState.READY, 3).settings());
    guard(inMaintenance);
    bed.at(60);
    bed.two.silent(false);
    bed.at(62);

    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.MAINT);
    assertThat(mended()).containsExactly(DriftCause.MISSED);
    assertThat(bed.two.now("b2").state()).as("a person's hand").isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(ServersChangedByHand.class))
        .singleElement()
        .satisfies(it -> assertThat(it.drifts()).extracting(Drift::node).containsExactly("node-2"));
  }

  @Test
  void whoWasNeverToldThatItLeavesWasDrainedByAPerson() throws InterruptedException {
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.silent(true);
    guard(readyAgain());
    bed.at(60);
    bed.two.silent(false);
    bed.at(62);

    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void whoWasDrainedInThisRolloutAndNeverSeenSinceIsMadeReady() throws InterruptedException {
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.leave("b1");
    bed.two.silent(true);
    GuardedServer ready = readyAgain();
    guard(new GuardedServer(ready.node(), ready.settings(), false, false, ready.earlier(), true));
    bed.at(60);
    bed.two.silent(false);
    bed.at(62);

    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(bed.two.leaves("b1")).isFalse();
    assertThat(mended()).containsExactly(DriftCause.MISSED);
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void whatACommandWasAboutWhenItFellSilentMayHaveEitherOfBoth() throws InterruptedException {
    guard(readyAgain());
    bed.at(2);
    bed.guards.commanded(bed.head("node-1"));
    bed.at(4);
    bed.two.silent(true);
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.leave("b1");
    bed.at(5);
    guard(readyAgain());
    bed.at(60);
    bed.two.silent(false);
    bed.at(62);

    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(mended()).containsExactly(DriftCause.MISSED);
  }

  @Test
  void aSilenceThatLastsIsToldToEachRollout() throws InterruptedException {
    guard(bed.ready("b1"));
    bed.at(2);
    bed.two.silent(true);
    bed.at(10);
    assertThat(bed.told(TrafficObserved.class)).filteredOn(it -> !it.silent().isEmpty()).hasSize(1);

    bed.rollout = "r-2";
    guard(bed.ready("b1"));
    bed.at(20);

    assertThat(bed.told(TrafficObserved.class)).filteredOn(it -> !it.silent().isEmpty()).hasSize(2);
  }

  @Test
  void aCommandOfTheSameMomentAsTheGuardIsLeftItsNode() throws InterruptedException {
    guard(bed.ready("b1"));
    bed.guards.commanded(bed.head("node-1"));
    bed.one.set("b1", AdminState.DRAIN);
    bed.at(5);

    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void whatIsMendedWhereThereIsNoLeavingMapStays() throws InterruptedException {
    GuardBed bare = new GuardBed();
    bare.two.withoutMap();
    ServerSetting asked = bare.two.setting("b1", 7, AdminState.DRAIN);
    Guards guards = new Guards(new Fleet(Map.of("two", bare.two.balancer())), bare.time);
    guards.commanded(bare.head(null));
    guards.guard(
        new GuardServers(
            bare.head(null),
            List.of(new GuardedServer("node-1", List.of(asked), false, false, List.of())),
            bare.time.now().plusSeconds(600),
            null),
        bare.events::add);
    bare.at(5);

    assertThat(bare.told(DriftMended.class)).as("of a process that was told nothing").hasSize(1);
    assertThat(bare.told(DriftRemains.class)).isEmpty();
    assertThat(bare.two.now("b1")).isEqualTo(asked);
  }

  @Test
  void aLeavingEntryThatIsNotKeptIsNotPutBack() throws InterruptedException {
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.guards.guard(
        bed.guard(
            null, new GuardedServer("node-1", List.of(bed.one.now("b1")), true, false, List.of())),
        bed.events::add);
    bed.at(5);
    bed.one.reload();
    bed.one.beforeEach(command -> {
      if (command.startsWith("show map")) {
        bed.one.stayOn("b1");
      }
    });
    bed.at(20);

    assertThat(bed.told(DriftMended.class)).isEmpty();
    assertThat(bed.told(DriftRemains.class)).hasSize(1);
  }

  /// What the guard finds when it first looks.
  private void isTakenForAPersons() throws InterruptedException {
    bed.guards.guard(
        bed.guard(null, bed.asked("b1", AdminState.READY, 7), bed.ready("b2"), bed.ready("b3")),
        bed.events::add);
    bed.at(3);
    assertThat(bed.writes).noneMatch(it -> it.startsWith("one"));
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void aProcessThatWasToldAStateHasForgottenNothing() throws InterruptedException {
    bed.one.set("b2", AdminState.DRAIN);
    isTakenForAPersons();
  }

  @Test
  void aProcessThatWasToldAWeightHasForgottenNothing() throws InterruptedException {
    bed.one.weigh("b2", 3);
    isTakenForAPersons();
  }

  @Test
  void aProcessThatWasToldWhoLeavesHasForgottenNothing() throws InterruptedException {
    bed.one.leave("b2");
    isTakenForAPersons();
  }

  @Test
  void aProcessThatWasToldNothingHasForgottenIt() throws InterruptedException {
    bed.guards.guard(
        bed.guard(null, bed.asked("b1", AdminState.READY, 7), bed.ready("b2")), bed.events::add);
    bed.at(3);

    assertThat(bed.one.now("b1").weight()).isEqualTo(7);
    assertThat(mended()).containsOnly(DriftCause.FORGOTTEN).hasSize(2);
  }

  @Test
  void whatCannotBePutBackIsToldToEachRollout() throws InterruptedException {
    bed.one.weigh("b1", 7);
    GuardedServer weighed =
        new GuardedServer("node-1", List.of(bed.one.now("b1")), false, false, List.of());
    bed.guards.guard(bed.guard(null, weighed), bed.events::add);
    bed.at(2);
    bed.one.refuses("set server");
    bed.one.reload();
    bed.at(20);
    assertThat(bed.told(DriftRemains.class)).hasSize(1);

    bed.rollout = "r-2";
    bed.guards.guard(bed.guard(null, weighed), bed.events::add);
    bed.at(22);

    assertThat(bed.told(DriftRemains.class)).hasSize(2);
  }

  @Test
  void aLoadBalancerThatIsNotAskedForAnyMoreIsNotSilent() throws InterruptedException {
    guard(bed.ready("b1"));
    bed.at(2);
    bed.two.silent(true);
    bed.at(10);
    GuardedServer onOne =
        new GuardedServer("node-1", List.of(bed.one.now("b1")), false, false, List.of());
    bed.guards.guard(bed.guard(null, onOne), bed.events::add);
    bed.at(30);

    assertThat(bed.told(TrafficObserved.class).getLast().silent()).isEmpty();
    assertThat(bed.told(TrafficObserved.class).getLast().inRotation()).containsExactly("node-1");
    guard(bed.ready("b1"));
    bed.at(31);
    assertThat(bed.told(TrafficObserved.class).getLast().silent())
        .as("one look is no outage, however silent it was before")
        .isEmpty();
  }
}
