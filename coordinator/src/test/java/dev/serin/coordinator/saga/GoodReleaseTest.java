package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoodReleaseTest {
  @Test
  void goesFromTheCanaryOverTheWindowToThePeer() {
    Story.of(canaryThenPeers("b2", "b1"))
        .on(release("v2"), sends("check-pool", "inspect", "check-slis"), tells("rollout-started"))
        .then(waitsFor("the checks of haproxy-agent, incus-agent, sli-watcher", "drain b2"))
        .on(done("check-pool"), sends(), tells())
        .on(done("check-slis"), sends(), tells())
        .on(done("inspect"), sends("drain b2"), tells("preflight-passed", "step-started drain b2"))
        .then(waitsFor("drain b2", "keep the binary of b2"))
        .on(
            done("drain b2"),
            sends("keep b2"),
            tells("step-succeeded drain b2", "traffic-shifted", "step-started keep b2"))
        .on(done("keep b2"), sends("push b2"))
        .on(done("push b2"), sends("restart b2"))
        .on(done("restart b2"), sends("health b2"))
        .on(done("health b2"), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(
            done("serving b2"),
            sends("watch 1-3"),
            tells("step-succeeded serving b2", "step-started analyse"),
            isIn(RolloutPhase.ANALYSING))
        .then(
            waitsFor(
                "probe 1, 0 of 3 are green; all of them take until 2026-11-20T12:01:40Z",
                "drain b1"))
        .on(probe(PASS), sends(), tells("sli-probed PASS"))
        .on(probe(PASS), sends(), tells("sli-probed PASS"))
        .on(
            probe(PASS),
            sends("stop-watching", "drain b1"),
            tells("sli-probed PASS", "step-succeeded analyse", "step-started drain b1"))
        .until("serving b1")
        .then(waitsFor("check b1 through the load balancer", "completed"))
        .on(done("serving b1"), sends(), tells("step-succeeded serving b1", "rollout-completed"))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> {
          RolloutState state = story.state("v2");
          assertThat(state.steps()).allMatch(step -> step.status() == StepStatus.SUCCEEDED);
          assertThat(state.nodes()).allMatch(node -> "v2".equals(node.version()));
          assertThat(story.ledger().lastKnownGood())
              .isEqualTo(
                  new Ledger.KnownGood(
                      "v2",
                      Story.releaseOf("v2", IfBusy.QUEUE).artifact(),
                      Story.idOf("v2"),
                      "canary-then-peers"));
        });
  }

  @Test
  void goesOnAtOnceWithoutAWindow() {
    rollout(withoutWindow(canaryThenPeers("b2", "b1")))
        .then(story -> assertThat(story.last().commands()).hasSize(2))
        .until("serving b2")
        .on(done("serving b2"), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void updatesEveryCanaryBeforeItWatches() {
    rollout(canariesThenPeers(List.of("b1", "b3"), List.of("b2")))
        .until("drain b1")
        .until("serving b1")
        .on(done("serving b1"), sends("drain b3"))
        .until("watch 1-3")
        .until("drain b2")
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void neverSpeaksOfLoadBalancersToAWorkerWithoutAPool() {
    rollout(with(canaryThenPeers("w1", "w2"), "{\"pool\": null, \"loadBalancers\": null}"))
        .then(story ->
            assertThat(story.last().commands().stream().map(Words::of))
                .containsExactly("inspect", "check-slis"))
        .until("keep w1")
        .until("health w1")
        .on(done("health w1"), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story ->
            assertThat(story.state("v2").nodes()).allMatch(node -> node.inRotation() == null));
  }

  @Test
  void callsAWellKnownDigestByItsVersion() {
    rollout(withoutWindow(canaryThenPeers("b2", "b1")))
        .goesOn()
        .on(release("v3"))
        .until("drain b2")
        .then(story ->
            assertThat(story.state("v3").nodes()).allMatch(node -> "v2".equals(node.version())));
  }

  @Test
  void leavesANodeInMaintenanceWhereItWas() {
    Story.of(withoutWindow(canaryThenPeers("b2", "b1")))
        .then(story -> story.world().set("b1", AdminState.MAINT, 100))
        .on(release("v2"))
        .until("ready b1")
        .on(done("ready b1"), sends())
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> assertThat(story.world().node("b1").state()).isEqualTo(AdminState.MAINT));
  }

  @Test
  void tellsThatTheStoreHasNotTakenWhatWasPushed() {
    Story story =
        rollout(withoutWindow(canaryThenPeers("b2", "b1")))
            .until("push b2")
            .on(
                it -> {
                  var pushed =
                      (IncusEvent.ArtifactPushed) it.world().obey(it.newest("push b2"), it.now());
                  return new Input.Answered(
                      new IncusEvent.ArtifactPushed(
                          pushed.head(),
                          pushed.sha256(),
                          pushed.sizeBytes(),
                          pushed.unchanged(),
                          pushed.files(),
                          List.of("the store has not taken it")),
                      it.now());
                },
                sends("restart b2"));

    assertThat(story.state("v2").steps())
        .filteredOn(step -> step.name().equals("push") && "b2".equals(step.node()))
        .singleElement()
        .satisfies(step ->
            assertThat(step.detail()).endsWith("installed; warning: the store has not taken it"));
  }
}
