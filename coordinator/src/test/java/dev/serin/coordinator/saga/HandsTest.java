package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.isTakenBackFor;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.says;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A person takes over: Serin touches nothing until he is done.
class HandsTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final String ACT = "a person: serin hands-on api";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drain b2",
        "keep b2",
        "push b2",
        "restart b2",
        "health b2",
        "ready b2",
        "serving b2",
        "drain b1",
        "push b1",
        "serving b1"
      })
  void givesTheStepUpWhereItIsAndBeginsItAnewAfterwards(String inFlight) {
    Story story = rollout(SERVICE).until(inFlight);
    story
        .on(handsOff(), sends("stand-back"), tells("rollout-paused"), isIn(RolloutPhase.PAUSED))
        .ignores(done(inFlight), Decision.Ignored.NOT_AWAITED)
        .after(Duration.ofHours(3), sends(), tells())
        .on(handsOn(), sends(inFlight))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void endsTheGuardAndDisarmsTheSwitch() {
    Story story = rollout(SERVICE).until("watch 1-3").on(handsOff());
    assertThat(story.last().commands())
        .filteredOn(StopGuardingServers.class::isInstance)
        .singleElement()
        .matches(stop -> ((StopGuardingServers) stop).handsOff());
    assertThat(story.last().commands()).noneMatch(GuardServers.class::isInstance);
    story.after(
        Duration.ofHours(1),
        later -> assertThat(later.last().commands()).as("nobody guards").isEmpty());
    story.on(
        handsOn(),
        later ->
            assertThat(later.last().commands())
                .filteredOn(GuardServers.class::isInstance)
                .hasSize(1));
  }

  /// For a minute its guard would still put back what comes late.
  @Test
  void endsTheGuardOfARolloutThatIsOver() {
    Story story = rollout(SERVICE).goesOn().on(handsOff());
    assertThat(story.last().commands())
        .filteredOn(StopGuardingServers.class::isInstance)
        .singleElement()
        .matches(stop -> ((StopGuardingServers) stop).handsOff());
  }

  @Test
  void watchesAnewAfterwardsSinceNobodyKnowsWhatThePersonChanged() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(
            handsOff(),
            sends("stop-watching", "stand-back"),
            waitsFor(ACT, "hands-on goes on with watch the SLIs"))
        .ignores(probe(1, FAIL), Decision.Ignored.NOT_AWAITED)
        .on(handsOn(), tells("rollout-resumed", "step-started analyse"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void holdsARollbackToo() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(FAIL), sends("stop-watching", "drain b2"))
        .on(handsOff(), sends("stand-back"), isIn(RolloutPhase.PAUSED))
        .then(waitsFor(ACT, "hands-on goes on with the rollback: drain b2"))
        .on(abort(), refuses("is being taken back already"))
        .after(Duration.ofHours(1), sends(), tells())
        .on(handsOn(), sends("drain b2"), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aRollbackKeepsWhatItWasBegunForAndTheRecordWhoLiftedTheHands() {
    Story story =
        rollout(SERVICE).until("watch 1-3").on(probe(FAIL), sends("stop-watching", "drain b2"));
    String reason = story.active().message();

    story.on(handsOff(), says("hands off: I am at it; the rollback's reason: " + reason));
    story.on(handsOn(), says(reason));
    assertThat(story.last().events().getFirst())
        .isInstanceOfSatisfying(
            RolloutEvent.RolloutResumed.class,
            resumed -> {
              assertThat(resumed.head().by()).isEqualTo("bob");
              assertThat(resumed.head().why()).startsWith("hands on");
            });

    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED).then(isTakenBackFor(reason));
  }

  @Test
  void whatWasAbortedMeanwhileIsTakenBackForThatReason() {
    rollout(SERVICE)
        .until("push b2")
        .on(handsOff())
        .on(abort())
        .on(handsOn(), says("it smells"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
        .then(isTakenBackFor("it smells"));
  }

  @Test
  void takesBackAfterwardsWhatWasAbortedMeanwhile() {
    rollout(SERVICE)
        .until("push b2")
        .on(handsOff())
        .on(
            abort(),
            sends(),
            tells("rollback-started", "rollout-paused"),
            waitsFor(ACT, "hands-on goes on with the rollback: drain b2"))
        .on(handsOn(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void looksButTouchesNothingWhenItIsSaidDuringPreflight() {
    Story story = rollout(SERVICE).on(handsOff(), tells("rollout-paused"));
    story
        .on(done("check-pool"))
        .on(done("inspect"))
        .on(done("check-slis"), sends(), tells("preflight-passed", "rollout-paused"))
        .on(handsOn(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void refusesWhatWouldTouchTheService() {
    rollout(SERVICE)
        .until("push b2")
        .on(release("v3"))
        .on(handsOff())
        .on(handsOff(), refuses("expected Serin to have its hands on api", "by bob: I am at it"))
        .on(resume(), sends(), refuses("serin hands-on api"))
        .on(promote(), sends(), refuses("serin hands-on api"))
        .on(release("v4"), sends(), refuses("serin hands-on api"))
        .on(handsOn(), sends("push b2"))
        .on(handsOn(), refuses("expected somebody to have said hands off"))
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void startsWhatWaitedOnlyAfterwards() {
    rollout(SERVICE)
        .on(release("v3"))
        .on(handsOff())
        .on(abort(), tells("rollback-started", "rollback-completed"))
        .then(story -> assertThat(story.ledger().active()).isNull())
        .then(story -> assertThat(story.state("v3").waitingFor()).isEqualTo(ACT))
        .on(handsOn(), tells("rollout-resumed", "rollout-started"))
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void answersOnTheStreamWhenNoRolloutIsActive() {
    Story.of(SERVICE)
        .on(handsOff(), sends(), tells("rollout-paused"))
        .on(release("v2"), refuses("serin hands-on api"))
        .on(handsOn(), sends(), tells("rollout-resumed"))
        .on(release("v3"), tells("rollout-started"));
  }

  @Test
  void leavesAPauseThatHadAnotherReason() {
    rollout(SERVICE)
        .until("push b2")
        .on(pause(), sends(), tells("rollout-paused"), isIn(RolloutPhase.PAUSED))
        .on(pause(), refuses("expected a rollout that goes forward"))
        .on(handsOff(), tells("rollout-paused"))
        .on(handsOn(), sends(), tells("rollout-paused"), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("push b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void pausesOnRequestAndKeepsTheReason() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(pause(), sends("stop-watching"), tells("rollout-paused"))
        .then(story -> {
          assertThat(story.told().getLast().head().by()).isEqualTo("bob");
          assertThat(story.told().getLast().head().why()).isEqualTo("lunch");
        })
        .on(resume(), tells("rollout-resumed", "step-started analyse"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }
}
