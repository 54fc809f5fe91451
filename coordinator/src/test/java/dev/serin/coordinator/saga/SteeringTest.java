package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.idOf;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.saga.Decision.Ignored;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Abort outranks everything (I7); promote and resume skip a wait, never a check.
class SteeringTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");

  @Test
  void endsAsRolledBackWhenAbortedBeforeAnyEffect() {
    rollout(SERVICE)
        .on(done("check-pool"))
        .on(abort(), sends(), tells("rollback-started", "rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
        .ignores(done("inspect"), Ignored.NOT_AWAITED)
        .then(story -> assertThat(story.state("v2").message()).isEqualTo("it smells"));
  }

  @ParameterizedTest
  @CsvSource({
    "drain b2, ready b2",
    "keep b2, ready b2",
    "push b2, drain b2",
    "restart b2, drain b2",
    "health b2, drain b2",
    "ready b2, drain b2",
    "serving b2, drain b2",
    "drain b1, ready b1",
    "keep b1, ready b1",
    "push b1, drain b1",
    "restart b1, drain b1",
    "health b1, drain b1",
    "ready b1, drain b1",
    "serving b1, drain b1",
  })
  void takesBackFromEveryStep(String inFlight, String first) {
    rollout(SERVICE)
        .until(inFlight)
        .on(abort(), sends(first), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void ignoresTheAnswerOfAPushThatWasInFlight() {
    rollout(SERVICE)
        .until("push b2")
        .on(abort(), sends("drain b2"))
        .ignores(done("push b2"), Ignored.NOT_AWAITED)
        .on(done("drain b2"), sends("restore b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void takesBackFromTheMiddleOfTheAnalysis() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(
            abort(),
            sends("stop-watching", "drain b2"),
            tells("rollback-started", "step-started undo-drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void saysThatARolloutIsBeingTakenBackAlready() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(FAIL))
        .on(abort(), sends(), refuses("is being taken back already"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void takesEverythingBackWhenAbortedWhileAPeerIsTakenBack() {
    rollout(with(withoutWindow(SERVICE), "{\"onPeerFailure\": \"rollback-peer\"}"))
        .until("health b1")
        .on(failsForGood("health b1"), sends("drain b1"))
        .on(abort(), sends(), tells("rollback-started"))
        .until("serving b1")
        .on(done("serving b1"), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void takesAReleaseOutOfTheQueue() {
    rollout(SERVICE)
        .on(release("v3"), tells("rollout-queued"))
        .on(release("v4"), tells("rollout-queued"))
        .on(abort(idOf("v3")), sends(), tells("rollback-completed"))
        .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
        .then(story ->
            assertThat(story.state("v4").waitingFor()).isEqualTo("the end of " + idOf("v2")))
        .goesOn()
        .endsIn("v2", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void refusesToSteerWhatIsNotThere() {
    Story.of(SERVICE)
        .on(abort(), refuses("expected an active rollout of api, found none"))
        .on(promote(), refuses("expected an active rollout of api, found none"))
        .on(resume(), refuses("expected an active rollout of api, found none"))
        .on(release("v2"))
        .on(abort("api-000000000000"), refuses("expected api-000000000000 to be active or queued"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .on(abort(idOf("v2")), refuses("to be active or queued, found none active"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"check-pool", "push b2", "drain b1"})
  void promotesNoStepThatIsACheckOrAnEffect(String inFlight) {
    Story story = rollout(SERVICE);
    if (!inFlight.equals("check-pool")) {
      story.until(inFlight);
    }
    story
        .on(promote(), sends(), refuses("expected a rollout that watches or is paused"))
        .on(resume(), sends(), refuses("expected a paused rollout"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void changesNothingWhenARequestIsRepeated() {
    Story.of(SERVICE)
        .on(release("v2"))
        .ignores(release("v2"), Ignored.KNOWN_REQUEST)
        .goesOn()
        .ignores(release("v2"), Ignored.KNOWN_REQUEST);
  }

  @Test
  void answersAGlobalFreeze() {
    Decision decision =
        Saga.decide(
            Ledger.empty("*"),
            new Input.Asked(
                new Request.FreezeRequested("4", "*", "bob", "", null), false, Story.NOON));
    assertThat(decision.events()).hasSize(1);
    assertThat(decision.events().getFirst().head().service()).isEqualTo("*");
  }

  @Test
  void queuesOneAfterTheOther() {
    rollout(SERVICE)
        .on(release("v3"), sends(), tells("rollout-queued"))
        .on(release("v4"), sends(), tells("rollout-queued"))
        .then(story -> {
          assertThat(story.state("v3").waitingFor()).isEqualTo("the end of " + idOf("v2"));
          assertThat(story.state("v4").waitingFor())
              .isEqualTo("the end of " + idOf("v2") + ", then of 1 release before it");
        })
        .until("serving b1")
        .on(
            done("serving b1"),
            sends("check-pool", "inspect", "check-slis"),
            tells("step-succeeded serving b1", "rollout-completed", "rollout-started"))
        .then(story ->
            assertThat(story.state("v4").waitingFor()).isEqualTo("the end of " + idOf("v3")))
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  /// The clock of a story stands still: all of it is in one second.
  @Test
  void whatContradictsItselfInOneSecondCountsInTheOrderInWhichItCame() {
    watching()
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .on(promote(), refuses("found it in phase ROLLING_BACK"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    watching()
        .on(promote(), sends("stop-watching", "drain b1"))
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    watching()
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .on(promote(), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    watching()
        .on(promote(), sends("stop-watching", "drain b1"))
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    watching()
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .on(retry(From.STEP), refuses("expected a rollout that stopped"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    watching()
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .on(retry(From.STEP), sends("watch 1-3"))
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .on(resume(), refuses("expected a paused rollout"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    watching()
        .on(release("v3", IfBusy.SUPERSEDE), isIn(RolloutPhase.ROLLING_BACK))
        .on(abort(), refuses("is being taken back already"))
        .on(promote(), refuses("found it in phase ROLLING_BACK"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  private static Story watching() {
    return rollout(SERVICE).until("watch 1-3");
  }

  @Test
  void letsTheLatestReplaceWhatWaits() {
    rollout(SERVICE)
        .on(release("v3"))
        .on(release("v4", IfBusy.LATEST), sends(), tells("rollback-completed", "rollout-queued"))
        .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .goesOn()
        .endsIn("v2", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void refusesWhoeverDoesNotWantToWait() {
    rollout(SERVICE)
        .on(release("v3", IfBusy.REJECT), sends(), refuses(idOf("v2"), "of v2"))
        .endsIn("v3", RolloutPhase.REJECTED, Outcome.REJECTED);
  }

  @Test
  void supersedesBeforeAnyEffect() {
    rollout(SERVICE)
        .on(
            release("v3", IfBusy.SUPERSEDE),
            sends("check-pool", "inspect", "check-slis"),
            tells("rollout-queued", "rollback-started", "rollback-completed", "rollout-started"))
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void supersedesInTheMiddleAndReplacesWhatWaits() {
    rollout(SERVICE)
        .on(release("v3"))
        .until("watch 1-3")
        .on(
            release("v4", IfBusy.SUPERSEDE),
            sends("stop-watching", "drain b2"),
            tells(
                "rollback-completed",
                "rollout-queued",
                "rollback-started",
                "step-started undo-drain b2"))
        .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .until("serving b2")
        .on(done("serving b2"), sends("check-pool", "inspect", "check-slis"))
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .goesOn()
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void waitsForARollbackThatIsUnderWayWhenItSupersedes() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(FAIL))
        .on(release("v3", IfBusy.SUPERSEDE), sends(), tells("rollout-queued"))
        .goesOn()
        .endsIn("v2", RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void letsTenWait() {
    Story story = rollout(SERVICE);
    for (int waiting = 0; waiting < Requests.LONGEST_QUEUE; waiting++) {
      story.on(release("w" + waiting), tells("rollout-queued"));
    }
    story
        .on(release("v3"), sends(), refuses("expected at most 10 releases to wait"))
        .endsIn("v3", RolloutPhase.REJECTED, Outcome.REJECTED)
        .on(abort(idOf("w0")))
        .on(release("v4"), tells("rollout-queued"));
  }
}
