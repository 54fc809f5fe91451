package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// How a guard ends, and what it still sees to after its rollout.
class GuardsEndTest {
  private final GuardBed bed = new GuardBed();

  /// How a rollout leaves b1, which it had drained before.
  private GuardedServer left() {
    return new GuardedServer(
        "node-1",
        bed.ready("b1").settings(),
        false,
        false,
        bed.asked("b1", AdminState.DRAIN, 1).settings());
  }

  private void guardForTenSeconds() {
    bed.guards.guard(
        new GuardServers(
            bed.head(null), List.of(bed.ready("b1")), bed.time.now().plusSeconds(10), null),
        bed.events::add);
  }

  private void reloadWithAnotherWeight() {
    bed.one.reload();
    bed.one.weigh("b1", 7);
  }

  @Test
  void whatIsForgottenIsPutBackThoughNobodyRenewsTheGuardAnyMore() throws InterruptedException {
    bed.begun();
    guardForTenSeconds();
    bed.at(900);
    int told = bed.events.size();
    reloadWithAnotherWeight();
    bed.at(905);

    assertThat(bed.one.now("b1").weight()).isEqualTo(1);
    assertThat(bed.events.subList(told, bed.events.size()))
        .singleElement()
        .isInstanceOfSatisfying(
            HaproxyEvent.DriftMended.class,
            mended -> assertThat(mended.cause()).isEqualTo(HaproxyEvent.DriftCause.FORGOTTEN));
  }

  @Test
  void aGuardWhoseTimeIsOverDoesNothingWhereTheBrokerDoesNotAnswer() throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    Lease lease = new Lease(nanos::get);
    bed.guards.underLease(lease);
    bed.begun();
    guardForTenSeconds();
    nanos.set(Lease.LASTS.toNanos() + 1);
    bed.at(11);
    reloadWithAnotherWeight();
    bed.at(60);
    assertThat(bed.writes).isEmpty();

    lease.answered(Duration.ZERO);
    bed.at(90);
    assertThat(bed.writes).as("another may have had its work").isEmpty();
  }

  /// The first command after an outage may be read before the first heartbeat is answered; the next
  /// renewal comes 5 s later.
  @Test
  void aGuardThatIsRenewedBeforeTheBrokerHasAnsweredTheLeaseGoesOnOnceItDoes()
      throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    Lease lease = new Lease(nanos::get);
    bed.guards.underLease(lease);
    bed.begun();
    bed.guardAll(null);
    bed.at(1);
    nanos.set(Lease.LASTS.toNanos() + 1);
    bed.guardAll(null);
    bed.one.weigh("b1", 4);
    bed.at(3);
    assertThat(bed.told(ServersChangedByHand.class)).as("nobody knows whose work it is").isEmpty();

    lease.answered(Duration.ZERO);
    bed.at(5);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void whatAPersonDidWhileNobodyRenewedTheGuardIsLeftAloneEvenAfterAReload()
      throws InterruptedException {
    bed.begun();
    guardForTenSeconds();
    bed.at(20);
    bed.one.set("b1", AdminState.DRAIN);
    bed.at(25);
    assertThat(bed.told(ServersChangedByHand.class)).hasSize(1);
    reloadWithAnotherWeight();
    bed.at(60);
    assertThat(bed.writes).isEmpty();

    bed.guardAll(null);
    bed.at(65);
    assertThat(bed.one.now("b1").weight()).as("the coordinator has decided").isEqualTo(1);
  }

  @Test
  void whatComesLateIsNotPutBackAnyFurtherOnceTheWorkMayBeAnothers() throws InterruptedException {
    AtomicLong nanos = new AtomicLong();
    bed.guards.underLease(new Lease(nanos::get));
    bed.guards.recalled(bed.head("node-1", -5));
    bed.guards.guard(bed.guard(null, left()), bed.events::add);
    bed.at(5);
    bed.one.beforeEach(command -> {
      if (command.startsWith("set server")) {
        nanos.set(Lease.LASTS.toNanos() + 1);
      }
    });
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.at(10);

    assertThat(bed.writes).containsExactly("one set server api/b1 state ready");
    assertThat(bed.one.leaves("b1")).isTrue();
  }

  @Test
  void anOlderEndChangesNothingAndAGuardOlderThanTheEndDoesNotBeginItAnew()
      throws InterruptedException {
    bed.begun();
    StopGuardingServers older = new StopGuardingServers(bed.head(null), false, List.of());
    bed.at(1);
    bed.guardAll(null);
    bed.guards.stop(older);
    bed.at(3);
    bed.one.weigh("b1", 4);
    bed.at(5);
    assertThat(bed.told(ServersChangedByHand.class)).as("it stands").hasSize(1);

    GuardServers late = bed.guard(null, bed.asked("b1", AdminState.READY, 8));
    bed.at(6);
    bed.stop(false);
    bed.guards.guard(late, bed.events::add);
    bed.at(20);
    assertThat(bed.told(ServersChangedByHand.class)).as("it is over").hasSize(1);
  }

  @Test
  void forAMinuteAfterTheRolloutALateCommandOfItsOwnIsPutBack() throws InterruptedException {
    bed.guards.recalled(bed.head("node-1", -5));
    bed.guardAll(null);
    bed.at(10);
    bed.stop(false, left(), bed.ready("b2"));
    bed.at(40);
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.two.weigh("b2", 4);
    bed.at(42);
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.READY);
    assertThat(bed.told(ServersChangedByHand.class)).as("nobody is told of hands then").isEmpty();
    assertThat(bed.two.now("b2").weight()).isEqualTo(4);

    bed.at(71);
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.leave("b1");
    bed.at(80);
    assertThat(bed.two.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void anEndThatIsRecalledCountsFromWhenItWasTold() throws InterruptedException {
    bed.guards.recalled(bed.head("node-1", -65));
    bed.guards.guard(
        new GuardServers(
            bed.head(null, -64), List.of(left()), bed.time.now().plusSeconds(600), null),
        bed.events::add);
    bed.guards.recalledStop(new StopGuardingServers(bed.head(null, -62), false, List.of(left())));
    bed.at(1);
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.at(20);

    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
    assertThat(bed.writes).isEmpty();
  }

  @Test
  void afterTheRolloutANodeIsLeftToAnotherServicesCommandAndBeforeItIsNot()
      throws InterruptedException {
    bed.guards.recalled(bed.head("node-1", -5));
    bed.guardAll(null);
    bed.at(10);
    bed.stop(false, left());
    bed.at(12);
    bed.guards.commanded(
        new CommandHead(
            "c-9", "r-9", "another", "node-1", bed.time.now().toEpochMilli(), bed.time.now()));
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.at(20);

    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aPersonWhoTakesOverFindsNothingPutBack() throws InterruptedException {
    bed.guards.recalled(bed.head("node-1", -5));
    bed.guards.guard(bed.guard(null, left()), bed.events::add);
    bed.at(5);
    bed.stop(true);
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.at(20);

    assertThat(bed.writes).isEmpty();
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void anEndOfTheSameMomentAsTheGuardEndsIt() throws InterruptedException {
    bed.guardAll(null);
    bed.stop(false);
    bed.one.set("b1", AdminState.DRAIN);
    bed.at(5);

    assertThat(bed.events).isEmpty();
  }
}
