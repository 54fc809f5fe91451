package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.HookVerdict.PASS;
import static dev.serin.contracts.sli.HookVerdict.SILENT;
import static dev.serin.contracts.sli.HookVerdict.VETO;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.promoteFully;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.HookCall;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand.CallHook;
import dev.serin.contracts.sli.SliCommand.CheckSlis;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who is asked may say no before anything is touched and before a promotion; who is told can't.
class HooksTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final ServiceDefinition PREFLIGHT = hooked("gate", "preflight", "");
  private static final ServiceDefinition PROMOTION = hooked("board", "before-promotion", "");
  private static final ServiceDefinition PAUSES =
      hooked("board", "before-promotion", ", \"onVeto\": \"pause\"");
  private static final ServiceDefinition ROLLBACK = hooked("pager", "after-rollback", "");
  private static final ServiceDefinition END = hooked("notes", "end", "");
  private static final String LENIENT = ", \"onSilence\": \"pass\"";

  private static ServiceDefinition hooked(String name, String at, String more) {
    return hooked(SERVICE, name, at, more);
  }

  private static ServiceDefinition hooked(
      ServiceDefinition service, String name, String at, String more) {
    return with(
        service,
        """
        {"hooks": [{"name": "%s", "at": "%s", "url": "http://h.example/", "secret": "key"%s}]}
        """
            .formatted(name, at, more));
  }

  private static Story.Act says(String hook, HookVerdict verdict, String reason) {
    return story ->
        Acts.answered(
            story,
            new HookAnswered(
                story.newest("call-hook " + hook).head().answered(story.now()),
                hook,
                verdict,
                reason,
                verdict == SILENT ? 3 : 1,
                Duration.ofMillis(40)));
  }

  private static Story.Act says(String hook, HookVerdict verdict) {
    return says(hook, verdict, verdict == PASS ? "" : "because of the sale");
  }

  private static CallHook call(Story story, String hook) {
    return (CallHook) story.newest("call-hook " + hook);
  }

  private static StepView step(RolloutState state) {
    return state.steps().stream()
        .filter(it -> it.name().endsWith("hook"))
        .findFirst()
        .orElseThrow();
  }

  private static RolloutState now(Story story) {
    return View.active(story.ledger(), story.active(), story.now());
  }

  // Preflight.

  @Test
  void isAskedWithTheOtherChecks() {
    Story story =
        Story.of(PREFLIGHT)
            .on(Story.release("v2"), sends("check-pool", "inspect", "check-slis", "call-hook gate"))
            .then(
                waitsFor(
                    "the checks of haproxy-agent, incus-agent, sli-watcher, hook gate",
                    "drain b2"));
    HookCall said = call(story, "gate").call();
    assertThat(said.at()).isEqualTo(Hook.At.PREFLIGHT);
    assertThat(said.phase()).isEqualTo(RolloutPhase.PREFLIGHT);
    assertThat(said.requestedBy()).isEqualTo("alice");
    assertThat(said.version()).isEqualTo("v2");
    assertThat(call(story, "gate").hook().secret()).as("a name only").isEqualTo("key");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aVetoAtPreflightIsAProblemAmongTheOthers() {
    rollout(PREFLIGHT)
        .on(says("gate", VETO), sends())
        .on(done("check-pool"), sends())
        .on(done("inspect"), sends())
        .on(done("check-slis"), tells("preflight-failed", "rollout-rejected"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story ->
            assertThat(story.state("v2").problems())
                .containsExactly("hook gate vetoes it: because of the sale"));
  }

  @Test
  void silenceAtPreflightIsAProblemOrAWarningAsItsPolicySays() {
    rollout(PREFLIGHT)
        .on(says("gate", SILENT))
        .goesOn()
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story ->
            assertThat(story.state("v2").message())
                .contains("an answer of hook gate", "3 attempts", "because of the sale"));
    rollout(hooked("gate", "preflight", LENIENT))
        .on(says("gate", SILENT))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story ->
            assertThat(story.told())
                .filteredOn(RolloutEvent.PreflightPassed.class::isInstance)
                .singleElement()
                .satisfies(event ->
                    assertThat(((RolloutEvent.PreflightPassed) event).warnings())
                        .singleElement()
                        .asString()
                        .contains("hook gate")));
  }

  @Test
  void aWatcherThatIsAwayIsSilenceToo() {
    ServiceDefinition unwatched = hooked(withoutWindow(SERVICE), "gate", "preflight", LENIENT);
    rollout(unwatched)
        .on(done("check-pool"))
        .on(done("inspect"))
        .after(Deadlines.preflight(unwatched).minusMillis(1), isIn(RolloutPhase.PREFLIGHT))
        .after(Duration.ofMillis(1), sends("drain b2"), isIn(RolloutPhase.ROLLING));
    ServiceDefinition strict = hooked(withoutWindow(SERVICE), "gate", "preflight", "");
    rollout(strict)
        .on(done("check-pool"))
        .on(done("inspect"))
        .after(Deadlines.preflight(strict))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
  }

  @Test
  void preflightLastsAsLongAsItsSlowestHookMay() {
    assertThat(Deadlines.preflight(SERVICE)).isEqualTo(Deadlines.PREFLIGHT);
    assertThat(Deadlines.preflight(hooked("gate", "preflight", ", \"timeout\": \"60s\"")))
        .isEqualTo(Duration.ofSeconds(3 * 60 + 1 + 2).plus(Deadlines.SLACK));
  }

  @Test
  void itsSecretIsLookedForBeforehandWhereItsSilenceWouldStopTheRollout() {
    Story story =
        rollout(withoutWindow(PROMOTION)).then(sends("check-pool", "inspect", "check-slis"));
    CheckSlis check = (CheckSlis) story.newest("check-slis");
    assertThat(check.hooks()).extracting(Hook::name).containsExactly("board");
    assertThat(check.slis()).as("nothing is watched").isEmpty();
    rollout(hooked(withoutWindow(SERVICE), "board", "before-promotion", LENIENT))
        .then(sends("check-pool", "inspect"));
    rollout(withoutWindow(ROLLBACK)).then(sends("check-pool", "inspect"));
  }

  // Before a promotion.

  @Test
  void isAskedBetweenTheHalvesWhereNoCanaryComesFirst() {
    ServiceDefinition halves =
        with(
            hooked(canaryThenPeers("b2", "b1", "b3", "b4"), "board", "before-promotion", ""),
            "{\"strategy\": \"HalfAtATime\"}");
    Story story = rollout(withoutWindow(halves)).until("call-hook board");
    assertThat(installed(story)).containsExactly("b1", "b2");
    story.on(says("board", VETO)).goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    assertThat(installed(story)).isEmpty();
  }

  @Test
  void isAskedAfterTheFirstNodeWhereHalfIsOne() {
    ServiceDefinition halves =
        with(
            hooked(canaryThenPeers("b2", "b1", "b3"), "board", "before-promotion", ""),
            "{\"strategy\": \"HalfAtATime\"}");
    Story story = rollout(withoutWindow(halves)).until("call-hook board");
    assertThat(installed(story)).containsExactly("b2");
    story.on(says("board", PASS)).goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void isAskedBeforeAnythingIsTouchedWhereAllIsOneBatch() {
    ServiceDefinition all = with(withoutWindow(PROMOTION), "{\"strategy\": \"AllAtOnce\"}");
    for (HookVerdict verdict : List.of(VETO, PASS)) {
      Story story = rollout(all).until("call-hook board");
      assertThat(story.world().nodes().values()).allMatch(World.Node::isIn);
      story.on(says("board", verdict)).goesOn();
      if (verdict == VETO) {
        story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
      } else {
        story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
      }
      assertThat(installed(story).isEmpty()).isEqualTo(verdict == VETO);
    }
  }

  private static List<String> installed(Story story) {
    return story.world().nodes().entrySet().stream()
        .filter(node -> node.getValue().digest().equals(World.sha("v2")))
        .map(java.util.Map.Entry::getKey)
        .sorted()
        .toList();
  }

  @Test
  void isAskedAfterTheWindowAndBeforeThePeers() {
    Story story = rollout(PROMOTION).until("call-hook board").then(isIn(RolloutPhase.ROLLING));
    story.then(waitsFor("call hook board", "drain b1"));
    HookCall said = call(story, "board").call();
    assertThat(said.at()).isEqualTo(Hook.At.BEFORE_PROMOTION);
    assertThat(said.evidence()).containsExactly("errors is 0.1");
    assertThat(step(now(story)))
        .extracting(StepView::name, StepView::node, StepView::status, StepView::detail)
        .containsExactly("hook", null, StepStatus.RUNNING, "board");
    story
        .on(
            says("board", PASS, "CHG-42"),
            sends("drain b1"),
            tells("step-succeeded hook", "step-started drain b1"))
        .then(it -> assertThat(step(now(it)).detail()).isEqualTo("hook board passes it: CHG-42"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aVetoTakesTheReleaseBack() {
    rollout(PROMOTION)
        .until("call-hook board")
        .on(
            says("board", VETO),
            tells("step-failed hook", "rollback-started", "step-started undo-drain b2"),
            sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED)
        .then(story ->
            assertThat(story.state("v2").message())
                .isEqualTo("hook board vetoes it: because of the sale"));
  }

  @Test
  void aVetoPausesWhereTheServiceWantsAPersonToDecide() {
    Story story =
        rollout(PAUSES)
            .until("call-hook board")
            .on(says("board", VETO), tells("step-failed hook", "rollout-paused"), sends())
            .then(isIn(RolloutPhase.PAUSED));
    assertThat(story.world().node("b2").isIn()).as("the canary stays as it is").isTrue();
    CallHook first = call(story, "board");
    story
        .on(promote(), refuses("expected a rollout that watches"), sends())
        .on(resume(), sends("call-hook board"));
    assertThat(call(story, "board").head().commandId())
        .as("a new question")
        .isNotEqualTo(first.head().commandId());
    story
        .on(says("board", PASS), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void silenceBeforeAPromotionIsAVetoOrIsSaidAsItsPolicySays() {
    rollout(PROMOTION)
        .until("call-hook board")
        .on(says("board", SILENT), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    rollout(hooked("board", "before-promotion", LENIENT))
        .until("call-hook board")
        .on(
            says("board", SILENT),
            tells("step-failed hook", "step-started drain b1"),
            sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> assertThat(step(story.state("v2")).status()).isEqualTo(StepStatus.FAILED));
  }

  @Test
  void aWatcherThatNeverAnswersIsSilenceByTheDeadline() {
    Duration deadline = Duration.ofSeconds(3 * 10 + 1 + 2).plus(Deadlines.SLACK);
    rollout(PROMOTION)
        .until("call-hook board")
        .after(deadline.minusMillis(1), isIn(RolloutPhase.ROLLING))
        .after(Duration.ofMillis(1), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void aWatcherThatCannotCallIsSilenceToo() {
    rollout(PROMOTION)
        .until("call-hook board")
        .on(failsForGood("call-hook board"), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void promotingSkipsTheWindowAndNeverTheHook() {
    rollout(PROMOTION).until("watch 1-3").on(promote(), sends("stop-watching", "call-hook board"));
    rollout(PROMOTION)
        .until("drain b2")
        .on(promoteFully(), tells("rollout-promoted"))
        .until("call-hook board")
        .on(promoteFully(), refuses("expected a rollout that watches"), sends())
        .on(says("board", VETO), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void abortOutranksAHookThatIsAsked() {
    rollout(PROMOTION)
        .until("call-hook board")
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .ignores(says("board", PASS), Decision.Ignored.NOT_AWAITED)
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aRedSlotThatComesWhileTheHookIsAskedTakesItBack() {
    rollout(PROMOTION)
        .until("call-hook board")
        .on(probe(3, FAIL), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void whoeverPausesAndResumesAsksAnew() {
    rollout(PROMOTION)
        .until("call-hook board")
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .ignores(says("board", PASS), Decision.Ignored.NOT_AWAITED)
        .on(resume(), sends("call-hook board"))
        .on(says("board", PASS), sends("drain b1"));
  }

  @Test
  void isAskedAgainUnderTheSameNameUntilItAnswers() {
    Story story = rollout(PROMOTION).until("call-hook board");
    CallHook first = call(story, "board");
    story
        .after(Duration.ofSeconds(11), sends("call-hook board", "call-hook board"))
        .then(it -> assertThat(Acts.steps(it.last())).containsOnly(first))
        .on(says("board", PASS), sends("drain b1"))
        .ignores(says("board", VETO), Decision.Ignored.NOT_AWAITED);
  }

  @Test
  void isAskedAfterEachShare() {
    ServiceDefinition shares =
        with(
            PROMOTION,
            "{\"strategy\": \"traffic-steps\", \"trafficSteps\": [{\"share\": 10, \"window\":"
                + " \"60s\"}, {\"share\": 50, \"window\": \"60s\"}, {\"share\": 100, \"window\":"
                + " \"60s\"}]}");
    Story story = rollout(shares).until("call-hook board");
    assertThat(call(story, "board").call().share()).isEqualTo(10.0);
    Instant expires = expiresAt(story);
    assertThat(expires)
        .as("the canary takes traffic, so the switch waits as long as the hook may take")
        .isEqualTo(
            story
                .now()
                .plus(Duration.ofSeconds(3 * 10 + 1 + 2))
                .plus(Deadlines.SLACK)
                .plus(Duration.ofMinutes(2)));
    story.on(says("board", PASS), sends("shift b2")).until("call-hook board");
    assertThat(call(story, "board").call().share()).isEqualTo(50.0);
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(story.sent()).filteredOn(CallHook.class::isInstance).hasSize(2);
  }

  @Test
  void isToldThatTheCanaryHadAllRequestsWhereItServedAlone() {
    ServiceDefinition alone =
        with(
            PROMOTION,
            "{\"strategy\": \"traffic-steps\", \"trafficSteps\": [{\"share\": 50, \"window\":"
                + " \"60s\"}, {\"share\": 100, \"window\": \"60s\", \"minAvailable\": 1}]}");
    Story story = rollout(alone).until("call-hook board");
    assertThat(call(story, "board").call().share()).isEqualTo(50.0);
    story.on(says("board", PASS)).until("call-hook board");
    assertThat(call(story, "board").call().share()).isEqualTo(100.0);
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  private static Instant expiresAt(Story story) {
    GuardServers newest =
        story.last().commands().stream()
            .filter(GuardServers.class::isInstance)
            .map(GuardServers.class::cast)
            .reduce((earlier, later) -> later)
            .orElseThrow();
    return Objects.requireNonNull(newest.deadMan()).expiresAt();
  }

  // After a rollback, and at the end.

  @Test
  void isToldOnceEverythingIsTakenBack() {
    Story story =
        rollout(ROLLBACK)
            .until("watch 1-3")
            .on(probe(FAIL))
            .until("call-hook pager")
            .then(isIn(RolloutPhase.ROLLING_BACK));
    HookCall said = call(story, "pager").call();
    assertThat(said.outcome()).isEqualTo(Outcome.BREACHED);
    assertThat(said.why()).startsWith("the SLIs are breached");
    assertThat(said.evidence()).containsExactly("errors is 0.1");
    assertThat(story.world().node("b2").isIn()).isTrue();
    story
        .on(says("pager", PASS), tells("step-succeeded undo-hook", "rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @ParameterizedTest
  @EnumSource(HookVerdict.class)
  void whoIsToldOfARollbackCanStopNothing(HookVerdict verdict) {
    rollout(ROLLBACK)
        .until("watch 1-3")
        .on(abort())
        .until("call-hook pager")
        .on(says("pager", verdict))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
        .then(story ->
            assertThat(step(story.state("v2")))
                .extracting(StepView::name, StepView::status)
                .containsExactly(
                    "undo-hook", verdict == SILENT ? StepStatus.FAILED : StepStatus.SUCCEEDED));
  }

  @Test
  void aRollbackEndsByTheDeadlineWhoeverIsSilent() {
    rollout(ROLLBACK)
        .until("watch 1-3")
        .on(abort())
        .until("call-hook pager")
        .after(Duration.ofSeconds(3 * 10 + 1 + 2).plus(Deadlines.SLACK))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void isToldWhatAFailedRollbackLeft() {
    Story story = rollout(ROLLBACK).until("watch 1-3").on(abort()).until("restore b2");
    for (int attempt = 1; attempt <= Deadlines.UNDO_ATTEMPTS; attempt++) {
      story.on(failsForGood("restore b2")).after(Duration.ofSeconds(30));
    }
    assertThat(call(story, "pager").call().evidence())
        .singleElement()
        .asString()
        .contains("b2 is left");
    story.on(says("pager", PASS)).endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.ABORTED);
  }

  @Test
  void nobodyIsToldWhereNothingWasTouched() {
    Story story = rollout(ROLLBACK).on(abort());
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    assertThat(story.sent()).noneMatch(CallHook.class::isInstance);
  }

  @ParameterizedTest
  @EnumSource(HookVerdict.class)
  void whoIsToldOfTheEndCanStopNothing(HookVerdict verdict) {
    rollout(END)
        .until("call-hook notes")
        .then(story -> {
          assertThat(story.world().node("b1").digest()).isEqualTo(World.sha("v2"));
          assertThat(call(story, "notes").call().at()).isEqualTo(Hook.At.END);
        })
        .on(
            says("notes", verdict),
            tells(
                verdict == SILENT ? "step-failed hook" : "step-succeeded hook",
                "rollout-completed"))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aReleaseThatIsTakenBackIsNotToldAsDone() {
    Story story = rollout(END).until("watch 1-3").on(probe(FAIL)).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    assertThat(story.sent()).noneMatch(CallHook.class::isInstance);
  }

  // The plan.

  @Test
  void thePlanShowsThemAndCountsThem() {
    ServiceDefinition all =
        with(
            SERVICE,
            """
            {"hooks": [
              {"name": "gate", "at": "preflight", "url": "http://h/"},
              {"name": "board", "at": "before-promotion", "url": "http://h/"},
              {"name": "pager", "at": "after-rollback", "url": "http://h/"},
              {"name": "notes", "at": "end", "url": "http://h/"}]}
            """);
    PlanView plan = Plan.view(all);
    List<String> shown = new ArrayList<>();
    for (PlanView.PlannedStep step : plan.steps()) {
      shown.add(step.hook() == null ? step.name() : step.name() + " " + step.hook());
    }
    assertThat(shown).containsSubsequence("analyse", "hook board", "drain").endsWith("hook notes");
    Duration each = Duration.ofSeconds(3 * 10 + 1 + 2).plus(Deadlines.SLACK);
    assertThat(plan.atMost())
        .as("preflight is longer by 3 s, and three calls come on top (I6)")
        .isEqualTo(Plan.view(SERVICE).atMost().plusSeconds(3).plus(each.multipliedBy(3)));
  }
}
