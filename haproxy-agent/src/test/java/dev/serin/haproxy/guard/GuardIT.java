package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.Client;
import dev.serin.haproxy.lab.RealHaproxy;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.traffic.Fleet;
import dev.serin.haproxy.traffic.HaproxyCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Guards on a real HAProxy, at times that the test sets.
@Tag("lab")
@Timeout(900)
class GuardIT {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Duration PERIOD = Duration.ofMinutes(2);

  private final Backend b1 = new Backend("b1");
  private final Backend b2 = new Backend("b2");
  private final Backend b3 = new Backend("b3");
  private final List<HaproxyEvent> events = new ArrayList<>();
  private HandAlarms time;
  private RealHaproxy one;
  private Guards guards;
  private Instant now = NOON;
  private long fence = NOON.toEpochMilli();

  @BeforeEach
  void balance() {
    one = new RealHaproxy("one", List.of(b1, b2, b3));
    time = new HandAlarms(NOON);
    guards = new Guards(one.fleet(), time);
  }

  @AfterEach
  void end() {
    one.close();
    List.of(b1, b2, b3).forEach(Backend::close);
  }

  private static GuardedServer server(String name, AdminState state, int weight) {
    return new GuardedServer(
        "node-" + name.substring(1),
        List.of(new ServerSetting("one", "api_pool", name, weight, state)),
        state != AdminState.READY,
        false,
        List.of());
  }

  private CommandHead head(@Nullable String node) {
    fence++;
    return new CommandHead("c-" + fence, "r-1", "backend-api", node, fence, now);
  }

  private void guard(@Nullable DeadMan deadMan, GuardedServer... servers) {
    guards.guard(
        new GuardServers(head(null), List.of(servers), now.plusSeconds(3_600), deadMan),
        events::add);
  }

  /// Everything as the configuration file has it, but for what the test names.
  private void guardAll(@Nullable DeadMan deadMan, GuardedServer first) {
    guard(deadMan, first, server("b2", AdminState.READY, 1), server("b3", AdminState.READY, 1));
  }

  private static DeadMan deadMan(
      Instant expiresAt, DeadManAction action, int minAvailable, GuardedServer... restore) {
    return new DeadMan(
        List.of("node-1"), PERIOD, expiresAt, action, List.of(restore), minAvailable);
  }

  private void pass(Duration time) throws InterruptedException {
    now = now.plus(time);
    this.time.until(now);
  }

  private void second() throws InterruptedException {
    pass(Duration.ofSeconds(1));
  }

