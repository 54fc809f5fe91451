package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.incus.IncusCommand.RestoreBinary;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.saga.Decision.Ignored;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailingStepTest {
  private static final ServiceDefinition SERVICE = withoutWindow(canaryThenPeers("b2", "b1"));

  private static ServiceDefinition onPeerFailure(String what) {
    return with(SERVICE, "{\"onPeerFailure\": \"" + what + "\"}");
  }

  @Test
  void rollsBackWhenTheCanaryIsUnhealthyBeforeItGetsTraffic() {
    rollout(SERVICE)
        .until("health b2")
        .on(
            failsForGood("health b2"),
            sends("drain b2"),
            tells("step-failed health b2", "rollback-started", "step-started undo-drain b2"))
        .on(done("drain b2"), sends("restore b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED)
        .then(story -> {
          RolloutState state = story.state("v2");
          assertThat(state.message()).startsWith("health of b2 failed: expected that it works");
          assertThat(state.steps())
              .filteredOn(step -> "b2".equals(step.node()) && !step.name().startsWith("undo"))
              .extracting(step -> step.name() + " " + step.status())
              .containsExactly(
                  "drain UNDONE",
                  "keep UNDONE",
                  "push UNDONE",
                  "restart UNDONE",
                  "health FAILED",
                  "ready SKIPPED",
                  "serving SKIPPED");
        });
  }

  @Test
  void putsBackWhatWasOnlyDrained() {
    rollout(SERVICE)
        .until("keep b2")
        .on(failsForGood("keep b2"), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(done("serving b2"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void restoresAfterAPushThatFailedSinceItMayHaveLeftAnything() {
    rollout(SERVICE)
        .until("push b2")
        .on(failsForGood("push b2"), sends("drain b2"))
        .on(done("drain b2"), sends("restore b2"))
        .then(story ->
            assertThat(((RestoreBinary) story.newest("restore b2")).sha256())
                .isEqualTo(World.sha("v1")))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void drainsByForceInARollback() {
    rollout(SERVICE)
        .until("drain b2")
        .then(story -> {
          DrainServer drain = (DrainServer) story.newest("drain b2");
          assertThat(drain.onTimeout()).isEqualTo(HaproxyCommand.OnTimeout.FAIL);
          assertThat(drain.purpose()).isEqualTo(HaproxyCommand.Purpose.FORWARD);
          assertThat(drain.peers())
              .extracting(HaproxyCommand.PoolServer::node)
              .containsExactly("b1");
        })
        .until("health b2")
        .on(failsForGood("health b2"), sends("drain b2"))
        .then(story -> {
          DrainServer drain = (DrainServer) story.newest("drain b2");
          assertThat(drain.onTimeout()).isEqualTo(HaproxyCommand.OnTimeout.FORCE);
          assertThat(drain.purpose()).isEqualTo(HaproxyCommand.Purpose.ROLLBACK);
        });
  }

  @Test
  void triesAgainWhereThatMayHelpAndTellsWhy() {
    rollout(SERVICE)
        .until("push b2")
        .on(fails("push b2"), sends(), tells("step-failed push b2"), isIn(RolloutPhase.ROLLING))
        .then(
            waitsFor(
                "push the artifact to b2, attempt 2 (expected an answer, found connection refused;"
                    + " start it)",
                "restart b2"))
        .after(Duration.ofMillis(999), sends())
        .after(Duration.ofMillis(1_001), sends("push b2"))
        .on(fails("push b2"), sends())
        .after(Duration.ofMillis(1_999), sends())
        .after(Duration.ofMillis(2_001), sends("push b2"))
        .on(fails("push b2"), sends("drain b2"), isIn(RolloutPhase.ROLLING_BACK))
        .then(story ->
            assertThat(story.told())
                .filteredOn(RolloutEvent.StepFailed.class::isInstance)
                .extracting(event -> ((RolloutEvent.StepFailed) event).isFinal())
                .containsExactly(false, false, true));
  }

  @Test
  void ignoresTheLateAnswerToAnAttemptThatIsOver() {
    rollout(SERVICE)
        .until("push b2")
        .then(story -> {
          var first = story.newest("push b2");
          story
              .on(fails("push b2"))
              .ignores(
                  it -> Acts.answered(it, it.world().obey(first, it.now())), Ignored.NOT_AWAITED)
              .after(Duration.ofSeconds(2), sends("push b2"))
              .ignores(
                  it -> Acts.answered(it, it.world().obey(first, it.now())), Ignored.NOT_AWAITED)
              .on(done("push b2"), sends("restart b2"))
              .ignores(done("push b2"), Ignored.NOT_AWAITED);
        });
  }

  @Test
  void takesTheNewestCanaryBackFirst() {
    rollout(canariesThenPeers(List.of("b1", "b2"), List.of("b3")))
        .until("watch 1-3")
        .on(probe(FAIL), sends("stop-watching", "drain b2"))
        .until("serving b2")
        .on(done("serving b2"), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void haltsAtAPeerAndNamesIt() {
    rollout(onPeerFailure("halt"))
        .until("health b1")
        .on(failsForGood("health b1"), sends(), tells("step-failed health b1", "rollout-halted"))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED)
        .then(story -> {
          RolloutState state = story.state("v2");
          assertThat(state.message())
              .contains("health of b1 failed", "b1 is left with sha256:", "out of rotation");
          assertThat(state.problems()).hasSize(1);
          assertThat(state.nodes())
              .extracting(node -> node.name() + " " + node.version() + " " + node.inRotation())
              .containsExactlyInAnyOrder("b2 v2 true", "b1 v2 false");
        });
  }

  @Test
  void putsAPeerBackThatWasNotTouchedYetAndHalts() {
    rollout(onPeerFailure("halt"))
        .until("keep b1")
        .on(failsForGood("keep b1"), sends("ready b1"))
        .goesOn()
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED)
        .then(story -> {
          assertThat(story.world().node("b1").isIn()).isTrue();
          assertThat(story.ledger().leftOut()).isEmpty();
          assertThat(story.state("v2").message()).contains("the others keep v2");
        });
  }

  @Test
  void takesOnlyThePeerBackWhereTheServiceSaysSo() {
    rollout(onPeerFailure("rollback-peer"))
        .until("health b1")
        .on(failsForGood("health b1"), sends("drain b1"), isIn(RolloutPhase.ROLLING_BACK))
        .then(waitsFor("rollback: drain b1", "restore the binary of b1"))
        .until("serving b1")
        .then(waitsFor("rollback: check b1 through the load balancer", "halted"))
        .on(done("serving b1"), sends(), tells("step-succeeded undo-serving b1", "rollout-halted"))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED)
        .then(story -> {
          assertThat(story.world().node("b1").digest()).isEqualTo(World.sha("v1"));
          assertThat(story.world().node("b2").digest()).isEqualTo(World.sha("v2"));
          assertThat(story.ledger().leftOut()).isEmpty();
          assertThat(story.state("v2").steps())
              .filteredOn(step -> "b1".equals(step.node()) && step.name().equals("push"))
              .allMatch(step -> step.status() == StepStatus.UNDONE);
        });
  }

  @Test
  void takesEverythingBackWhereTheServiceSaysSo() {
    rollout(onPeerFailure("rollback-all"))
        .until("health b1")
        .on(failsForGood("health b1"), sends("drain b1"))
        .until("serving b1")
        .on(done("serving b1"), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void leavesANodeThatCannotBeTakenBackAndTakesTheOthersBack() {
    Story story =
        rollout(onPeerFailure("rollback-all"))
            .until("health b1")
            .on(failsForGood("health b1"))
            .on(done("drain b1"), sends("restore b1"));
    for (int attempt = 1; attempt < 5; attempt++) {
      story
          .on(failsForGood("restore b1"), sends(), tells("step-failed undo-restore b1"))
          .after(Duration.ofSeconds(2L * attempt), sends("restore b1"));
    }
    story
        .on(failsForGood("restore b1"), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.FAILED)
        .then(it -> {
          RolloutState state = it.state("v2");
          assertThat(state.message())
              .contains(
                  "b1 is left with sha256:" + World.sha("v2").substring(0, 12),
                  "out of rotation",
                  "health of b1 failed",
                  "restore failed 5 times",
                  "put sha256:" + World.sha("v1").substring(0, 12) + " back by hand",
                  "release again, which takes b1 first");
          assertThat(it.ledger().leftOut()).containsOnlyKeys("b1");
          assertThat(it.world().node("b2").digest()).isEqualTo(World.sha("v1"));
          assertThat(it.world().node("b2").isIn()).isTrue();
        });
  }

  @Test
  void restoresABadBinaryEvenWhereTheDrainFailsForGood() {
    Story story = rollout(canaryThenPeers("b2", "b1")).until("watch 1-3").on(probe(FAIL));
    for (int attempt = 1; attempt < 5; attempt++) {
      story.on(failsForGood("drain b2")).after(Duration.ofSeconds(2L * attempt), sends("drain b2"));
    }
    story
        .on(failsForGood("drain b2"), sends("restore b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void installsTheArtifactThatTheReleaseNamesForARollback() {
    var release = Story.releaseOf("v2", dev.serin.contracts.request.Request.IfBusy.QUEUE);
    var named = new dev.serin.contracts.request.Artifact("file:/artifacts/v0", World.sha("v0"));
    Story.of(SERVICE)
        .on(
            Acts.asked(
                new dev.serin.contracts.request.Request.ReleaseRequested(
                    release.requestId(),
                    release.service(),
                    release.requestedBy(),
                    release.reason(),
                    release.version(),
                    release.artifact(),
                    named,
                    null,
                    null,
                    List.of(),
                    false,
                    release.ifBusy(),
                    java.util.Map.of())))
        .until("push b2")
        .on(failsForGood("push b2"))
        .on(done("drain b2"), sends("restore b2"))
        .then(story -> {
          RestoreBinary restore = (RestoreBinary) story.newest("restore b2");
          assertThat(restore.sha256()).isEqualTo(World.sha("v0"));
          assertThat(restore.source()).isEqualTo(named);
        });
  }
}
