package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.sendsNothing;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Acts.withOverrides;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several nodes at once: what a batch waits for, what remains in rotation, and what becomes of the
/// others when one of them fails.
class BatchesTest {
  private static final ServiceDefinition FIVE =
      with(
          withoutWindow(canaryThenPeers("b2", "b1", "b3", "b4", "b5")),
          "{\"batch\": 2, \"minAvailable\": 3}");

  private static final ServiceDefinition FOUR =
      withoutWindow(canaryThenPeers("b2", "b1", "b3", "b4"));

  @Test
  void refusesABatchThatWouldLeaveTooFewBeforeAnythingIsTouched() {
    Story story = Story.of(FIVE);
    story.world().set("b5", AdminState.MAINT, 100);
    story
        .on(Story.release("v2"))
        .goesOn()
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(it ->
            assertThat(it.state("v2").message())
                .contains(
                    "expected 3 or more nodes in rotation when b1 and b3 leave together, found 2"));
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  @Test
  void countsOnlyThoseOfABatchWhoTakeRequests() {
    Story story =
        Story.of(
            with(
                withoutWindow(canaryThenPeers("b2", "b1", "b3")),
                """
                {"batch": 2, "minAvailable": 1}
                """));
    story.world().set("b3", AdminState.MAINT, 100);
    story.on(Story.release("v2")).goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  /// The first batch, both of which are at this step.
  private static Story at(String step) {
    return rollout(FIVE).until(step + " b1");
  }

  private static void runs(Story story, String version, String... nodes) {
    for (String node : nodes) {
      assertThat(story.world().node(node))
          .as(node)
          .isEqualTo(new World.Node(World.sha(version), AdminState.READY, 100));
    }
  }

  @Test
  void updatesThePeersTwoAtATime() {
    Story story =
        rollout(FIVE)
            .until("serving b2")
            .on(done("serving b2"), sends("drain b1", "drain b3"))
            .on(done("drain b3"), sendsNothing())
            .on(done("drain b1"), sends("keep b1", "keep b3"))
            .until("serving b3")
            .on(done("serving b1"), sendsNothing())
            .on(done("serving b3"), sends("drain b4", "drain b5"))
            .goesOn()
            .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    runs(story, "v2", "b1", "b2", "b3", "b4", "b5");
  }

  @Test
  void theRescueSheetNamesAllThatAreUnderWay() {
    assertThat(at("push").sheet())
        .contains("at step: push b1, b3.")
        .contains("echo 'b1: push'", "echo 'b3: push'");
  }

  @Test
  void countsNobodyOfTheBatchAmongWhoRemains() {
    Story story = at("drain");
    for (String node : List.of("b1", "b3")) {
      DrainServer drain = (DrainServer) story.newest("drain " + node);
      assertThat(drain.peers()).extracting(PoolServer::node).containsExactly("b2", "b4", "b5");
      assertThat(drain.minAvailable()).isEqualTo(3);
    }
  }

  @Test
  void saysWhatEachOfThemWaitsFor() {
    at("restart")
        .then(waitsFor("restart b1, b3", "health check of b1, b3"))
        .on(done("restart b1"))
        .then(waitsFor("restart b3", "health check of b1, b3"))
        .on(fails("restart b3"))
        .then(story ->
            assertThat(View.active(story.ledger(), story.active(), story.now()).waitingFor())
                .startsWith("restart b3; b3, attempt 2 ("));
  }

  @Test
  void triesOneAgainWhileTheOtherGoesOn() {
    at("push")
        .on(fails("push b1"), sendsNothing())
        .on(done("push b3"), sendsNothing())
        .after(Duration.ofSeconds(2), sends("push b1"))
        .on(done("push b1"), sends("restart b1", "restart b3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void leavesTheOneThatFailedAndTakesTheOthersOfItsBatchBack() {
    Story story =
        at("health")
            .on(failsForGood("health b1"), sendsNothing(), isIn(RolloutPhase.ROLLING))
            .on(done("health b3"), sends("drain b3"), isIn(RolloutPhase.ROLLING_BACK))
            .goesOn()
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    runs(story, "v1", "b3", "b4", "b5");
    runs(story, "v2", "b2");
    assertThat(story.world().node("b1").isIn()).isFalse();
    assertThat(story.state("v2").problems()).hasSize(1).allMatch(it -> it.contains("b1 is left"));
    assertThat(story.ledger().leftOut()).containsOnlyKeys("b1");
  }

  @Test
  void leavesAllThatFailed() {
    Story story =
        at("health")
            .on(failsForGood("health b1"))
            .on(failsForGood("health b3"), sendsNothing())
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    assertThat(story.ledger().leftOut()).containsOnlyKeys("b1", "b3");
    assertThat(story.state("v2").problems()).hasSize(2);
  }

  @Test
  void putsABatchBackOfWhichOneCouldNotLeave() {
    Story story =
        at("drain")
            .on(failsForGood("drain b1"), sendsNothing())
            .on(done("drain b3"), sends("ready b3", "ready b1"))
            .goesOn()
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    runs(story, "v1", "b1", "b3");
    assertThat(story.state("v2").message()).contains("b1, b3 run what ran there before");
  }

  @Test
  void takesTheWholeBatchBackWhereThePeerIsTakenBack() {
    ServiceDefinition service = with(FIVE, "{\"onPeerFailure\": \"rollback-peer\"}");
    Story story =
        rollout(service)
            .until("health b1")
            .on(failsForGood("health b3"))
            .on(done("health b1"), sends("drain b3", "drain b1"))
            .goesOn()
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    runs(story, "v1", "b1", "b3");
    runs(story, "v2", "b2");
  }

  @Test
  void takesBackWhomItHadLeftWhereSomebodyAborts() {
    Story story =
        at("health")
            .on(failsForGood("health b1"))
            .on(done("health b3"), sends("drain b3"))
            .on(abort())
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    runs(story, "v1", "b1", "b2", "b3", "b4", "b5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain", "keep", "push", "restart", "health", "ready", "serving"})
  void takesEverythingBackFromTheMiddleOfEachStep(String step) {
    Story story =
        at(step)
            .on(done(step + " b3"))
            .on(abort())
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    runs(story, "v1", "b1", "b2", "b3", "b4", "b5");
  }

  @Test
  void takesABatchBackAtOnceNewestFirst() {
    rollout(FIVE)
        .until("serving b5")
        .on(abort(), sends("drain b5", "drain b4"))
        .until("serving b5")
        .until("drain b1")
        .then(
            story -> assertThat(story.last().commands()).extracting(Words::of).contains("drain b3"))
        .until("drain b2")
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void takesABatchBackOneByOneWhereTheNodesBeforeItCouldNotCome() {
    rollout(with(FIVE, "{\"rollback\": {\"waitForPeers\": \"0s\"}}"))
        .until("serving b5")
        .on(abort())
        .until("restore b5")
        .on(failsForGood("restore b5"))
        .after(Duration.ofSeconds(2))
        .on(failsForGood("restore b5"))
        .after(Duration.ofSeconds(4))
        .on(failsForGood("restore b5"))
        .after(Duration.ofSeconds(6))
        .on(failsForGood("restore b5"))
        .after(Duration.ofSeconds(8))
        .on(failsForGood("restore b5"))
        .until("drain b3")
        .then(story ->
            assertThat(story.active().pending())
                .as("b5 is out, and b2 and b4 are not enough")
                .hasSize(1))
        .until("serving b3")
        .until("drain b1")
        .goesOn()
        .endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.ABORTED);
  }

  @Test
  void goesOnAfterAPauseWithWhoHadNotEnded() {
    at("restart")
        .on(done("restart b1"))
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("restart b3"))
        .on(done("restart b3"), sends("health b1", "health b3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void goesOnAfterHandsOffWithWhoHadNotEnded() {
    at("restart")
        .on(done("restart b3"))
        .on(handsOff(), isIn(RolloutPhase.PAUSED))
        .on(handsOn(), sends("restart b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void goesOnWithARollbackAfterHandsOffWithWhoHadNotEnded() {
    at("health")
        .on(abort(), sends("drain b3", "drain b1"))
        .on(done("drain b3"))
        .on(handsOff(), isIn(RolloutPhase.PAUSED))
        .on(handsOn(), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void oneThatNeverAnswersFailsWhileTheOthersAreAwaited() {
    at("keep")
        .on(done("keep b3"), sendsNothing())
        .after(Duration.ofMinutes(4))
        .goesOn()
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void updatesEveryNodeAtOnceWithItsHealthChecks() {
    Story story = rollout(with(FOUR, "{\"strategy\": \"AllAtOnce\"}"));
    assertThat(((RolloutStarted) story.told().getFirst()).plan().minAvailable()).isZero();
    story
        .until("drain b2")
        .then(sends("drain b2", "drain b1", "drain b3", "drain b4"))
        .until("health b2")
        .then(sends("health b2", "health b1", "health b3", "health b4"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    runs(story, "v2", "b1", "b2", "b3", "b4");
    assertThat(story.sent()).noneMatch(it -> Words.of(it).equals("check-slis"));
  }

  @Test
  void goesBackToAnEarlierReleaseInTheBatchesThatTheReleaseCameIn() {
    Story story =
        rollout(with(FOUR, "{\"strategy\": \"AllAtOnce\"}"))
            .goesOn()
            .on(Acts.takeBack())
            .until("drain b2")
            .then(sends("drain b2", "drain b1", "drain b3", "drain b4"))
            .goesOn();
    runs(story, "v1", "b1", "b2", "b3", "b4");
  }

  private static Story.Act releaseBy(String strategy) {
    Request.ReleaseRequested it = Story.releaseOf("v2", Request.IfBusy.QUEUE);
    return Acts.asked(
        new Request.ReleaseRequested(
            it.requestId(),
            it.service(),
            it.requestedBy(),
            it.reason(),
            it.version(),
            it.artifact(),
            null,
            strategy,
            null,
            List.of(),
            false,
            it.ifBusy(),
            it.labels()));
  }

  @Test
  void goesBackInThemWhereOnlyTheReleaseAskedForThemToo() {
    Story story =
        Story.of(FOUR)
            .on(releaseBy("HalfAtATime"))
            .goesOn()
            .on(Acts.takeBack())
            .until("drain b2")
            .then(sends("drain b2", "drain b1"))
            .goesOn();
    runs(story, "v1", "b1", "b2", "b3", "b4");
  }

  /// What is taken back is not what ended last.
  @Test
  void goesBackInThemWhereAnotherReleaseWasTakenBackMeanwhile() {
    Story story =
        Story.of(FOUR)
            .on(releaseBy("HalfAtATime"))
            .goesOn()
            .on(Story.release("v3"))
            .until("keep b2")
            .on(Acts.abort())
            .goesOn()
            .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
            .on(Acts.takeBack())
            .until("drain b2")
            .then(sends("drain b2", "drain b1"))
            .goesOn();
    runs(story, "v1", "b1", "b2", "b3", "b4");
  }

  @Test
  void goesBackInThemWhereTheServiceHasAnotherStrategyByNow() {
    Story story =
        Story.of(with(FOUR, "{\"strategy\": \"HalfAtATime\"}"))
            .on(Story.release("v2"))
            .goesOn()
            .on(Acts.defined(FOUR))
            .on(Acts.takeBack())
            .until("drain b2")
            .then(sends("drain b2", "drain b1"))
            .goesOn();
    runs(story, "v1", "b1", "b2", "b3", "b4");
  }

  @Test
  void goesBackOneByOneWhereTheServiceNoLongerLetsSoManyLeave() {
    Story story =
        Story.of(FOUR)
            .on(releaseBy("HalfAtATime"))
            .goesOn()
            .on(Acts.defined(with(FOUR, "{\"minAvailable\": 3}")))
            .on(Acts.takeBack())
            .until("drain b2")
            .then(sends("drain b2"))
            .goesOn();
    runs(story, "v1", "b1", "b2", "b3", "b4");
  }

  @Test
  void takesEveryNodeBackAtOnceWhereTheCanaryIsIll() {
    Story story =
        rollout(with(FOUR, "{\"strategy\": \"AllAtOnce\"}"))
            .until("health b2")
            .on(failsForGood("health b2"))
            .on(done("health b1"))
            .on(done("health b3"))
            .on(done("health b4"), sends("drain b4", "drain b3", "drain b1", "drain b2"))
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    runs(story, "v1", "b1", "b2", "b3", "b4");
  }

  @Test
  void updatesOneHalfAfterTheOther() {
    Story story = rollout(with(FOUR, "{\"strategy\": \"CodeDeployDefault.HalfAtATime\"}"));
    assertThat(((RolloutStarted) story.told().getFirst()).plan().minAvailable()).isEqualTo(2);
    story
        .until("drain b2")
        .then(sends("drain b2", "drain b1"))
        .until("serving b1")
        .on(done("serving b2"), sendsNothing())
        .on(done("serving b1"), sends("drain b3", "drain b4"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void refusesABatchThatBreaksTheMinimum() {
    Story.of(FIVE)
        .on(
            asked(withOverrides("{\"batch\": 3}")),
            refuses(
                "batch: expected at most 2, so that 3 of 5 nodes (minAvailable) stay in rotation,"
                    + " found 3; with minAvailable: 2 it would do"));
  }

  @Test
  void takesALargerBatchWhereTheReleaseLowersTheMinimum() {
    Story.of(FIVE)
        .on(asked(withOverrides("{\"batch\": \"80%\", \"minAvailable\": 1}")))
        .until("drain b1")
        .then(sends("drain b1", "drain b3", "drain b4", "drain b5"));
  }
}
