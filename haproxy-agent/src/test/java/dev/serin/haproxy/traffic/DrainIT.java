package dev.serin.haproxy.traffic;

import static dev.serin.haproxy.lab.Orders.drain;
import static dev.serin.haproxy.lab.Orders.obey;
import static dev.serin.haproxy.lab.Orders.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Failed;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerDrained;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.Client;
import dev.serin.haproxy.lab.Eventually;
import dev.serin.haproxy.lab.Orders;
import dev.serin.haproxy.lab.RealHaproxy;
import dev.serin.haproxy.lab.RealTurn;
import dev.serin.haproxy.runtime.RuntimeWire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("lab")
@Timeout(900)
class DrainIT {
  private static final Duration A_MOMENT = Duration.ofSeconds(2);
  private static final String PINNED = "SERVERID=c1";

  private final Backend b1 = new Backend("b1");
  private final Backend b2 = new Backend("b2");
  private final Backend b3 = new Backend("b3");
  private RealHaproxy one;

  @BeforeEach
  void balance() {
    one = new RealHaproxy("one", List.of(b1, b2, b3));
  }

  @AfterEach
  void end() {
    one.close();
    List.of(b1, b2, b3).forEach(Backend::close);
  }

  private CompletableFuture<Client.Reply> holdOnB1() {
    CompletableFuture<Client.Reply> reply = Client.ask(one.url(), "/hold", PINNED);
    Eventually.until("the request is on b1", () -> b1.held() > 0);
    return reply;
  }

  private static ServerDrained drained(HaproxyEvent event) {
    assertThat(event).isInstanceOf(ServerDrained.class);
    return (ServerDrained) event;
  }

  private static Failed failed(HaproxyEvent event) {
    assertThat(event).isInstanceOf(Failed.class);
    return (Failed) event;
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix", "tcp", "socat"})
  void aRequestInFlightEndsByItself(String how) {
    RuntimeWire wire =
        switch (how) {
          case "unix" -> one.unix();
          case "tcp" -> one.tcp();
          default -> one.socat();
        };
    Fleet fleet =
        new Fleet(Map.of("one", one.balancer(wire, one.master(), one.leavingMap().toString())));
    CompletableFuture<Client.Reply> reply = holdOnB1();

    CompletableFuture<HaproxyEvent> drain = start(fleet, drain("one").command());
    one.untilStatus("api_pool", "b1", "DRAIN");
    assertThat(drain).isNotDone();
    b1.release();

    assertThat(reply.join().status()).isEqualTo(200);
    ServerDrained drained = drained(drain.join());
    assertThat(drained.sessionsCut()).isZero();
    assertThat(drained.belowMinimum()).isFalse();
  }

  @Test
  void theServerComesBackAtOnceWhenItsPeersAreLostMeanwhile() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<HaproxyEvent> drain =
        start(one.fleet(), drain("one").minAvailable(2).command());
    one.untilStatus("api_pool", "b1", "DRAIN");

    b2.close();

    Failed failed = failed(drain.join());
    assertThat(failed.failure().reason()).isEqualTo(Reason.MINIMUM);
    assertThat(failed.failure().found())
        .startsWith("1 (node-3); out of rotation: node-2 (")
        .endsWith("it is back in rotation");
    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(one.leaving("c1")).isFalse();
    b1.release();
    assertThat(reply.join().status()).isEqualTo(200);
  }

  @Test
  void aRollbackGoesOnWhenPeersAreLostMeanwhile() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<HaproxyEvent> drain =
        start(
            one.fleet(), drain("one").minAvailable(2).inRollback(Duration.ofSeconds(60)).command());
    one.untilStatus("api_pool", "b1", "DRAIN");
    b2.close();
    one.untilStatus("api_pool", "b2", "DOWN");
    b1.release();

