package dev.serin.coordinator.saga;

import static dev.serin.contracts.request.Request.Scope.FULL;
import static dev.serin.contracts.request.Request.Scope.STEP;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
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
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.Answer;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.RolloutPromoted;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import dev.serin.contracts.service.Pause;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The pauses that the plan has.
class HoldsTest {
  private static final ServiceDefinition SERVICE =
      with(canaryThenPeers("b2", "b1"), "{\"analysis\": {\"window\": \"0s\"}}");
  private static final ServiceDefinition TIMED = paused(SERVICE, "\"for\": \"60s\"");
  private static final ServiceDefinition ASKING =
      paused(SERVICE, "\"ask\": [\"no complaints\", \"flags as planned\"], \"expires\": \"10m\"");

  private static ServiceDefinition paused(ServiceDefinition service, String how) {
    return with(service, "{\"pauses\": [{\"after\": \"canary\", " + how + "}]}");
  }

  private static ServiceDefinition blind(ServiceDefinition service) {
    return with(service, "{\"slis\": null}");
  }

  private static RolloutState state(Story story) {
    return View.active(story.ledger(), story.active(), story.now());
  }

  private static StepView pauseOf(Story story) {
    return story.state("v2").steps().stream()
        .filter(step -> step.name().equals("pause"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void waitsForATimeAndWatchesTheCanaryMeanwhile() {
    Story story = rollout(TIMED).until("watch 1-2");
    story
        .then(isIn(RolloutPhase.PAUSED))
        .then(tells("step-succeeded serving b2", "step-started pause", "rollout-paused"));
    assertThat(state(story).waitingFor()).startsWith("the end of a pause of 1m: probe 1");
    assertThat(state(story).next()).isEqualTo("drain b1");
    assertThat(state(story).nextAt()).isEqualTo(story.now().plusSeconds(60));
    story
        .on(probe(PASS), isIn(RolloutPhase.PAUSED))
        .on(probe(PASS), sends("stop-watching", "drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void theSwitchStaysArmedInAPause() {
    Story story = rollout(TIMED).until("watch 1-2");
    assertThat(
            story.last().commands().stream()
                .filter(GuardServers.class::isInstance)
                .map(command -> ((GuardServers) command).deadMan())
                .toList())
        .singleElement()
        .satisfies(deadMan -> assertThat(deadMan.action()).isEqualTo(DeadManAction.DRAIN));
  }

  @Test
  void aBreachInAPauseTakesEverythingBack() {
    for (ServiceDefinition service : List.of(TIMED, ASKING)) {
      Story story = rollout(service);
      while (!(story.active().phase() instanceof Phase.Watching)) {
        story.goOn();
      }
      story
          .on(probe(FAIL), isIn(RolloutPhase.ROLLING_BACK))
          .goesOn()
          .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    }
  }

  @Test
  void missingDataInAPauseIsMissingDataInAnyWindow() {
    rollout(TIMED)
        .until("watch 1-2")
        .after(Duration.ofMinutes(10))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void wantsAnAnswerToEachQuestion() {
    Story story = rollout(ASKING).until("watch 1-20");
    story.then(
        waitsFor(
            "a person: promote, with an answer to 'no complaints', 'flags as planned'",
            "promote goes on with drain b1, abort takes it back; without either: rollback"));
    assertThat(state(story).nextAt()).isEqualTo(story.now().plus(Duration.ofMinutes(10)));
    story
        .on(
            promote(),
            refuses(
                "expected an answer to 'no complaints', found none",
                "expected an answer to 'flags as planned'"))
        .on(
            promote(STEP, "no complaints=yes"),
            refuses("expected an answer to 'flags as planned', found none"))
        .on(promote(STEP, "no complaints=yes", "flags as planned=yes", "x=y"), refuses("to 'x'"))
        .then(isIn(RolloutPhase.PAUSED))
        .on(
            promote(STEP, "no complaints=yes", "flags as planned=all but one"),
            sends("stop-watching", "drain b1"));
    assertThat(story.told().stream().filter(RolloutPromoted.class::isInstance).toList())
        .singleElement()
        .isInstanceOfSatisfying(
            RolloutPromoted.class,
            promoted ->
                assertThat(promoted.answers())
                    .containsExactly(
                        new Answer("no complaints", "yes"),
                        new Answer("flags as planned", "all but one")));
    assertThat(pauseOf(story).detail())
        .isEqualTo("by bob; no complaints: yes; flags as planned: all but one");
    assertThat(pauseOf(story).status()).isEqualTo(StepStatus.SUCCEEDED);
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void promotingEverythingSkipsNoQuestion() {
    rollout(ASKING)
        .until("drain b2")
        .on(promoteFully(), refuses("expected a rollout that watches"))
        .until("watch 1-20")
        .on(promoteFully(), refuses("no complaints"))
        .on(
            promote(FULL, "no complaints=yes", "flags as planned=yes"),
            sends("stop-watching", "drain b1"));
    rollout(TIMED).until("drain b2").on(promoteFully()).until("serving b2").until("drain b1");
  }

  @Test
  void isTakenBackWhenNobodyPromotes() {
    Story story = rollout(ASKING).until("watch 1-20");
    for (int slot = 1; slot <= 19; slot++) {
      story.after(Duration.ofSeconds(30)).on(probe(PASS), isIn(RolloutPhase.PAUSED));
    }
    story
        .after(Duration.ofSeconds(30), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    assertThat(pauseOf(story).detail()).isEqualTo("nobody promoted within 10m");
  }

  @Test
  void goesOnWhenNobodyPromotesWhereThePlanSaysSo() {
    Story story =
        rollout(paused(SERVICE, "\"expires\": \"60s\", \"then\": \"go-on\"")).until("watch 1-2");
    assertThat(state(story).nextAt()).isEqualTo(story.now().plusSeconds(60));
    story
        .after(Duration.ofSeconds(30))
        .on(probe(PASS), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofSeconds(30), isIn(RolloutPhase.PAUSED))
        .on(probe(PASS), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(pauseOf(story).detail())
        .isEqualTo("nobody promoted within 1m, and 2 probes were green");
  }

  @Test
  void aClockAloneNeverGoesOn() {
    ServiceDefinition service = paused(SERVICE, "\"expires\": \"60s\", \"then\": \"go-on\"");
    rollout(service)
        .until("watch 1-2")
        .after(Duration.ofMinutes(2), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofMinutes(1))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    rollout(service)
        .until("watch 1-2")
        .after(Duration.ofSeconds(60))
        .on(probe(NO_DATA), isIn(RolloutPhase.PAUSED))
        .on(probe(PASS), isIn(RolloutPhase.PAUSED))
        .on(probe(PASS), isIn(RolloutPhase.ROLLING));
  }

  @Test
  void isAPlainWaitWhereTheServiceHasNoSlis() {
    Story story = rollout(blind(TIMED));
    while (!(story.active().phase() instanceof Phase.Paused)) {
      story.goOn();
    }
    story.then(waitsFor("the end of a pause of 1m", "drain b1"));
    assertThat(state(story).nextAt()).isEqualTo(story.now().plusSeconds(60));
    story
        .on(resume(), refuses("serin promote"))
        .after(Duration.ofSeconds(59), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofSeconds(1), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    Story asking = rollout(blind(ASKING));
    while (!(asking.active().phase() instanceof Phase.Paused)) {
      asking.goOn();
    }
    asking
        .on(promote(), refuses("no complaints"))
        .after(Duration.ofMinutes(10), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void standsAfterAShareAndAfterThePeers() {
    ServiceDefinition service =
        with(
            canaryThenPeers("b2", "b1"),
            """
            {"strategy": "traffic-steps",
             "trafficSteps": [{"share": 10, "window": "30s"}, {"share": 50}, {"share": 100}],
             "pauses": [{"after": "canary", "for": "30s"}, {"after": "50%", "for": "60s"},
                        {"after": "peers", "for": "90s"}]}
            """);
    Story story = rollout(service);
    var plan = ((RolloutStarted) story.told().getFirst()).plan();
    assertThat(
            plan.steps().stream()
                .filter(step -> List.of("shift", "analyse", "pause").contains(step.name()))
                .map(step -> step.name() + " " + step.share() + " " + step.window())
                .toList())
        .containsExactly(
            "shift 10.0 null",
            "analyse 10.0 PT30S",
            "pause 10.0 PT30S",
            "shift 50.0 null",
            "pause 50.0 PT1M",
            "shift null null",
            "pause 100.0 PT1M30S");
    assertThat(plan.window()).as("pauses are no windows").isEqualTo(Duration.ofSeconds(30));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aHandComesBeforeThePlansPause() {
    rollout(TIMED)
        .until("watch 1-2")
        .on(handsOff(), isIn(RolloutPhase.PAUSED))
        .on(handsOn(), sends("watch 1-2"))
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aPersonKeepsItInAPauseOfThePlan() {
    for (ServiceDefinition service : List.of(TIMED, blind(TIMED), ASKING, blind(ASKING))) {
      Story story = rollout(service);
      while (!Holds.isHeld(story.active())) {
        story.goOn();
      }
      story
          .on(pause(), isIn(RolloutPhase.PAUSED), tells("rollout-paused"))
          .then(
              waitsFor(
                  "a person: resume (the plan's pause begins anew), promote (goes on without it)"
                      + " or abort",
                  "resume goes on with a pause, abort takes it back"))
          .after(Duration.ofHours(2), isIn(RolloutPhase.PAUSED), sends())
          .on(pause(), refuses("expected a rollout that goes forward"))
          .on(resume(), isIn(RolloutPhase.PAUSED))
          .then(it -> assertThat(Holds.isHeld(it.active())).isTrue())
          .then(it ->
              assertThat(Duration.between(it.now(), state(it).nextAt()))
                  .as("it lasts its whole time")
                  .isEqualTo(
                      Duration.ofMinutes(
                          it.active().service().pauses().getFirst().ask().isEmpty() ? 1 : 10)));
      assertThat(story.last().events().getFirst().head().by()).isEqualTo("bob");
    }
  }

  @Test
  void whoKeepsItInAPauseSkipsItWithEveryAnswerOrTakesItBack() {
    rollout(TIMED)
        .until("watch 1-2")
        .on(pause(), sends("stop-watching"))
        .on(promote(), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    rollout(ASKING)
        .until("watch 1-20")
        .on(pause(), sends("stop-watching"))
        .on(promote(), refuses("no complaints"))
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void theClockOfAPlainWaitStandsStillWhileHandsAreOff() {
    Story story = rollout(blind(ASKING));
    while (!(story.active().phase() instanceof Phase.Paused)) {
      story.goOn();
    }
    story
        .on(handsOff(), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofHours(2), isIn(RolloutPhase.PAUSED))
        .on(handsOn(), isIn(RolloutPhase.PAUSED))
        .on(promote(), refuses("no complaints"))
        .after(Duration.ofSeconds(599), isIn(RolloutPhase.PAUSED))
        .on(promote(STEP, "no complaints=yes", "flags as planned=yes"), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void anotherStrategyHasNoneOfThePausesButThoseOfItsRelease() {
    assertThat(pausesOf(Acts.by("emergency", "{}"))).isEmpty();
    assertThat(pausesOf(Acts.by("emergency", "{\"pauses\": [{\"after\": \"peers\"}]}")))
        .extracting(Pause::after)
        .containsExactly("peers");
    assertThat(pausesOf(Acts.withOverrides("{\"pauses\": [{\"after\": \"peers\"}]}")))
        .extracting(Pause::after)
        .containsExactly("peers");
    Story.of(ASKING)
        .on(Story.release("v2"))
        .until("watch 1-20")
        .on(promote(STEP, "no complaints=yes", "flags as planned=yes"))
        .goesOn()
        .on(Acts.takeBack())
        .then(story -> assertThat(story.active().service().pauses()).isEmpty());
  }

  @Test
  void itsOwnStrategyByItsNameKeepsThePausesThatAsk() {
    assertThat(pausesOf(Acts.by("canary-then-peers", "{}"))).isEqualTo(ASKING.pauses());
  }

  @Test
  void aWayBackByTheServicesOwnStrategyHasNone() {
    Story story =
        Story.of(
                with(
                    canaryThenPeers("b2", "b1"),
                    "{\"strategy\": \"AllAtOnce\", \"pauses\": [{\"after\": \"peers\"}]}"))
            .on(Story.release("v2"))
            .until("watch 1-2880")
            .on(promote(STEP))
            .goesOn()
            .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
            .on(Acts.takeBack());
    assertThat(story.active().service().strategy()).isEqualTo("AllAtOnce");
    assertThat(story.active().service().pauses()).isEmpty();
  }

  private static List<Pause> pausesOf(Request request) {
    return Story.of(ASKING).on(Acts.asked(request)).active().service().pauses();
  }
}
