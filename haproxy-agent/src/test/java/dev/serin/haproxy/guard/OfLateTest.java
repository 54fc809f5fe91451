package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which of what is found may be a command of Serin's that came late: all else is a person's, and
/// is never reverted (I10).
class OfLateTest {
  private final GuardBed bed = new GuardBed();

  /// b1 is to be ready, and was drained before in this rollout.
  private GuardedServer wasDrained() {
    return new GuardedServer(
        "node-1",
        bed.ready("b1").settings(),
        false,
        false,
        bed.asked("b1", AdminState.DRAIN, 1).settings());
  }

  private void guard() {
    bed.guards.guard(bed.guard(null, wasDrained(), bed.ready("b2")), bed.events::add);
  }

  private void recallsAWeight(String server, int weight, int secondsAfterNoon) {
    bed.guards.weighs(
        new WeighServers(
            bed.head(null, secondsAfterNoon),
            List.of(new PoolServer("node-" + server.substring(1), server)),
            List.of(bed.one.setting(server, weight, AdminState.READY)),
            List.of(),
            Duration.ZERO));
  }

  private void drainsOnOne() {
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
  }

  private void isAPersons() {
    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  private void isPutBack() {
    assertThat(bed.one.now("b1")).isEqualTo(bed.one.setting("b1", 1, AdminState.READY));
    assertThat(bed.told(DriftMended.class))
        .singleElement()
        .satisfies(it -> assertThat(it.cause()).isEqualTo(DriftCause.LATE));
  }

  @Test
  void whereOnlyAWeightWasGivenAnotherStateIsAPersons() throws InterruptedException {
    recallsAWeight("b1", 25, -5);
    guard();
    bed.at(3);
    drainsOnOne();
    bed.at(5);

    isAPersons();
  }

  @Test
  void whereNothingWasTellingTheNodeOfLateItIsAPersons() throws InterruptedException {
    bed.guards.recalled(bed.head("node-1", -700));
    guard();
    bed.at(3);
    drainsOnOne();
    bed.at(5);

    isAPersons();
  }

  @Test
  void whatAnotherNodeWasToldIsNotThisOnes() throws InterruptedException {
    bed.guards.recalled(bed.head("node-2", -5));
    guard();
    bed.at(3);
    drainsOnOne();
    bed.at(5);

    isAPersons();
  }

  @Test
  void aWeightThatWasGivenLongAgoIsAPersons() throws InterruptedException {
    recallsAWeight("b1", 30, -5);
    recallsAWeight("b1", 25, -700);
    guard();
    bed.at(3);
    bed.one.weigh("b1", 25);
    bed.at(5);

    isAPersons();
  }

  @Test
  void anEarlierWeightMayComeLateThoughThereIsANewerOne() throws InterruptedException {
    recallsAWeight("b1", 25, -5);
    recallsAWeight("b1", 30, -3);
    guard();
    bed.at(3);
    bed.one.weigh("b1", 25);
    bed.at(5);

    isPutBack();
  }

  @Test
  void aWeightThatAnotherServerWasGivenIsAPersons() throws InterruptedException {
    recallsAWeight("b1", 30, -5);
    recallsAWeight("b2", 25, -5);
    guard();
    bed.at(3);
    bed.one.weigh("b1", 25);
    bed.at(5);

    isAPersons();
  }

  @Test
  void whatWasLeftUnansweredMayBeObeyedForAMinute() throws InterruptedException {
    bed.begun();
    bed.guards.commanded(bed.head("node-1"));
    guard();
    bed.at(2);
    bed.guards.unanswered(bed.head("node-1"));
    bed.at(5);
    guard();
    bed.at(50);
    drainsOnOne();
    bed.at(52);

    isPutBack();
  }

  @Test
  void afterThatMinuteItIsAPersons() throws InterruptedException {
    bed.begun();
    bed.guards.commanded(bed.head("node-1"));
    guard();
    bed.at(2);
    bed.guards.unanswered(bed.head("node-1"));
    bed.at(5);
    guard();
    bed.at(65);
    drainsOnOne();
    bed.at(67);

    isAPersons();
  }

  /// Recalled commands of two services come in no order.
  @Test
  void aNodeThatAnotherServiceHasHadSinceIsLeftToItThoughTheEndIsRecalledAfterThat()
      throws InterruptedException {
    anotherServiceHadTheNodeAndThenTheEndIsRecalled(2);
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aNodeThatAnotherServiceHadBeforeIsNot() throws InterruptedException {
    anotherServiceHadTheNodeAndThenTheEndIsRecalled(0);
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.READY);
  }

  /// The end of this service's rollout was sent a second after noon, and is recalled last.
  private void anotherServiceHadTheNodeAndThenTheEndIsRecalled(int secondsAfterNoon)
      throws InterruptedException {
    CommandHead other = bed.head("node-1", secondsAfterNoon);
    bed.guards.recalled(bed.head("node-1", -40));
    guard();
    bed.guards.recalled(
        new CommandHead("c-9", "r-9", "another", "node-1", other.fence(), other.sentAt()));
    bed.at(3);
    bed.guards.recalledStop(
        new StopGuardingServers(bed.head(null, 1), false, List.of(wasDrained())));
    drainsOnOne();
    bed.at(5);
  }

  private ReadyServer ready(String server, AdminState state, int secondsAfterNoon) {
    return new ReadyServer(
        bed.head("node-1", secondsAfterNoon),
        List.of(bed.one.setting(server, 1, state)),
        Duration.ofSeconds(10),
        List.of(),
        Duration.ZERO);
  }

  /// In a drain of b1 that was sent at noon.
  private boolean mayBeReadyLate() {
    return bed.guards.mayBeReadyLate(
        bed.head("node-1", 0), bed.one.setting("b1", 1, AdminState.READY), 1);
  }

  @Test
  void oneThatWasMadeReadyBeforeItsDrainMayBeSoLate() {
    bed.guards.readies(ready("b1", AdminState.READY, -5));
    assertThat(mayBeReadyLate()).isTrue();
  }

  @Test
  void oneThatWasGivenAnotherStateWasMadeReadyByAPerson() {
    bed.guards.readies(ready("b1", AdminState.MAINT, -5));
    assertThat(mayBeReadyLate()).isFalse();
  }

  @Test
  void soWasOneWhosePeerWasMadeReady() {
    bed.guards.readies(ready("b2", AdminState.READY, -5));
    assertThat(mayBeReadyLate()).isFalse();
  }

  @Test
  void soWasOneThatIsMadeReadyOnlyAfterThatDrain() {
    bed.guards.readies(ready("b1", AdminState.READY, 5));
    assertThat(mayBeReadyLate()).isFalse();
  }

  @Test
  void soWasOneThatWasMadeReadyLongAgo() {
    bed.guards.readies(ready("b1", AdminState.READY, -700));
    assertThat(mayBeReadyLate()).isFalse();
  }
}