  private <E extends HaproxyEvent> List<E> told(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Test
  void whatTheSwitchTookOutComesBackOnceSomebodyWatchesAgain() throws InterruptedException {
    pass(PERIOD);
    guardAll(
        deadMan(now.plusSeconds(2), DeadManAction.DRAIN, 1), server("b1", AdminState.READY, 1));
    pass(PERIOD);
    assertThat(told(DeadManWentOff.class)).hasSize(1);
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    guardAll(
        deadMan(now.plusSeconds(60), DeadManAction.DRAIN, 1), server("b1", AdminState.READY, 1));
    second();
    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(told(DriftMended.class).getFirst().cause()).isEqualTo(DriftCause.SWITCH);
    assertThat(told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void aLateCommandOfAnotherInstanceIsPutBackOnceAndThenItIsAPersons() throws InterruptedException {
    guards.recalled(head("node-1"));
    guardAll(null, mayHaveBeenDrained("1"));
    second();
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(told(DriftMended.class).getFirst().cause()).isEqualTo(DriftCause.LATE);
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void aDrainOfANodeThatSerinToldNothingIsAPersonsWhoeverWasAtWorkBefore()
      throws InterruptedException {
    guards.recalled(head("node-2"));
    guard(
        null, mayHaveBeenDrained("1"), mayHaveBeenDrained("2"), server("b3", AdminState.READY, 1));
    second();
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(ServersChangedByHand.class)).hasSize(1);
    assertThat(told(DriftMended.class)).isEmpty();
  }

  private static GuardedServer mayHaveBeenDrained(String number) {
    return new GuardedServer(
        "node-" + number,
        List.of(new ServerSetting("one", "api_pool", "b" + number, 1, AdminState.READY)),
        false,
        false,
        List.of(new ServerSetting("one", "api_pool", "b" + number, 1, AdminState.DRAIN)));
  }

  @Test
  void whatAReloadForgotIsPutBack() throws InterruptedException {
    one.tell("set server api_pool/b1 weight 10");
    one.tell("set server api_pool/b2 state drain");
    one.tell("add map " + one.leavingMap() + " c2 1");
    guard(
        null,
        server("b1", AdminState.READY, 10),
        server("b2", AdminState.DRAIN, 1),
        server("b3", AdminState.READY, 1));
    second();
    assertThat(told(DriftMended.class)).isEmpty();

    one.reload();
    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("1");
    second();

    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("10");
    assertThat(one.status("api_pool", "b2")).startsWith("DRAIN");
    assertThat(one.leaving("c2")).isTrue();
    assertThat(told(DriftMended.class))
        .singleElement()
        .satisfies(mended -> {
          assertThat(mended.cause()).isEqualTo(DriftCause.FORGOTTEN);
          assertThat(mended.drifts())
              .extracting(HaproxyEvent.Drift::node)
              .containsExactly("node-1", "node-2");
        });
    assertThat(told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void whatAReloadForgotBeforeTheAgentCameIsPutBackToo() throws InterruptedException {
    guardAll(null, server("b1", AdminState.READY, 10));
    second();

    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("10");
    assertThat(told(DriftMended.class)).hasSize(1);
  }

  @Test
  void whatAReloadForgotWhileACommandWasAboutItIsPutBackAfterIt() throws InterruptedException {
    one.tell("set server api_pool/b1 weight 10");
    guardAll(null, server("b1", AdminState.READY, 10));
    second();
    guards.commanded(head("node-1"));
    one.reload();
    second();
    second();
    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("1");

    guardAll(null, server("b1", AdminState.READY, 10));
    second();
    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("10");
    assertThat(told(ServersChangedByHand.class)).isEmpty();
    assertThat(told(DriftMended.class)).hasSize(1);
  }

  @Test
  void aHandAndAReloadAreToldApart() throws InterruptedException {
    one.tell("set server api_pool/b1 weight 10");
    guardAll(null, server("b1", AdminState.READY, 10));
    second();
    one.reload();
    second();
    one.tell("set server api_pool/b3 weight 4");
    second();

    assertThat(one.stat("api_pool", "b1", "weight")).isEqualTo("10");
    assertThat(one.stat("api_pool", "b3", "weight")).isEqualTo("4");
    assertThat(told(DriftMended.class)).hasSize(1);
    assertThat(told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void aPersonsHandIsToldOnceAndLeftAlone() throws InterruptedException {
    guardAll(null, server("b1", AdminState.READY, 1));
    second();
    one.tell("set server api_pool/b3 state maint");
    second();
    second();

    assertThat(one.status("api_pool", "b3")).isEqualTo("MAINT");
    assertThat(told(ServersChangedByHand.class))
        .singleElement()
        .satisfies(changed ->
            assertThat(changed.drifts())
                .singleElement()
                .satisfies(drift -> {
                  assertThat(drift.node()).isEqualTo("node-3");
                  assertThat(drift.asked().state()).isEqualTo(AdminState.READY);
                  assertThat(drift.found().state()).isEqualTo(AdminState.MAINT);
                }));

    one.tell("set server api_pool/b3 state ready");
    second();
    one.tell("set server api_pool/b3 weight 5");
    second();
    assertThat(told(ServersChangedByHand.class)).hasSize(2);
    assertThat(one.stat("api_pool", "b3", "weight")).isEqualTo("5");
  }

  @Test
  void aFailedHealthCheckIsNobodysHand() throws InterruptedException {
    guardAll(null, server("b1", AdminState.READY, 1));
    second();
    b3.close();
    one.untilStatus("api_pool", "b3", "DOWN");
    second();

    assertThat(told(ServersChangedByHand.class)).isEmpty();
    assertThat(told(TrafficObserved.class).getLast().inRotation())
        .containsExactly("node-1", "node-2");
  }

  @Test
  void aNodeThatANewerCommandIsAboutIsLeftToIt() throws InterruptedException {
    guardAll(null, server("b1", AdminState.READY, 1));
    second();
    guards.commanded(head("node-1"));
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(told(ServersChangedByHand.class)).isEmpty();

    guardAll(null, server("b1", AdminState.READY, 1));
    second();
    assertThat(told(ServersChangedByHand.class)).hasSize(1);
  }

  @Test
  void anOlderGuardAndAStoppedOneChangeNothing() throws InterruptedException {
    GuardServers old =
        new GuardServers(
            head(null), List.of(server("b1", AdminState.MAINT, 1)), now.plusSeconds(60), null);
    guardAll(null, server("b1", AdminState.READY, 1));
    guards.guard(old, events::add);
    second();
    assertThat(told(ServersChangedByHand.class)).isEmpty();

    guards.stop(new StopGuardingServers(head(null), false, List.of()));
    one.tell("set server api_pool/b3 state maint");
    second();
    assertThat(told(ServersChangedByHand.class)).isEmpty();
  }

  /// The newest guard from before the end left the node to its command.
  @Test
  void aCommandThatIsObeyedOnlyAfterTheRolloutIsPutBackToHowItLeftTheNode()
      throws InterruptedException {
    guards.commanded(head("node-1"));
    GuardedServer left = mayHaveBeenDrained("1");
    guardAll(null, new GuardedServer(left.node(), left.settings(), false, true, left.earlier()));
    second();
    guards.unanswered(head("node-1"));
    guards.stop(
        new StopGuardingServers(
            head(null),
            false,
            List.of(left, server("b2", AdminState.READY, 1), server("b3", AdminState.READY, 1))));
    one.tell("add map " + one.leavingMap() + " c1 1");
    one.tell("set server api_pool/b2 state drain");
    second();
    assertThat(one.tell("show map " + one.leavingMap())).doesNotContain("c1");
    assertThat(told(DriftMended.class).getFirst().cause()).isEqualTo(DriftCause.LATE);
    assertThat(one.status("api_pool", "b2")).as("a person's").startsWith("DRAIN");
  }

  /// An agent that begins anew recalls both, in either order.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoIsOverLeavesANodeToAnotherServicesNewerCommand(boolean newerFirst)
      throws InterruptedException {
    CommandHead over = head(null);
    CommandHead newer = new CommandHead("c", "r-2", "other", "node-1", over.fence() + 9, now);
    guards.recalled(head("node-1"));
    guardAll(null, mayHaveBeenDrained("1"));
    if (newerFirst) {
      guards.recalled(newer);
    }
    guards.stop(new StopGuardingServers(head(null), false, List.of(mayHaveBeenDrained("1"))));
    if (!newerFirst) {
      guards.recalled(newer);
    }
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(DriftMended.class)).isEmpty();
  }

  @Test
  void anAgentThatBeginsAnewTakesUpTheSwitchThatStandsAndGrantsOneFullPeriod()
      throws InterruptedException {
    HaproxyCommands agent =
        new HaproxyCommands(one.fleet(), request -> new FrontDoor.Silent("nobody asks"), guards);
    agent.recalled(
        new GuardServers(
            head(null),
            List.of(
                server("b1", AdminState.READY, 1),
                server("b2", AdminState.READY, 1),
                server("b3", AdminState.READY, 1)),
            now.minusSeconds(60),
            deadMan(now.minusSeconds(30), DeadManAction.DRAIN, 1)),
        events::add);
    pass(PERIOD.minusSeconds(1));
    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    pass(Duration.ofSeconds(2));
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(DeadManWentOff.class)).hasSize(1);
  }

  @Test
  void anAgentThatBeginsAnewLeavesAloneWhatANewerCommandWasAbout() throws InterruptedException {
    GuardServers old =
        new GuardServers(
            head(null), List.of(server("b1", AdminState.READY, 1)), now.plusSeconds(30), null);
    guards.guard(old, events::add);
    guards.commanded(head("node-1"));
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(ServersChangedByHand.class)).isEmpty();
  }

  /// Found on the lab: an instance that was started a minute and more after a rollout took the
  /// drain of another service's rollout, which shares the node, for a late one of its own.
  @ParameterizedTest
  @ValueSource(ints = {50, 70})
  void anAgentThatBeginsAnewPutsNothingBackForLongerThanAMinuteAfterTheRollout(int later)
      throws InterruptedException {
    HaproxyCommands agent =
        new HaproxyCommands(one.fleet(), request -> new FrontDoor.Silent("nobody asks"), guards);
    CommandHead drained = head("node-1");
    List<GuardedServer> left = List.of(mayHaveBeenDrained("1"));
    GuardServers last = new GuardServers(head(null), left, NOON.plusSeconds(30), null);
    StopGuardingServers over = new StopGuardingServers(head(null), false, left);
    pass(Duration.ofSeconds(later));
    guards.recalled(drained);
    agent.recalled(last, events::add);
    agent.recalled(over, events::add);
    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(one.status("api_pool", "b1")).startsWith(later < 60 ? "UP" : "DRAIN");
    assertThat(told(DriftMended.class)).hasSize(later < 60 ? 1 : 0);
  }

  @Test
  void aPersonWhoHasTakenOverFindsNothingPutBack() throws InterruptedException {
    one.tell("set server api_pool/b2 state drain");
    guard(
        deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 1),
        server("b1", AdminState.READY, 1),
        server("b2", AdminState.DRAIN, 1),
        server("b3", AdminState.READY, 1));
    second();
    guards.stop(new StopGuardingServers(head(null), true, List.of()));
    one.reload();
    pass(PERIOD.multipliedBy(2));
    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(one.status("api_pool", "b2")).as("forgotten, and left so").startsWith("UP");
    assertThat(told(DriftMended.class)).isEmpty();
    assertThat(told(DeadManWentOff.class)).isEmpty();
  }

  @Test
  void aCanaryThatNobodyWatchesLeavesRotation() throws InterruptedException {
    guardAll(
        deadMan(NOON.plus(PERIOD).plusSeconds(30), DeadManAction.DRAIN, 1),
        server("b1", AdminState.READY, 1));
    pass(PERIOD.plusSeconds(29));
    assertThat(one.status("api_pool", "b1")).startsWith("UP");

    pass(Duration.ofSeconds(2));

    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(one.leaving("c1")).isTrue();
    assertThat(Client.get(one.url(), "/", "SERVERID=c1").node()).isNotEqualTo("b1");
    pass(Duration.ofSeconds(20));
    assertThat(told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> {
          assertThat(off.drained()).containsExactly("node-1");
          assertThat(off.failure()).isNull();
        });
    assertThat(told(ServersChangedByHand.class)).isEmpty();
  }

  @Test
  void aReloadDoesNotBringBackWhatTheSwitchTookOutWhileNobodyElseIsThere()
      throws InterruptedException {
    guards.guard(
        new GuardServers(
            head(null),
            List.of(
                server("b1", AdminState.READY, 1),
                server("b2", AdminState.READY, 1),
                server("b3", AdminState.READY, 1)),
            NOON.plusSeconds(30),
            deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 1)),
        events::add);
    pass(PERIOD.plusSeconds(2));
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");

    one.reload();
    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    one.untilStatus("api_pool", "b2", "UP");
    pass(Duration.ofSeconds(2));
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(one.leaving("c1")).isTrue();
    assertThat(told(DeadManWentOff.class)).hasSize(2);

    one.tell("set server api_pool/b1 state ready");
    pass(Duration.ofSeconds(20));
    assertThat(one.status("api_pool", "b1")).as("a person's hand").startsWith("UP");
    assertThat(told(DeadManWentOff.class)).hasSize(2);
  }

  @Test
  void everyProofMovesItAndTheEndOfTheWatchDisarmsIt() throws InterruptedException {
    guardAll(deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 1), server("b1", AdminState.READY, 1));
    pass(PERIOD.minusSeconds(5));
    guardAll(deadMan(now.plus(PERIOD), DeadManAction.DRAIN, 1), server("b1", AdminState.READY, 1));
    pass(PERIOD.minusSeconds(5));
    guardAll(null, server("b1", AdminState.READY, 1));
    pass(PERIOD.multipliedBy(3));

    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(told(DeadManWentOff.class)).isEmpty();
  }

  @Test
  void theCanaryStaysWhereTheMinimumWouldBreakAndLeavesOnceItHolds() throws InterruptedException {
    one.tell("set server api_pool/b2 state maint");
    guardAll(deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 2), server("b1", AdminState.READY, 1));
    pass(PERIOD.plusSeconds(3));

    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> {
          assertThat(off.drained()).isEmpty();
          assertThat(off.failure()).isNotNull();
          assertThat(off.failure().reason()).isEqualTo(Failure.Reason.MINIMUM);
        });