    assertThat(reply.join().status()).isEqualTo(200);
    drained(drain.join());
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
  }

  @Test
  void aPinnedUserMovesToOneOtherNode() {
    assertThat(Client.get(one.url(), "/", PINNED).node()).isEqualTo("b1");

    drained(obey(one.fleet(), drain("one").command()));

    Client.Reply moved = Client.get(one.url(), "/", PINNED);
    assertThat(moved.status()).isEqualTo(200);
    assertThat(moved.node()).isIn("b2", "b3");
    for (int i = 0; i < 20; i++) {
      assertThat(Client.get(one.url(), "/", moved.pinnedTo()).node()).isEqualTo(moved.node());
    }
  }

  @Test
  void aServerDrainedAlreadyIsDrainedAgain() {
    drained(obey(one.fleet(), drain("one").command()));
    drained(obey(one.fleet(), drain("one").command()));
    assertThat(one.status("api_pool", "b1")).isEqualTo("DRAIN");
    assertThat(one.tell("show map " + one.leavingMap()).lines().filter(line -> line.contains("c1")))
        .hasSize(1);
  }

  @Test
  void aTunnelIsCountedApartAndClosedAfterItsGrace() {
    CompletableFuture<Void> tunnel = Client.webSocket(one.url(), PINNED);
    CompletableFuture<Void> others = Client.webSocket(one.url(), "SERVERID=c2");
    CompletableFuture<Client.Reply> reply = holdOnB1();

    CompletableFuture<HaproxyEvent> drain =
        start(one.fleet(), drain("one").tunnels(Duration.ZERO).command());
    one.untilStatus("api_pool", "b1", "DRAIN");
    assertThat(tunnel).as("a tunnel stays while requests are left").isNotDone();
    b1.release();

    ServerDrained drained = drained(drain.join());
    assertThat(drained.tunnelsClosed()).isEqualTo(1);
    assertThat(drained.sessionsCut()).isZero();
    assertThat(reply.join().status()).isEqualTo(200);
    tunnel.join();
    assertThat(others).isNotDone();
  }

  @Test
  void aTunnelThatEndsWithinItsGraceIsNotClosed() {
    CompletableFuture<Void> tunnel = Client.webSocket(one.url(), PINNED);
    Eventually.until("the tunnel is up", () -> b1.webSockets() == 1);

    CompletableFuture<HaproxyEvent> drain = start(one.fleet(), drain("one").command());
    one.untilStatus("api_pool", "b1", "DRAIN");
    assertThat(drain).isNotDone();
    b1.die();

    assertThat(drained(drain.join()).tunnelsClosed()).isZero();
    tunnel.exceptionally(cut -> null).join();
  }

  @Test
  void tunnelsKeepTheirGraceBeyondTheDeadlineOfRequests() {
    CompletableFuture<Void> tunnel = Client.webSocket(one.url(), PINNED);
    ServerDrained drained =
        drained(
            obey(
                one.fleet(),
                drain("one").within(Duration.ofMillis(500)).tunnels(A_MOMENT).command()));
    assertThat(drained.tunnelsClosed()).isEqualTo(1);
    assertThat(drained.sessionsCut()).isZero();
    tunnel.join();
  }

  @Test
  void atTheDeadlineTheServerComesBackAndTheDrainHasFailed() {
    CompletableFuture<Client.Reply> reply = holdOnB1();

    Failed failed = failed(obey(one.fleet(), drain("one").within(A_MOMENT).command()));

    assertThat(failed.failure().reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(failed.failure().found())
        .contains("1 request and 0 tunnels left", "back in rotation");
    assertThat(one.status("api_pool", "b1")).isEqualTo("UP");
    assertThat(one.leaving("c1")).isFalse();
    b1.release();
    assertThat(reply.join().status()).isEqualTo(200);
    assertThat(Client.get(one.url(), "/", PINNED).node()).isEqualTo("b1");
  }

  @Test
  void atTheDeadlineSessionsAreCutAndCountedWhereTheServiceSaysSo() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<Void> tunnel = Client.webSocket(one.url(), PINNED);

    ServerDrained drained =
        drained(obey(one.fleet(), drain("one").within(A_MOMENT).forcing().command()));

    assertThat(drained.sessionsCut()).isEqualTo(1);
    assertThat(drained.tunnelsClosed()).isEqualTo(1);
    assertThat(reply.join().status()).isNotEqualTo(200);
    tunnel.join();
    assertThat(one.status("api_pool", "b1")).isEqualTo("DRAIN");
  }

  @Test
  void nothingIsChangedWhereTheMinimumWouldBreak() {
    one.tell("set server api_pool/b2 state maint");
    b3.die();
    one.untilStatus("api_pool", "b3", "DOWN");

    Failed failed = failed(obey(one.fleet(), drain("one").command()));

    assertThat(failed.failure().reason()).isEqualTo(Reason.MINIMUM);
    assertThat(failed.failure().expected())
        .isEqualTo("1 or more nodes in rotation once b1 has left");
    assertThat(failed.failure().found())
        .isEqualTo("0; out of rotation: node-2 (MAINT on one), node-3 (DOWN on one)");
    assertThat(one.status("api_pool", "b1")).isEqualTo("UP");
    assertThat(one.leaving("c1")).isFalse();
  }

  @Test
  void aRollbackWaitsForPeersAndThenGoesOnBelowTheMinimum() {
    one.tell("set server api_pool/b2 state maint");
    one.tell("set server api_pool/b3 weight 0");

    ServerDrained drained =
        drained(obey(one.fleet(), drain("one").inRollback(Duration.ofMillis(700)).command()));

    assertThat(drained.belowMinimum()).isTrue();
    assertThat(one.status("api_pool", "b1")).isEqualTo("DRAIN");
  }

  @Test
  void aRollbackGoesOnAsSoonAsAPeerIsBack() {
    one.tell("set server api_pool/b2 state maint;set server api_pool/b3 state maint");
    CompletableFuture<HaproxyEvent> drain =
        start(one.fleet(), drain("one").inRollback(Duration.ofMinutes(5)).command());
    one.tell("set server api_pool/b3 state ready");

    assertThat(drained(drain.join()).belowMinimum()).isFalse();
  }

  @Test
  void bothLoadBalancersAreDrainedOrNeither() {
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      Fleet fleet = new Fleet(Map.of("one", one.balancer(), "two", two.balancer()));
      CompletableFuture<Client.Reply> reply = Client.ask(two.url(), "/hold", PINNED);
      Eventually.until("the request is on b1", () -> b1.held() > 0);

      CompletableFuture<HaproxyEvent> drain = start(fleet, drain("one", "two").command());
      one.untilStatus("api_pool", "b1", "DRAIN");
      two.untilStatus("api_pool", "b1", "DRAIN");
      assertThat(drain).isNotDone();
      b1.release();

      drained(drain.join());
      assertThat(reply.join().status()).isEqualTo(200);

      one.tell("set server api_pool/b1 state ready");
      two.tell("set server api_pool/b1 state ready;set server api_pool/b2 state maint");
      Failed failed = failed(obey(fleet, drain("one", "two").minAvailable(2).command()));
      assertThat(failed.failure().reason()).isEqualTo(Reason.MINIMUM);
      assertThat(one.status("api_pool", "b1")).isEqualTo("UP");
      assertThat(two.status("api_pool", "b1")).isEqualTo("UP");
    }
  }

  @Test
  void anOldWorkersRequestCountsWhereTheMasterTellsOfIt() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<Void> tunnel = Client.webSocket(one.url(), PINNED);
    CompletableFuture<HaproxyEvent> drain =
        start(one.fleet(), drain("one").tunnels(Duration.ZERO).command());
    one.untilStatus("api_pool", "b1", "DRAIN");

    one.reload();
    one.untilStatus("api_pool", "b1", "DRAIN");
    Eventually.until("the leaving entry is back", () -> one.leaving("c1"));
    assertThat(drain).isNotDone();
    assertThat(tunnel).isNotDone();
    b1.release();

    ServerDrained drained = drained(drain.join());
    assertThat(reply.join().status()).isEqualTo(200);
    assertThat(drained.sessionsCut()).isZero();
    assertThat(drained.tunnelsClosed()).isEqualTo(1);
    tunnel.join();
  }

  @Test
  void anOldWorkersRequestsAreCutInARollback() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    one.reload();

    ServerDrained drained =
        drained(
            obey(one.fleet(), drain("one").within(A_MOMENT).inRollback(Duration.ZERO).command()));

    assertThat(drained.sessionsCut()).isEqualTo(1);
    assertThat(reply.join().status()).isNotEqualTo(200);
  }

  @Test
  void withoutTheMasterAReloadMakesTheDrainLastItsWholeTime() {
    AtomicInteger looks = new AtomicInteger();
    RuntimeWire counted =
        line -> {
          looks.incrementAndGet();
          return one.unix().execute(line);
        };
    Fleet fleet =
        new Fleet(Map.of("one", one.balancer(counted, null, one.leavingMap().toString())));
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<HaproxyEvent> drain =
        start(fleet, drain("one").within(Duration.ofSeconds(10)).command());
    one.untilStatus("api_pool", "b1", "DRAIN");

    one.reload();
    one.untilStatus("api_pool", "b1", "DRAIN");
    assertThat(one.stat("api_pool", "b1", "scur"))
        .as("the new worker knows of none")
        .isEqualTo("0");
    int before = looks.get();
    Eventually.until("it looks again and again", () -> looks.get() > before + 3);
    assertThat(drain).isNotDone();
    b1.release();

    assertThat(reply.join().status()).isEqualTo(200);
    drained(drain.join());
    assertThat(one.leaving("c1")).isTrue();
  }

  @Test
  void pinnedUsersWithoutALeavingMapAreKeptOutByMaintenance() {
    Fleet fleet = new Fleet(Map.of("one", one.balancer(one.unix(), one.master(), null)));
    drained(
        obey(
            fleet,
            drain("one").pool("sticky_pool").peers(new PoolServer("node-2", "b2")).command()));
    assertThat(one.status("sticky_pool", "b1")).isEqualTo("MAINT");
    assertThat(Client.get(one.url(), "/sticky", "POOLID=s1").node()).isEqualTo("b2");
  }

  @Test
  void whatAPersonMadeReadyIsLeftReady() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<HaproxyEvent> drain = start(one.fleet(), drain("one").command());
    one.untilStatus("api_pool", "b1", "DRAIN");

    one.tell("set server api_pool/b1 state ready");

    Failed failed = failed(drain.join());
    assertThat(failed.failure().reason()).isEqualTo(Reason.FOREIGN);
    assertThat(failed.failure().found()).contains("somebody else");
    assertThat(one.status("api_pool", "b1")).isEqualTo("UP");
    b1.release();
    reply.join();
  }

  @Test
  void aServerInMaintenanceStaysThere() {
    one.tell("set server api_pool/b1 state maint");
    drained(obey(one.fleet(), drain("one").command()));
    assertThat(one.status("api_pool", "b1")).isEqualTo("MAINT");
  }

  @Test
  void anUnknownServerIsNamedWithThoseThatExist() {
    Failed failed = failed(obey(one.fleet(), drain("one").pool("nope_pool").command()));
    assertThat(failed.failure().reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failed.failure().found()).contains("no such backend");
  }

  @Test
  void aNewerCommandEndsTheWaitAndLeavesTheServerDrained() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    RealTurn turn = new RealTurn();
    CompletableFuture<HaproxyEvent> drain = Orders.start(one.fleet(), drain("one").command(), turn);
    one.untilStatus("api_pool", "b1", "DRAIN");
    turn.preempt();
    Eventually.until("the drain has ended", drain::isDone);
    assertThat(drain).isCancelled();
    assertThat(one.status("api_pool", "b1")).isEqualTo("DRAIN");
    b1.release();
    reply.join();
  }

  @Test
  void aLoadBalancerThatDiesInTheMiddleIsUnreachable() {
    CompletableFuture<Client.Reply> reply = holdOnB1();
    CompletableFuture<HaproxyEvent> drain =
        start(one.fleet(), drain("one").within(A_MOMENT).forcing().command());
    one.untilStatus("api_pool", "b1", "DRAIN");
    one.kill();
    Failed failed = failed(drain.join());
    assertThat(failed.failure().reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failed.failure().retryable()).isTrue();
    reply.join();
  }
}
