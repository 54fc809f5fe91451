package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a breach comes to is the service's word: a person may decide instead of Serin.
class OnBreachTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1", "b3");
  private static final ServiceDefinition HOLDS = with(SERVICE, "{\"onBreach\": \"hold\"}");
  private static final String PAUSE = "{\"onBreach\": \"pause\"}";
  private static final ServiceDefinition PAUSES = with(SERVICE, PAUSE);

  private static Story breached(ServiceDefinition service) {
    return rollout(service).until("watch 1-3").on(probe(FAIL));
  }

  private static boolean canaryIsIn(Story story) {
    return story.world().node("b2").isIn();
  }

  @Test
  void holdsEverythingAsItIs() {
    Story story =
        breached(HOLDS)
            .then(isIn(RolloutPhase.PAUSED))
            .then(sends("stop-watching"))
            .then(tells("sli-probed FAIL", "rollout-paused"))
            .after(Duration.ofHours(5), sends(), tells());
    assertThat(canaryIsIn(story)).isTrue();
    assertThat(story.active().message()).startsWith("the SLIs are breached: probe 1 is FAIL");
    assertThat(((Phase.Paused) story.active().phase()).waitingFor())
        .isEqualTo("a person: resume (watches anew), promote (goes on without) or abort");
    assertThat(story.last().commands())
        .as("a person has the wheel, so the switch is off")
        .filteredOn(GuardServers.class::isInstance)
        .allMatch(guard -> ((GuardServers) guard).deadMan() == null);
  }

  @Test
  void watchesAnewWhenAPersonSaysSo() {
    Story story = breached(HOLDS).on(resume(), sends("watch 1-3"));
    assertThat(((Phase.Watching) story.active().phase()).watch().id()).endsWith("/2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void goesOnWithoutTheWindowWhenAPersonSaysSo() {
    breached(HOLDS)
        .on(promote(), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void isTakenBackWhenAPersonSaysSo() {
    breached(HOLDS)
        .on(abort(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void drainsTheCanaryThenWaits() {
    Story story =
        breached(PAUSES)
            .then(sends("stop-watching", "drain b2"))
            .on(done("drain b2"), sends(), isIn(RolloutPhase.PAUSED))
            .after(Duration.ofHours(5), sends(), tells());
    assertThat(canaryIsIn(story)).isFalse();
    assertThat(((Phase.Paused) story.active().phase()).waitingFor())
        .isEqualTo("a person: resume (the canary is ready again and watched anew) or abort");
    story.on(promote(), refuses("expected a rollout that watches or is paused there"));
  }

  /// The commonest breach is a slow release: its requests are what a drain waits for.
  @Test
  void aDrainForABreachNeverBringsTheBadBinaryBack() {
    Story story = rollout(PAUSES).until("drain b2");
    assertThat(((DrainServer) story.newest("drain b2")).onTimeout()).isEqualTo(OnTimeout.FAIL);
    story.until("watch 1-3").on(probe(FAIL), sends("stop-watching", "drain b2"));
    DrainServer drain = (DrainServer) story.newest("drain b2");
    assertThat(drain.onTimeout()).isEqualTo(OnTimeout.FORCE);
    assertThat(drain.purpose()).as("the minimum holds all the same").isEqualTo(Purpose.FORWARD);
  }

  @Test
  void makesTheCanaryReadyAndWatchesItAnew() {
    for (Story.Act act : new Story.Act[] {resume(), retry(From.STEP)}) {
      Story story =
          breached(PAUSES)
              .on(done("drain b2"))
              .on(act, sends("ready b2"))
              .on(done("ready b2"), sends("serving b2"))
              .on(done("serving b2"), sends("watch 1-3"));
      story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
      assertThat(canaryIsIn(story)).isTrue();
    }
  }

  @Test
  void pausesAgainWhenItIsRedAgain() {
    breached(PAUSES)
        .on(done("drain b2"))
        .on(resume())
        .until("watch 1-3")
        .on(probe(FAIL), sends("stop-watching", "drain b2"))
        .on(done("drain b2"), isIn(RolloutPhase.PAUSED))
        .on(abort(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void isTakenBackWhereTheCanaryCannotBeDrained() {
    breached(PAUSES)
        .on(failsForGood("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void drainsAsManyCanariesAsTheMinimumLetsThenWaits() {
    Story story =
        breached(with(canariesThenPeers(List.of("b1", "b2"), List.of("b3")), PAUSE))
            .then(sends("stop-watching", "drain b1"))
            .on(done("drain b1"), sends(), isIn(RolloutPhase.PAUSED));
    assertThat(story.active().message())
        .contains("b2 can't leave rotation too, since at least 2 nodes have to stay");
    story
        .on(resume(), sends("ready b1"))
        .on(done("ready b1"), sends("serving b1"))
        .on(done("serving b1"), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void countsOnlyWhoIsInRotation() {
    Story begun =
        Story.of(
            with(
                with(canariesThenPeers(List.of("b1", "b2"), List.of("b3", "b4")), PAUSE),
                "{\"minAvailable\": 2}"));
    begun.world().set("b4", AdminState.MAINT, 100);
    Story story =
        begun
            .on(Story.release("v2"))
            .until("watch 1-3")
            .on(probe(FAIL), sends("stop-watching", "drain b1"))
            .on(done("drain b1"), sends(), isIn(RolloutPhase.PAUSED));
    assertThat(story.active().message())
        .contains("b2 can't leave rotation too, since at least 2 nodes have to stay");
  }

  @Test
  void drainsEveryCanaryWhereTheServiceLetsThemAllLeave() {
    ServiceDefinition service =
        with(canariesThenPeers(List.of("b1", "b2"), List.of("b3")), "{\"minAvailable\": 1}");
    Story story =
        breached(with(service, PAUSE))
            .on(done("drain b1"), sends("drain b2"))
            .on(done("drain b2"), sends(), isIn(RolloutPhase.PAUSED));
    assertThat(story.active().message()).doesNotContain("can't leave rotation");
  }

  @Test
  void drainsNobodyOnceEveryNodeHasTheRelease() {
    Story story =
        breached(with(withoutWindow(PAUSES), "{\"soak\": \"90s\"}"))
            .then(sends("stop-watching"))
            .then(isIn(RolloutPhase.PAUSED));
    assertThat(story.world().nodes().values()).allMatch(World.Node::isIn);
    assertThat(((Phase.Paused) story.active().phase()).waitingFor())
        .isEqualTo("a person: resume (watches anew), promote (goes on without) or abort");
    story
        .on(resume(), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aBreachThatComesLateSaysWhatAPersonCanDoThen() {
    for (ServiceDefinition service : List.of(HOLDS, PAUSES)) {
      Story story = rollout(service).until("watch 1-3");
      String id = story.active().rolloutId();
      story
          .until("drain b1")
          .on(at -> Acts.probed(at, id, 2, FAIL), sends(), isIn(RolloutPhase.PAUSED));
      assertThat(((Phase.Paused) story.active().phase()).waitingFor())
          .isEqualTo(
              "a person: resume (goes on with 'drain b1', the window that was breached is not"
                  + " watched anew) or abort");
      story
          .on(promote(), refuses("expected a rollout that watches or is paused there"))
          .on(resume(), sends("drain b1"))
          .goesOn()
          .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    }
  }

  private static final ServiceDefinition SHARES =
      with(
          PAUSES,
          """
          {"strategy": "traffic-steps",
           "trafficSteps": [{"share": 10, "window": "60s"},
                            {"share": 25, "window": "30s"},
                            {"share": 100}]}
          """);

  /// Of the first share's window, which is over.
  private static Story.Act lateRedSlot() {
    return story ->
        Acts.answered(
            story,
            new SliEvent.SlotProbed(
                new AnswerHead(
                    "late", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                story.active().rolloutId() + "/analysis-10",
                2,
                story.now(),
                FAIL,
                List.of()));
  }

  @Test
  void drainsTheCanaryForARedSlotThatComesLateWhileTheNextShareIsWatched() {
    Story story =
        rollout(SHARES)
            .until("watch 1-2")
            .until("watch 1-1")
            .on(lateRedSlot(), sends("stop-watching", "drain b2"));
    assertThat(((DrainServer) story.newest("drain b2")).onTimeout()).isEqualTo(OnTimeout.FORCE);
    story
        .on(done("drain b2"), sends(), isIn(RolloutPhase.PAUSED))
        .on(lateRedSlot(), sends(), tells())
        .after(Duration.ofHours(5), sends(), tells());
    assertThat(canaryIsIn(story)).isFalse();
    story
        .on(resume(), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(done("serving b2"), sends("watch 1-1"))
        .on(lateRedSlot(), sends(), tells())
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void whatALateRedSlotInterruptsBeginsAnew() {
    Story shifting =
        rollout(SHARES)
            .until("watch 1-2")
            .until("shift b2")
            .on(lateRedSlot(), sends("drain b2"))
            .on(done("drain b2"), isIn(RolloutPhase.PAUSED));
    assertThat(
            shifting.told().stream()
                .map(Words::of)
                .filter(word -> word.equals("step-started shift b2")))
        .hasSize(2);
    assertThat(Objects.requireNonNull(Guarding.of(shifting.active())).servers())
        .as("nobody knows which weights the load balancers have")
        .allMatch(server -> server.inWork());
    shifting
        .on(resume(), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(done("serving b2"), sends("shift b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    rollout(
            with(
                SHARES,
                "{\"hooks\": [{\"name\": \"board\", \"at\": \"before-promotion\", \"url\":"
                    + " \"http://h.example/\"}]}"))
        .until("call-hook board")
        .on(lateRedSlot(), sends("drain b2"))
        .on(done("drain b2"), isIn(RolloutPhase.PAUSED))
        .on(abort(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void staysPausedWhileHandsAreOff() {
    breached(PAUSES)
        .on(done("drain b2"))
        .on(handsOff())
        .on(resume(), refuses("hands off"))
        .on(handsOn(), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("ready b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void isOutWhenHandsGoOffInTheMiddleOfTheDrain() {
    breached(PAUSES)
        .on(handsOff(), isIn(RolloutPhase.PAUSED))
        .on(handsOn(), sends("drain b2"))
        .on(done("drain b2"), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("ready b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void drainsNoWorkerThatTakesNoRequests() {
    breached(with(PAUSES, "{\"pool\": null, \"loadBalancers\": null}"))
        .then(isIn(RolloutPhase.PAUSED))
        .then(sends("stop-watching"))
        .on(resume(), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void missingDataIsAnotherMatter() {
    rollout(with(HOLDS, "{\"noData\": {\"policy\": \"rollback\"}}"))
        .until("watch 1-3")
        .on(probe(NO_DATA))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }
}