    one.tell("set server api_pool/b2 state ready");
    one.untilStatus("api_pool", "b2", "UP");
    pass(Duration.ofSeconds(1));
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(DeadManWentOff.class).getLast().drained()).containsExactly("node-1");
  }

  @Test
  void whatKeepsTheCanaryInIsToldOnceForEachProof() throws InterruptedException {
    one.tell("set server api_pool/b2 state maint");
    for (int proofs = 1; proofs <= 2; proofs++) {
      guardAll(
          deadMan(now.plus(PERIOD), DeadManAction.DRAIN, 2), server("b1", AdminState.READY, 1));
      pass(PERIOD.plusSeconds(3));
      assertThat(told(DeadManWentOff.class)).hasSize(proofs);
    }
  }

  @Test
  void thePeersComeBackBeforeTheCanaryLeaves() throws InterruptedException {
    one.tell("set server api_pool/b2 state drain");
    one.tell("set server api_pool/b2 weight 3");
    guard(
        deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 2, server("b2", AdminState.READY, 1)),
        server("b1", AdminState.READY, 1),
        server("b2", AdminState.DRAIN, 3),
        server("b3", AdminState.READY, 1));
    pass(PERIOD.plusSeconds(2));

    assertThat(one.status("api_pool", "b2")).startsWith("UP");
    assertThat(one.stat("api_pool", "b2", "weight")).isEqualTo("1");
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
  }

  @Test
  void anAlertOnlyTells() throws InterruptedException {
    guardAll(deadMan(NOON.plus(PERIOD), DeadManAction.ALERT, 1), server("b1", AdminState.READY, 1));
    pass(PERIOD.plusSeconds(10));

    assertThat(one.status("api_pool", "b1")).startsWith("UP");
    assertThat(told(DeadManWentOff.class))
        .singleElement()
        .satisfies(off -> assertThat(off.drained()).isEmpty());

    one.tell("set server api_pool/b1 state drain");
    second();
    assertThat(told(ServersChangedByHand.class)).as("somebody has heard it").hasSize(1);
    guardAll(deadMan(now.plus(PERIOD), DeadManAction.ALERT, 1), server("b1", AdminState.READY, 1));
    pass(Duration.ofSeconds(3));
    assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
    assertThat(told(DriftMended.class)).isEmpty();
  }

  @Test
  void sharesAreThoseOfTheWeightsAndOfTheSessions() throws InterruptedException {
    one.tell("set server api_pool/b1 weight 2");
    guardAll(null, server("b1", AdminState.READY, 2));
    second();
    for (int i = 0; i < 40; i++) {
      Client.get(one.url(), "/", "none=1");
    }
    pass(Duration.ofSeconds(11));

    assertThat(told(TrafficObserved.class).getFirst().shares())
        .extracting(HaproxyEvent.TrafficShare::configured)
        .containsExactly(50.0, 25.0, 25.0);
    assertThat(told(TrafficObserved.class).getLast().shares())
        .extracting(HaproxyEvent.TrafficShare::observed)
        .containsExactly(50.0, 25.0, 25.0);
  }

  /// All that follow a cookie are on one server, and no new session is given by it.
  @Test
  void whoFollowsACookieIsNoNewSession() throws InterruptedException {
    guardAll(null, server("b1", AdminState.READY, 1));
    second();
    for (int i = 0; i < 30; i++) {
      Client.get(one.url(), "/", "SERVERID=c1");
    }
    for (int i = 0; i < 6; i++) {
      Client.get(one.url(), "/", "none=1");
    }
    pass(Duration.ofSeconds(11));

    List<HaproxyEvent.TrafficShare> shares = told(TrafficObserved.class).getLast().shares();
    assertThat(shares)
        .extracting(HaproxyEvent.TrafficShare::observed)
        .containsExactly(88.89, 5.56, 5.56);
    assertThat(shares)
        .extracting(HaproxyEvent.TrafficShare::newSessions)
        .containsExactly(33.33, 33.33, 33.33);
  }

  private static GuardedServer onBoth(String name, AdminState state) {
    return onBoth(name, state, 1);
  }

  private static GuardedServer onBoth(String name, AdminState state, int weight) {
    List<ServerSetting> earlier = new ArrayList<>();
    List<ServerSetting> settings = new ArrayList<>();
    for (String balancer : List.of("one", "two")) {
      settings.add(new ServerSetting(balancer, "api_pool", name, weight, state));
      earlier.add(
          new ServerSetting(
              balancer,
              "api_pool",
              name,
              weight,
              state == AdminState.READY ? AdminState.DRAIN : AdminState.READY));
    }
    return new GuardedServer(
        "node-" + name.substring(1), settings, state != AdminState.READY, false, earlier);
  }

  @Test
  void aLoadBalancerThatStartsWhileARolloutGoesOnWithoutItIsCaughtUp() throws InterruptedException {
    Unreachable gap = new Unreachable();
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      guards = new Guards(gap.fleet(one, two), time);
      gap.close();
      one.tell("set server api_pool/b1 state drain");
      one.tell("add map " + one.leavingMap() + " c1 1");
      guard(
          null,
          onBoth("b1", AdminState.DRAIN),
          onBoth("b2", AdminState.READY),
          onBoth("b3", AdminState.READY));
      pass(Duration.ofSeconds(3));
      assertThat(told(TrafficObserved.class).getLast().silent())
          .extracting(HaproxyEvent.SilentLoadBalancer::loadBalancer)
          .containsExactly("two");

      gap.open();
      second();

      assertThat(two.status("api_pool", "b1")).startsWith("DRAIN");
      assertThat(two.leaving("c1")).isTrue();
      assertThat(told(ServersChangedByHand.class)).isEmpty();
      assertThat(told(DriftMended.class).getLast().cause()).isEqualTo(DriftCause.FORGOTTEN);
      pass(Duration.ofSeconds(2));
      assertThat(told(TrafficObserved.class).getLast().silent()).isEmpty();
      assertThat(told(TrafficObserved.class).getLast().inRotation())
          .containsExactly("node-2", "node-3");
    }
  }

  @Test
  void whatALoadBalancerMissedWhileItWasOutOfReachIsPutRightAndIsNoHand()
      throws InterruptedException {
    Unreachable gap = new Unreachable();
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      guards = new Guards(gap.fleet(one, two), time);
      for (RealHaproxy each : List.of(one, two)) {
        each.tell("set server api_pool/b1 state drain");
        each.tell("add map " + each.leavingMap() + " c1 1");
      }
      guard(
          null,
          onBoth("b1", AdminState.DRAIN),
          onBoth("b2", AdminState.READY),
          onBoth("b3", AdminState.READY));
      second();
      gap.close();
      second();
      one.tell("set server api_pool/b1 state ready");
      one.tell("del map " + one.leavingMap() + " c1");
      guard(
          null,
          onBoth("b1", AdminState.READY),
          onBoth("b2", AdminState.READY),
          onBoth("b3", AdminState.READY));
      pass(Duration.ofMinutes(20));
      assertThat(two.status("api_pool", "b1")).startsWith("DRAIN");

      gap.open();
      second();

      assertThat(two.status("api_pool", "b1")).startsWith("UP");
      assertThat(two.leaving("c1")).isFalse();
      assertThat(told(DriftMended.class).getLast().cause()).isEqualTo(DriftCause.MISSED);
      assertThat(told(ServersChangedByHand.class)).isEmpty();

      two.tell("set server api_pool/b1 state drain");
      second();
      assertThat(two.status("api_pool", "b1")).as("a person's hand").startsWith("DRAIN");
      assertThat(told(ServersChangedByHand.class)).hasSize(1);
    }
  }

  /// As with a server-state file: it is not as its configuration has it.
  @Test
  void whatALoadBalancerHadBeforeIsPutRightWhereItWasSilentFromTheBeginning()
      throws InterruptedException {
    Unreachable gap = new Unreachable();
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      guards = new Guards(gap.fleet(one, two), time);
      for (RealHaproxy each : List.of(one, two)) {
        each.tell("set server api_pool/b1 weight 3");
      }
      one.tell("set server api_pool/b1 state drain");
      one.tell("add map " + one.leavingMap() + " c1 1");
      two.tell("set server api_pool/b2 state drain");
      gap.close();
      guard(
          null,
          onBoth("b1", AdminState.DRAIN, 3),
          onBoth("b2", AdminState.READY),
          onBoth("b3", AdminState.READY));
      pass(Duration.ofMinutes(5));
      assertThat(two.status("api_pool", "b1")).startsWith("UP");

      gap.open();
      second();

      assertThat(two.status("api_pool", "b1")).startsWith("DRAIN");
      assertThat(two.leaving("c1")).isTrue();
      assertThat(told(DriftMended.class))
          .singleElement()
          .satisfies(it -> assertThat(it.cause()).isEqualTo(DriftCause.MISSED));
      assertThat(two.status("api_pool", "b2")).as("a person's hand").startsWith("DRAIN");
      assertThat(told(ServersChangedByHand.class)).hasSize(1);
    }
  }

  /// The way of the agent to the second of two load balancers.
  private static final class Unreachable {
    private boolean closed;

    void close() {
      closed = true;
    }

    void open() {
      closed = false;
    }

    Fleet fleet(RealHaproxy one, RealHaproxy two) {
      RuntimeWire there = two.unix();
      return new Fleet(
          Map.of(
              "one",
              one.balancer(),
              "two",
              two.balancer(
                  command ->
                      closed ? new RuntimeWire.Unanswered("no way there") : there.execute(command),
                  null,
                  two.leavingMap().toString())));
    }
  }

  @Test
  void theSwitchTakesTheCanaryOutWhereALoadBalancerAnswersThoughAnotherIsSilent()
      throws InterruptedException {
    Unreachable gap = new Unreachable();
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      guards = new Guards(gap.fleet(one, two), time);
      guard(
          deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 1),
          onBoth("b1", AdminState.READY),
          onBoth("b2", AdminState.READY),
          onBoth("b3", AdminState.READY));
      second();
      gap.close();
      pass(PERIOD);

      assertThat(one.status("api_pool", "b1")).startsWith("DRAIN");
      DeadManWentOff half = told(DeadManWentOff.class).getLast();
      assertThat(half.drained()).isEmpty();
      assertThat(half.failure())
          .satisfies(
              failure -> assertThat(failure.found()).endsWith("(on one it is out of rotation)"));
      assertThat(told(ServersChangedByHand.class)).isEmpty();

      one.tell("set server api_pool/b1 state ready");
      pass(Duration.ofSeconds(3));
      assertThat(one.status("api_pool", "b1")).as("a person's hand").startsWith("UP");

      gap.open();
      second();
      assertThat(two.status("api_pool", "b1")).startsWith("DRAIN");
      assertThat(one.status("api_pool", "b1")).as("a person's hand").startsWith("UP");
      assertThat(told(DeadManWentOff.class)).hasSize(2);
      assertThat(told(DeadManWentOff.class).getLast().failure()).isNull();
    }
  }

  /// A rollout's end waits for nobody: what its switch took out is looked after for an hour.
  @Test
  void whatTheSwitchTookOutIsLeftToAPersonAnHourAfterTheRollout() throws InterruptedException {
    Unreachable gap = new Unreachable();
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      guards = new Guards(gap.fleet(one, two), time);
      GuardedServer[] all = {
        onBoth("b1", AdminState.READY),
        onBoth("b2", AdminState.READY),
        onBoth("b3", AdminState.READY)
      };
      guard(deadMan(NOON.plus(PERIOD), DeadManAction.DRAIN, 1), all);
      pass(PERIOD);
      gap.close();
      guards.stop(new StopGuardingServers(head(null), false, List.of(all)));
      second();
      assertThat(one.status("api_pool", "b1")).startsWith("UP");
      pass(Duration.ofHours(1));

      gap.open();
      pass(Duration.ofMinutes(1));

      assertThat(two.status("api_pool", "b1")).startsWith("DRAIN");
    }
  }
}
