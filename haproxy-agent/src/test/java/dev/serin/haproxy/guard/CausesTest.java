package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CausesTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private final Causes causes = new Causes();

  private static ServerSetting setting(AdminState state, int weight) {
    return new ServerSetting("haproxy-1", "api_pool", "b1", weight, state);
  }

  private static Drift drift(AdminState asked, AdminState found, int weight) {
    return new Drift("b1", setting(asked, 100), setting(found, weight), false, false, found.name());
  }

  private static GuardServers guard(long fence, AdminState asked) {
    return new GuardServers(
        new CommandHead("c-" + fence, "r-1", "api", null, fence, NOON),
        List.of(new GuardedServer("b1", List.of(setting(asked, 100)), false, false, List.of())),
        NOON.plusSeconds(30),
        null);
  }

  private static List<ServerSetting> drained() {
    return List.of(setting(AdminState.DRAIN, 100));
  }

  @Test
  void isAPersonsWhereSerinWasAloneAndEverythingWasAnswered() {
    causes.renewed(guard(1, AdminState.READY), true, NOON);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), drained(), NOON)).isNull();
  }

  private static Missed.Asked asked(AdminState state, boolean inWork) {
    return asked(state, drained(), inWork);
  }

  private static Missed.Asked asked(AdminState state, List<ServerSetting> earlier, boolean inWork) {
    return Missed.asked(
        new GuardServers(
            new CommandHead("c-1", "r-1", "api", null, 1, NOON),
            List.of(
                new GuardedServer(
                    "b1",
                    List.of(setting(state, 100)),
                    state != AdminState.READY,
                    inWork,
                    earlier)),
            NOON.plusSeconds(30),
            null),
        "haproxy-1",
        Map.of());
  }

  @Test
  void isMissedWhereItWasAskedForWhenTheLoadBalancerLastAnswered() {
    causes.renewed(guard(1, AdminState.READY), true, NOON);
    Missed.between(asked(AdminState.DRAIN, false), asked(AdminState.READY, false))
        .forEach(causes::missed);
    Drift drift = drift(AdminState.READY, AdminState.DRAIN, 100);
    assertThat(causes.of(drift, List.of(), NOON)).isEqualTo(DriftCause.MISSED);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 7), List.of(), NOON))
        .as("nobody of Serin's asked for that weight")
        .isNull();
    causes.putBack(List.of(drift), DriftCause.MISSED);
    assertThat(causes.of(drift, List.of(), NOON)).as("whoever does it again means it").isNull();
  }

  @Test
  void isAPersonsWhereNothingElseWasAskedForMeanwhile() {
    Missed.between(asked(AdminState.READY, false), asked(AdminState.READY, false))
        .forEach(causes::missed);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), List.of(), NOON)).isNull();
    Missed.between(null, asked(AdminState.READY, false)).forEach(causes::missed);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), List.of(), NOON)).isNull();
  }

  /// It was silent when the rollout began: it has what it had before, and nobody has told it to let
  /// anybody leave.
  @Test
  void isMissedWhereALoadBalancerThatHasNeverAnsweredHasWhatItHadBefore() {
    ServerSetting before = setting(AdminState.READY, 50);
    Missed.between(
            null, asked(AdminState.DRAIN, List.of(before, setting(AdminState.DRAIN, 50)), false))
        .forEach(causes::missed);
    assertThat(causes.of(drift(AdminState.DRAIN, AdminState.READY, 50), List.of(), NOON))
        .isEqualTo(DriftCause.MISSED);
    assertThat(causes.of(drift(AdminState.DRAIN, AdminState.READY, 7), List.of(), NOON))
        .as("it never had that weight")
        .isNull();
    assertThat(causes.of(drift(AdminState.DRAIN, AdminState.DRAIN, 50), List.of(), NOON))
        .as("nobody has told it to drain then")
        .isNull();
  }

  @Test
  void isMissedWhereACommandWasAboutItWhenTheLoadBalancerLastAnswered() {
    Missed.between(asked(AdminState.READY, true), asked(AdminState.READY, false))
        .forEach(causes::missed);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), List.of(), NOON))
        .isEqualTo(DriftCause.MISSED);
  }

  @Test
  void isLateWhereAnotherInstanceWasAtWorkAndAskedForJustThat() {
    causes.renewed(guard(1, AdminState.READY), false, NOON);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), drained(), NOON))
        .isEqualTo(DriftCause.LATE);
    assertThat(causes.of(drift(AdminState.READY, AdminState.MAINT, 100), drained(), NOON))
        .as("what a sticky pool's drain ends in")
        .isEqualTo(DriftCause.LATE);
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 7), drained(), NOON)).isNull();
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), List.of(), NOON)).isNull();
  }

  @Test
  void isLateWhereOnlyTheFirstHalfOfAnothersDrainHasArrived() {
    Drift onTheMap =
        new Drift(
            "b1",
            setting(AdminState.READY, 100),
            setting(AdminState.READY, 100),
            false,
            true,
            "UP");
    causes.renewed(guard(1, AdminState.READY), true, NOON);
    assertThat(causes.of(onTheMap, drained(), NOON)).as("nobody else was at work").isNull();
    causes.renewed(guard(2, AdminState.READY), false, NOON);
    assertThat(causes.of(onTheMap, drained(), NOON)).isEqualTo(DriftCause.LATE);
    causes.putBack(List.of(onTheMap), DriftCause.LATE);
    assertThat(causes.of(onTheMap, drained(), NOON)).as("who does it again means it").isNull();
    assertThat(causes.of(drift(AdminState.READY, AdminState.DRAIN, 100), drained(), NOON))
        .as("the other half")
        .isEqualTo(DriftCause.LATE);
  }

  @Test
  void knowsWhetherAnythingMayStillComeLate() {
    causes.renewed(guard(1, AdminState.READY), true, NOON);
    assertThat(causes.mayBeLate(NOON)).isFalse();
    causes.unanswered("b1", NOON);
    assertThat(causes.mayBeLate(NOON.plusSeconds(59))).isTrue();
    assertThat(causes.mayBeLate(NOON.plusSeconds(61))).isFalse();
    causes.renewed(guard(2, AdminState.READY), false, NOON);
    assertThat(causes.mayBeLate(NOON.plusSeconds(61))).isTrue();
  }

  @Test
  void forgetsWithAnotherRolloutWhatItsSwitchTookOutAndWhatItHasPutBack() {
    causes.renewed(guard(1, AdminState.READY), false, NOON);
    Drift late = drift(AdminState.READY, AdminState.DRAIN, 100);
    causes.putBack(List.of(late), DriftCause.LATE);
    causes.tookOut(List.of("b1"), 1);
    causes.ended(guard(9, AdminState.READY).servers());
    causes.begun();
    assertThat(causes.isTakenOut("b1")).isFalse();
    assertThat(causes.anyReturning()).isFalse();
    assertThat(causes.of(late, drained(), NOON)).isEqualTo(DriftCause.LATE);
  }

  @Test
  void whoDoesItAgainMeansIt() {
    causes.renewed(guard(1, AdminState.READY), false, NOON);
    Drift late = drift(AdminState.READY, AdminState.DRAIN, 100);
    causes.putBack(List.of(late), DriftCause.LATE);
    assertThat(causes.of(late, drained(), NOON)).isNull();
  }

  @Test
  void whatWasLeftUnansweredMayBeObeyedForAMinute() {
    causes.renewed(guard(1, AdminState.READY), true, NOON);
    causes.unanswered("b1", NOON);
    Drift late = drift(AdminState.READY, AdminState.DRAIN, 100);
    assertThat(causes.of(late, drained(), NOON.plusSeconds(59))).isEqualTo(DriftCause.LATE);
    assertThat(causes.of(late, drained(), NOON.plus(Duration.ofMinutes(1)))).isNull();
  }

  @Test
  void whatAReplacedProcessForgotIsForgottenUntilItIsSeenAsAsked() {
    Drift drift = drift(AdminState.DRAIN, AdminState.READY, 100);
    causes.forgot(Stream.of(drift.asked()));
    assertThat(causes.of(drift, List.of(), NOON)).isEqualTo(DriftCause.FORGOTTEN);
    causes.isAsAsked("b1", drift.asked());
    assertThat(causes.of(drift, List.of(), NOON)).isNull();
  }

  @Test
  void whatTheSwitchTookOutIsLeftAloneUntilANewerGuardWantsItIn() {
    Drift out = drift(AdminState.READY, AdminState.DRAIN, 100);
    causes.tookOut(List.of("b1"), 5);
    causes.renewed(guard(5, AdminState.READY), true, NOON);
    assertThat(causes.isTakenOut("b1")).isTrue();
    causes.renewed(guard(6, AdminState.READY), true, NOON);
    assertThat(causes.isTakenOut("b1")).isFalse();
    assertThat(causes.of(out, List.of(), NOON)).isEqualTo(DriftCause.SWITCH);
    causes.putBack(List.of(out), DriftCause.SWITCH);
    assertThat(causes.anyReturning()).isFalse();
    assertThat(causes.of(out, List.of(), NOON)).isNull();
  }

  @Test
  void whatTheSwitchTookOutComesBackOnEveryLoadBalancer() {
    ServerSetting there = new ServerSetting("haproxy-2", "api", "b1", 100, AdminState.READY);
    ServerSetting gone = new ServerSetting("haproxy-2", "api", "b1", 100, AdminState.DRAIN);
    Drift other = new Drift("b1", there, gone, false, false, "DRAIN");
    Drift out = drift(AdminState.READY, AdminState.DRAIN, 100);
    causes.tookOut(List.of("b1"), 5);
    causes.renewed(
        new GuardServers(
            new CommandHead("c-6", "r-1", "api", null, 6, NOON),
            List.of(new GuardedServer("b1", List.of(out.asked(), there), false, false, List.of())),
            NOON.plusSeconds(30),
            null),
        true,
        NOON);
    causes.putBack(List.of(out), DriftCause.SWITCH);
    assertThat(causes.anyReturning()).isTrue();
    assertThat(causes.of(other, List.of(), NOON)).isEqualTo(DriftCause.SWITCH);
    assertThat(causes.of(out, List.of(), NOON)).as("there it is back").isNull();
    causes.isAsAsked("b1", there);
    assertThat(causes.anyReturning()).isFalse();
    assertThat(causes.of(other, List.of(), NOON)).isNull();
  }

  @Test
  void whatTheCoordinatorKnowsToBeOutStaysOut() {
    causes.tookOut(List.of("b1"), 5);
    causes.renewed(guard(6, AdminState.DRAIN), true, NOON);
    assertThat(causes.isTakenOut("b1")).isFalse();
    assertThat(causes.anyReturning()).isFalse();
  }

  @Test
  void whatTheSwitchGaveBackIsNoPersonsAndLeavesAgainOnceSomebodyWatchesAndWantsItOut() {
    Drift in = drift(AdminState.DRAIN, AdminState.READY, 100);
    causes.gaveBack(List.of("b1"), 5);
    causes.renewed(guard(5, AdminState.DRAIN), true, NOON);
    assertThat(causes.isTakenOut("b1")).as("the same guard as then").isTrue();
    causes.renewed(guard(6, AdminState.DRAIN), true, NOON);
    assertThat(causes.isTakenOut("b1")).isFalse();
    assertThat(causes.of(in, List.of(), NOON)).isEqualTo(DriftCause.SWITCH);
    causes.putBack(List.of(in), DriftCause.SWITCH);
    assertThat(causes.of(in, List.of(), NOON)).isNull();
    causes.tookOut(List.of("b1"), 7);
    causes.renewed(guard(8, AdminState.DRAIN), true, NOON);
    assertThat(causes.anyReturning()).as("by now it is one that was taken out").isFalse();
  }

  @Test
  void whatTheSwitchTookOutComesBackWhenTheGuardEnds() {
    causes.tookOut(List.of("b1"), 5);
    causes.ended(guard(9, AdminState.READY).servers());
    assertThat(causes.anyReturning()).isTrue();
  }

  /// Found on the lab: the broker came back before the coordinator, the agent recalled the commands
  /// of the last hour, and put a bad canary back into rotation that its own switch had taken out.
  @Test
  void aCommandThatIsOnlyRecalledReturnsNothingThatTheSwitchTookOut() {
    causes.renewed(guard(5, AdminState.READY), true, NOON);
    causes.tookOut(List.of("b1"), 5);
    causes.commanded("b1", 4);
    assertThat(causes.isTakenOut("b1")).isTrue();
    causes.commanded("b1", 6);
    assertThat(causes.isTakenOut("b1")).as("a new command has it").isFalse();
  }
}
