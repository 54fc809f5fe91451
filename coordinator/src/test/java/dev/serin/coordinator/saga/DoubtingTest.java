package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.by;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.promoteFully;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.incus.IncusCommand.LookAtInstances;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A red probe may be a person's doing: the nodes are looked at once before it is acted on.
class DoubtingTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final InstanceChange RESTARTED =
      new InstanceChange("b2", Deed.UNIT_RESTARTED, "api", "started by serin", "by ansible");
  private static final InstanceChange PEER_RESTARTED =
      new InstanceChange("b1", Deed.UNIT_RESTARTED, "api", "before the rollout", "by ansible");

  private static Story watching(ServiceDefinition service) {
    return rollout(service).until("watch 1-3").nobodyLooks();
  }

  /// The first probe is red, and the look has no answer yet.
  private static Story red() {
    return watching(SERVICE).on(probe(1, FAIL));
  }

  private static List<LookAtInstances> looks(Story story) {
    return story.last().commands().stream()
        .filter(LookAtInstances.class::isInstance)
        .map(LookAtInstances.class::cast)
        .filter(LookAtInstances::always)
        .toList();
  }

  /// What the look finds that the open doubt waits for.
  private static Story.Act finds(InstanceChange... changes) {
    return story ->
        Acts.answered(
            story,
            new InstancesChangedByHand(
                Objects.requireNonNull(story.active().doubt(), "nobody waits for a look")
                    .look()
                    .answered(story.now()),
                List.of(changes)));
  }

  /// A look in passing has found it.
  private static Story.Act comesAcross(InstanceChange change) {
    return story ->
        Acts.answered(
            story,
            new InstancesChangedByHand(
                new AnswerHead(
                    "look", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                List.of(change)));
  }

  @Test
  void theNodesUnderWatchAreLookedAtBeforeTheReleaseIsTakenBack() {
    watching(SERVICE)
        .on(probe(FAIL), sends(), tells("sli-probed FAIL"), isIn(RolloutPhase.ANALYSING))
        .then(story ->
            assertThat(looks(story))
                .singleElement()
                .satisfies(look ->
                    assertThat(look.instances())
                        .extracting(known -> known.instance().node())
                        .containsExactly("b2")))
        .then(
            waitsFor(
                "one look at the nodes before it is taken back",
                "rollback; where somebody else is at work there, a pause that reverts nothing"))
        .then(story ->
            assertThat(View.active(story.ledger(), story.active(), story.now()).nextAt())
                .isEqualTo(story.now().plusSeconds(5)))
        .on(
            finds(),
            sends("stop-watching", "drain b2"),
            tells("rollback-started", "step-started undo-drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
        .then(story -> assertThat(story.state("v2").message()).contains("probe 1 is FAIL"));
  }

  @Test
  void aUnitThatSomebodyHasRestartedIsNoBreach() {
    red()
        .on(
            finds(RESTARTED),
            sends("stop-watching"),
            tells("rollout-paused"),
            isIn(RolloutPhase.PAUSED))
        .then(story ->
            assertThat(story.active().message())
                .isEqualTo(
                    "somebody has restarted unit api on b2; nothing was reverted; that may be why"
                        + " the SLIs are breached: probe 1 is FAIL: errors is 0.1, which is not"
                        + " acted on"))
        .after(Duration.ofHours(1), sends(), isIn(RolloutPhase.PAUSED))
        .on(resume(), tells("rollout-resumed", "step-started analyse"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void soIsOneThatALookInPassingComesAcross() {
    Story story = red();
    String look = Objects.requireNonNull(story.active().doubt()).look().commandId();
    story
        .on(comesAcross(RESTARTED), tells("rollout-paused"), isIn(RolloutPhase.PAUSED))
        .ignores(
            it ->
                Acts.answered(
                    it,
                    new InstancesChangedByHand(
                        new AnswerHead(
                            look, it.active().rolloutId(), Services.NAME, null, 1, it.now()),
                        List.of(RESTARTED))),
            Decision.Ignored.NOT_AWAITED);
  }

  @Test
  void anyOtherHandOnTheCanaryIsNoBreachEither() {
    for (InstanceChange change :
        List.of(
            new InstanceChange("b2", Deed.UNIT_STOPPED, "api", "started by serin", ""),
            new InstanceChange("b2", Deed.UNIT_FILE_CHANGED, "api", "unit file", "other"),
            new InstanceChange(
                "b2", Deed.BINARY_REPLACED, "/opt/api/api", World.sha("v2"), World.sha("mine")))) {
      red().on(finds(change), tells("rollout-paused"), isIn(RolloutPhase.PAUSED));
    }
  }

  @Test
  void whatTheCanaryWasLikeBeforeSerinRestartedItIsNobodysHand() {
    red()
        .on(
            finds(
                new InstanceChange(
                    "b2", Deed.UNIT_RESTARTED, "api", "before the rollout", "started by serin")),
            isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void aHandElsewhereDoesNotHideABreach() {
    red()
        .on(comesAcross(PEER_RESTARTED), tells("rollout-paused"), isIn(RolloutPhase.PAUSED))
        .on(finds(), sends("drain b2"), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void whereOthersAreComparedWithTheyAreLookedAtToo() {
    watching(
            with(
                SERVICE,
                "{\"slis\": [{\"name\": \"errors\", \"query\": \"e{n=~'$canary'}\", \"max\": 1,"
                    + " \"maxDelta\": 0.5}]}"))
        .on(probe(FAIL))
        .then(story -> assertThat(looks(story).getFirst().instances()).hasSize(2))
        .on(finds(PEER_RESTARTED), isIn(RolloutPhase.PAUSED));
  }

  @Test
  void whatNobodyAnswersIsABreachAfterFiveSeconds() {
    red()
        .after(Duration.ofMillis(4_900), sends(), isIn(RolloutPhase.ANALYSING))
        .then(story -> {
          assertThat(looks(story)).as("asked again").hasSize(2);
          assertThat(looks(story))
              .extracting(look -> look.head().commandId())
              .containsOnly(Objects.requireNonNull(story.active().doubt()).look().commandId());
        })
        .after(
            Duration.ofMillis(100),
            sends("stop-watching", "drain b2"),
            isIn(RolloutPhase.ROLLING_BACK))
        .then(story ->
            assertThat(story.active().message())
                .contains("probe 1 is FAIL", "no look was answered within 5s"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void noLaterProbeErasesIt() {
    red()
        .on(probe(2, PASS))
        .on(probe(3, PASS))
        .on(probe(4, PASS), sends(), isIn(RolloutPhase.ANALYSING))
        .ignores(probe(1, PASS), Decision.Ignored.SLOT_JUDGED)
        .ignores(probe(1, FAIL), Decision.Ignored.SLOT_JUDGED)
        .on(probe(5, FAIL), isIn(RolloutPhase.ANALYSING))
        .then(story -> assertThat(looks(story)).as("one look decides").isEmpty())
        .on(finds(), sends("stop-watching", "drain b2"))
        .ignores(probe(6, FAIL), Decision.Ignored.ALREADY_ROLLING_BACK)
        .then(story ->
            assertThat(story.told().stream().map(Words::of).filter("rollback-started"::equals))
                .as("acted on once")
                .hasSize(1));
  }

  @Test
  void aCoordinatorThatWasAwayAsksOnceMore() {
    red()
        .away(Duration.ofHours(1), sends("watch 2-4"), isIn(RolloutPhase.ANALYSING))
        .then(story -> assertThat(looks(story)).hasSize(1))
        .after(Duration.ofSeconds(5), sends("stop-watching", "drain b2"));
    red().away(Duration.ofHours(1)).on(finds(RESTARTED), isIn(RolloutPhase.PAUSED));
  }

  @Test
  void whatTakesTheReleaseBackIsNotKeptWaiting() {
    red()
        .on(abort(), sends("stop-watching", "drain b2"))
        .ignores(comesAcross(RESTARTED), Decision.Ignored.NOT_AWAITED)
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    red().on(release("v3", IfBusy.SUPERSEDE), isIn(RolloutPhase.ROLLING_BACK));
    red().on(pause()).on(retry(From.START), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void nobodysWordLeadsForwardPastIt() {
    for (Story.Act forward : List.of(promote(), promoteFully())) {
      red()
          .on(forward, sends(), isIn(RolloutPhase.ANALYSING))
          .then(story ->
              assertThat(story.last().events().getLast().head().why())
                  .contains("expected no red probe", "probe 1 is FAIL", "one look at the nodes"))
          .on(finds(), isIn(RolloutPhase.ROLLING_BACK));
    }
    for (Story.Act forward : List.of(promote(), resume(), retry(From.STEP))) {
      red()
          .on(pause())
          .on(forward, sends(), isIn(RolloutPhase.PAUSED))
          .then(story ->
              assertThat(story.last().events().getLast().head().why())
                  .contains("expected no red probe"))
          .on(finds(), sends("drain b2"));
    }
  }

  @Test
  void whoPausesMeanwhileKeepsTheWheelOnlyIfItWasAHand() {
    red()
        .on(pause(), sends("stop-watching"), tells("rollout-paused"), isIn(RolloutPhase.PAUSED))
        .then(
            waitsFor(
                "one look at the nodes before it is taken back",
                "rollback; where somebody else is at work there, a pause that reverts nothing"))
        .after(Duration.ofSeconds(5), sends("drain b2"), isIn(RolloutPhase.ROLLING_BACK));
    red()
        .on(pause())
        .on(finds(RESTARTED), sends(), tells("traffic-shifted"), isIn(RolloutPhase.PAUSED))
        .then(
            waitsFor(
                "a person: resume or abort",
                "resume goes on with watch the SLIs, abort takes it back"))
        .after(Duration.ofHours(1), sends())
        .on(resume(), sends("watch 1-3"));
  }

  @Test
  void whileHandsAreOffNobodyLooksAndItIsOnTheRecord() {
    red()
        .on(handsOff(), tells("rollout-paused"))
        .after(Duration.ofSeconds(4))
        .then(story -> assertThat(looks(story)).isEmpty())
        .after(Duration.ofSeconds(1), sends(), tells("rollback-started", "rollout-paused"))
        .on(handsOn(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    red()
        .on(handsOff())
        .on(handsOn(), isIn(RolloutPhase.ROLLING), sends())
        .on(finds(), sends("drain b2"));
  }

  private static Input goesOff(Story story) {
    return Acts.answered(
        story,
        new DeadManWentOff(
            new AnswerHead(
                "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
            Acts.noProofSince(story).plusSeconds(1),
            DeadManAction.DRAIN,
            List.of("b2"),
            null));
  }

  @Test
  void theDeadMansSwitchTakesItBackAtOnce() {
    red().on(DoubtingTest::goesOff, isIn(RolloutPhase.ROLLING_BACK));
    watching(with(SERVICE, "{\"noData\": {\"then\": \"pause\"}}"))
        .on(probe(FAIL))
        .on(DoubtingTest::goesOff, isIn(RolloutPhase.PAUSED))
        .on(finds(), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void aBreachThatOnlyHoldsWaitsForALookToo() {
    ServiceDefinition holds = with(SERVICE, "{\"onBreach\": \"hold\"}");
    Story story =
        watching(holds)
            .on(probe(FAIL), sends(), isIn(RolloutPhase.ANALYSING))
            .then(
                waitsFor(
                    "one look at the nodes before it waits for a person",
                    "a pause; where somebody else is at work there, a pause that reverts nothing"))
            .on(finds(), tells("rollout-paused"), isIn(RolloutPhase.PAUSED));
    assertThat(story.active().message()).contains("the SLIs are breached");
    watching(with(SERVICE, "{\"onBreach\": \"pause\"}"))
        .on(probe(FAIL), sends())
        .on(finds(RESTARTED), sends("stop-watching"), isIn(RolloutPhase.PAUSED));
  }

  private static SliResult is(String name, Verdict verdict) {
    return new SliResult(name, "q", 2.0, 1.0, null, null, verdict, name + " is 2", null);
  }

  private static Story.Act probeOf(int slot, Verdict errors, Verdict slow) {
    return probeOf(slot, errors, slow, Duration.ZERO);
  }

  private static Story.Act probeOf(int slot, Verdict errors, Verdict slow, Duration ago) {
    return story -> {
      String id = story.active().rolloutId();
      String watch =
          switch (story.active().phase()) {
            case Phase.Watching watching -> watching.watch().id();
            case Phase.Paused paused -> Objects.requireNonNull(paused.watch()).id();
            default -> id + "/analysis";
          };
      return Acts.answered(
          story,
          new SlotProbed(
              new AnswerHead(id + "/watch", id, Services.NAME, null, 1, story.now()),
              watch,
              slot,
              story.now().minus(ago),
              Verdict.worst(List.of(errors, slow)),
              List.of(is("errors", errors), is("slow", slow))));
    };
  }

  private static Story milder() {
    return watching(
        with(
            SERVICE,
            """
            {"slis": [{"name": "errors", "query": "e{n=~'$canary'}", "max": 1},
                      {"name": "slow", "query": "s{n=~'$canary'}", "max": 1, "onBreach": "hold"}]}
            """));
  }

  @Test
  void theSeverestOfThoseThatComeMeanwhileIsActedOn() {
    milder()
        .on(probeOf(1, PASS, FAIL))
        .on(probeOf(2, FAIL, PASS), sends(), isIn(RolloutPhase.ANALYSING))
        .on(finds(), sends("stop-watching", "drain b2"));
    milder()
        .on(probeOf(1, FAIL, PASS))
        .on(probeOf(2, PASS, FAIL))
        .on(finds(), sends("stop-watching", "drain b2"));
  }

  @Test
  void inAPauseThatIsWatchedAHandEndsTheWatch() {
    milder()
        .on(probeOf(1, PASS, FAIL))
        .on(finds(), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofSeconds(20))
        .on(probeOf(1, FAIL, FAIL), sends(), isIn(RolloutPhase.PAUSED))
        .on(finds(RESTARTED), sends("stop-watching"), isIn(RolloutPhase.PAUSED))
        .then(story -> assertThat(KeptWatch.in(story.active())).isNull())
        .after(Duration.ofHours(1), sends());
    milder()
        .on(probeOf(1, PASS, FAIL))
        .on(finds())
        .after(Duration.ofSeconds(20))
        .on(probeOf(1, FAIL, FAIL))
        .after(Duration.ofSeconds(5), sends("stop-watching", "drain b2"));
  }

  @Test
  void aLookThatWasAskedForAfterTheSlotsOwnMomentIsEnough() {
    milder()
        .on(probeOf(1, PASS, FAIL))
        .on(finds(), isIn(RolloutPhase.PAUSED))
        .on(probeOf(1, FAIL, FAIL, Duration.ofSeconds(1)), sends("stop-watching", "drain b2"))
        .then(story -> assertThat(looks(story)).isEmpty());
  }

  @Test
  void missingDataThatIsActedOnIsLookedIntoToo() {
    watching(with(SERVICE, "{\"noData\": {\"policy\": \"rollback\"}}"))
        .on(probe(NO_DATA), sends(), isIn(RolloutPhase.ANALYSING))
        .on(finds(RESTARTED), isIn(RolloutPhase.PAUSED));
    watching(with(SERVICE, "{\"noData\": {\"policy\": \"rollback\"}}"))
        .on(probe(NO_DATA))
        .on(finds(), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void whereSerinKnowsNoInstanceThereIsNothingToLookAt() {
    Story.of(SERVICE)
        .on(asked(by("analysis-only", "{}")))
        .until("watch 1-3")
        .nobodyLooks()
        .on(probe(FAIL), tells("sli-probed FAIL", "rollback-started", "rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  private static Story.Act lateRed() {
    return story -> Acts.probed(story, story.active().rolloutId(), 1, FAIL);
  }

  private static long begun(Story story) {
    return story.active().steps().stream()
        .filter(step -> step.status() == StepStatus.RUNNING)
        .count();
  }

  @Test
  void aRedProbeOfAWindowThatIsOverKeepsTheNextStepFromBeginning() {
    Story story = rollout(SERVICE).until("keep b1").nobodyLooks();
    story
        .on(lateRed(), sends(), tells("sli-probed FAIL"), isIn(RolloutPhase.ROLLING))
        .ignores(lateRed(), Decision.Ignored.NOT_AWAITED)
        .on(Acts.done("keep b1"), sends(), tells("step-succeeded keep b1"));
    assertThat(begun(story)).as("nothing goes on").isZero();
    story
        .after(Duration.ofSeconds(5), sends("ready b1"), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void norIsTheRolloutOverBeforeItIsDecided() {
    Story story = rollout(SERVICE).until("serving b1").nobodyLooks();
    story.on(lateRed()).on(Acts.done("serving b1"), sends(), isIn(RolloutPhase.ROLLING));
    story
        .on(finds(), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    Story hand = rollout(SERVICE).until("serving b1").nobodyLooks();
    hand.on(lateRed())
        .on(Acts.done("serving b1"))
        .on(finds(RESTARTED), isIn(RolloutPhase.PAUSED))
        .ignores(lateRed(), Decision.Ignored.NOT_AWAITED)
        .on(resume())
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aPeerThatFailsMeanwhileDoesNotLeaveTheReleaseOnAPart() {
    rollout(SERVICE)
        .until("health b1")
        .nobodyLooks()
        .on(lateRed())
        .on(failsForGood("health b1"), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void thePlansOwnPauseDoesNotEndMeanwhile() {
    Story story =
        rollout(
                with(
                    SERVICE,
                    "{\"pauses\": [{\"after\": \"canary\", \"expires\": \"60s\", \"then\":"
                        + " \"go-on\"}]}"))
            .until("watch 1-2")
            .nobodyLooks();
    Instant begun = story.now();
    story
        .after(Duration.between(story.now(), begun.plusSeconds(58)))
        .on(probe(1, FAIL))
        .after(Duration.ofSeconds(4))
        .then(it -> assertThat(it.active().phase()).isInstanceOf(Phase.Watching.class))
        .on(probe(2, PASS))
        .on(probe(3, PASS))
        .after(Duration.ofSeconds(1))
        .then(isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void whoIsAtWorkOnACanaryThatServesAloneHasTheWheel() {
    Story story =
        rollout(Services.servesAlone())
            .until("watch 1-2")
            .until("watch 1-3")
            .on(comesAcross(RESTARTED), sends("stop-watching"), isIn(RolloutPhase.PAUSED));
    assertThat(KeptWatch.in(story.active())).isNull();
    story.ignores(probe(1, FAIL), Decision.Ignored.NOT_AWAITED);
    assertThat(story.active().steps())
        .filteredOn(step -> step.name() == StepName.ANALYSE)
        .isNotEmpty();
  }
}
