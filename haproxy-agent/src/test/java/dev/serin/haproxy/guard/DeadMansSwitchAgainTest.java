package dev.serin.haproxy.guard;

import static dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction.DRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A dead man's switch that has done its work, and has to do it once more, or must not.
class DeadMansSwitchAgainTest {
  private final GuardBed bed = new GuardBed().begun();

  /// The canary had taken requests from node-2, whose weight was 5 before.
  private void guard() {
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 1, bed.asked("b2", AdminState.READY, 5)),
            bed.ready("b1"),
            bed.asked("b2", AdminState.READY, 1),
            bed.ready("b3")),
        bed.events::add);
  }

  private AdminState canary() {
    return bed.one.now("b1").state();
  }

  @Test
  void goesOffOnceMoreWhereSomebodyWatchedInBetween() throws InterruptedException {
    guard();
    bed.at(62);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.one.now("b2").weight()).isEqualTo(5);
    guard();
    bed.at(70);
    assertThat(canary()).isEqualTo(AdminState.READY);
    assertThat(bed.one.now("b2").weight()).isEqualTo(1);

    bed.at(125);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.one.now("b2").weight()).isEqualTo(5);
  }

  /// The canary serves alone, by its service's own word.
  private void guardAlone() {
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 2, bed.ready("b2"), bed.ready("b3")),
            bed.asked("b2", AdminState.DRAIN, 1),
            bed.ready("b1"),
            bed.asked("b3", AdminState.DRAIN, 1)),
        bed.events::add);
  }

  @Test
  void peersThatHadLeftForTheCanaryAreGivenBackAndLeaveAgainOnlyOnceItIsBack()
      throws InterruptedException {
    for (String peer : List.of("b2", "b3")) {
      bed.one.set(peer, AdminState.DRAIN);
      bed.two.set(peer, AdminState.DRAIN);
      bed.one.leave(peer);
      bed.two.leave(peer);
    }
    guardAlone();
    bed.at(62);
    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.one.now("b2").state()).isEqualTo(AdminState.READY);
    assertThat(bed.two.now("b3").state()).isEqualTo(AdminState.READY);
    assertThat(bed.one.leaves("b2")).isFalse();

    bed.writes.clear();
    guardAlone();
    bed.at(70);

    assertThat(bed.writes)
        .as("somebody serves all along")
        .containsSubsequence(
            "one set server api/b1 state ready",
            "one set server api/b2 state drain",
            "two set server api/b1 state ready",
            "two set server api/b2 state drain");
    assertThat(bed.one.now("b3").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.told(ServersChangedByHand.class)).as("nobody else was there").isEmpty();
  }

  @Test
  void afterAReloadThePeersHaveTheirsAgainAndWhatAPersonDidElsewhereStays()
      throws InterruptedException {
    guard();
    bed.at(62);
    bed.two.set("b1", AdminState.READY);
    bed.two.weigh("b2", 8);
    bed.one.reload();
    bed.at(65);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.one.now("b2").weight()).isEqualTo(5);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(bed.two.now("b2").weight()).isEqualTo(8);
  }

  @Test
  void aPeerThatCannotHaveItsOwnIsToldAndTriedAgainAndTheCanaryLeavesAllTheSame()
      throws InterruptedException {
    bed.one.refuses("set server api/b2 weight");
    guard();
    bed.at(65);

    assertThat(canary()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.two.now("b2").weight()).isEqualTo(5);
    assertThat(bed.told(DeadManWentOff.class).getLast().failure())
        .satisfies(failure -> assertThat(failure.reason()).isEqualTo(Failure.Reason.REFUSED));

    bed.one.refuses(null);
    bed.at(67);
    assertThat(bed.one.now("b2").weight()).isEqualTo(5);
    assertThat(bed.told(DeadManWentOff.class).getLast().failure()).isNull();
  }

  @Test
  void whenTheRolloutIsOverOnlyWhatItChangedComesBack() throws InterruptedException {
    guard();
    bed.at(62);
    bed.one.weigh("b3", 9);
    bed.stop(false, bed.ready("b1"), bed.asked("b2", AdminState.READY, 5), bed.ready("b3"));
    bed.at(70);

    assertThat(canary()).isEqualTo(AdminState.READY);
    assertThat(bed.one.now("b3").weight()).as("a person's").isEqualTo(9);
  }

  @Test
  void whatAReloadForgotIsNobodysToPutBackOnceTheRolloutIsOver() throws InterruptedException {
    bed.guards.recalled(bed.head("node-1", -5));
    bed.one.weigh("b2", 7);
    bed.guards.guard(bed.guard(null, bed.asked("b2", AdminState.READY, 7)), bed.events::add);
    bed.at(2);
    bed.one.refuses("set server");
    bed.one.reload();
    bed.at(5);
    bed.stop(false, bed.asked("b2", AdminState.READY, 7));
    bed.one.refuses(null);
    bed.at(20);

    assertThat(bed.one.now("b2").weight()).isEqualTo(1);
  }
}
