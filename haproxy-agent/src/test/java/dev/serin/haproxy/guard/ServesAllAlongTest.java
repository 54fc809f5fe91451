package dev.serin.haproxy.guard;

import static dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction.DRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftRemains;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The canary (node-1) serves alone, and a load balancer has to be told so once more: somebody
/// serves on it all along.
class ServesAllAlongTest {
  private final GuardBed bed = new GuardBed().begun();

  private GuardedServer drained(String server) {
    return bed.asked(server, AdminState.DRAIN, 1);
  }

  /// The peers come first in the guard, as in a service that names them first.
  private void guardAlone() {
    bed.guards.guard(
        bed.guard(
            bed.deadMan(DRAIN, 2, bed.ready("b2"), bed.ready("b3")),
            drained("b2"),
            drained("b3"),
            bed.ready("b1")),
        bed.events::add);
  }

  /// One load balancer was away while the canary came back and the peers left.
  private void missed() throws InterruptedException {
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.leave("b1");
    bed.guards.guard(
        bed.guard(null, bed.ready("b2"), bed.ready("b3"), drained("b1")), bed.events::add);
    bed.at(2);
    bed.two.silent(true);
    bed.at(4);
    bed.one.set("b1", AdminState.READY);
    bed.one.stayOn("b1");
    for (String peer : List.of("b2", "b3")) {
      bed.one.set(peer, AdminState.DRAIN);
      bed.one.leave(peer);
    }
    guardAlone();
    bed.at(10);
  }

  private void alone() {
    for (String peer : List.of("b2", "b3")) {
      bed.one.set(peer, AdminState.DRAIN);
      bed.one.leave(peer);
      bed.two.set(peer, AdminState.DRAIN);
      bed.two.leave(peer);
    }
    guardAlone();
  }

  private List<AdminState> peersOnTwo() {
    return List.of(bed.two.now("b2").state(), bed.two.now("b3").state());
  }

  @Test
  void whoComesBackIsThereBeforeThePeersLeave() throws InterruptedException {
    missed();
    bed.two.silent(false);
    bed.at(13);

    assertThat(bed.writes)
        .containsSubsequence(
            "two set server api/b1 state ready",
            "two set server api/b2 state drain",
            "two set server api/b3 state drain");
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void theLastThatServesStaysUntilTheCanaryIsUpThere() throws InterruptedException {
    missed();
    bed.two.health("b1", "DOWN");
    bed.two.silent(false);
    bed.at(20);

    assertThat(peersOnTwo()).containsExactly(AdminState.DRAIN, AdminState.READY);
    bed.two.health("b1", "UP 1/3");
    bed.at(22);
    assertThat(peersOnTwo()).as("not checked yet").contains(AdminState.READY);
    bed.two.health("b1", "UP");
    bed.at(24);
    assertThat(peersOnTwo()).containsExactly(AdminState.DRAIN, AdminState.DRAIN);
    assertThat(bed.told(DriftRemains.class)).isEmpty();
    assertThat(bed.told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void theSameAfterAReload() throws InterruptedException {
    alone();
    bed.at(5);
    bed.two.health("b1", "DOWN");
    bed.two.reload();
    bed.at(8);

    assertThat(peersOnTwo()).containsExactly(AdminState.DRAIN, AdminState.READY);
    bed.two.health("b1", "UP");
    bed.at(10);
    assertThat(peersOnTwo()).containsExactly(AdminState.DRAIN, AdminState.DRAIN);
    assertThat(bed.told(DriftMended.class)).hasSize(2);
  }

  @Test
  void whoLeavesToBeUpdatedLeavesWhoeverElseServes() throws InterruptedException {
    bed.one.set("b2", AdminState.DRAIN);
    bed.one.leave("b2");
    bed.two.set("b2", AdminState.DRAIN);
    bed.two.leave("b2");
    bed.guards.guard(
        bed.guard(null, drained("b2"), bed.ready("b3"), bed.ready("b1")), bed.events::add);
    bed.at(5);
    bed.two.health("b1", "DOWN");
    bed.two.health("b3", "DOWN");
    bed.two.reload();
    bed.at(8);

    assertThat(bed.two.now("b2").state()).isEqualTo(AdminState.DRAIN);
  }
}
