package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.ERROR;
import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.sendsNothing;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.saga.Decision.Ignored;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AnalysisTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final ServiceDefinition PAUSES =
      with(SERVICE, "{\"noData\": {\"then\": \"pause\"}}");

  private static Story watching(ServiceDefinition service) {
    return rollout(service).until("watch 1-3");
  }

  @Test
  void rollsBackWhenTheFirstProbeFails() {
    watching(SERVICE)
        .on(
            probe(FAIL),
            sends("stop-watching", "drain b2"),
            tells("sli-probed FAIL", "rollback-started", "step-started undo-drain b2"),
            isIn(RolloutPhase.ROLLING_BACK))
        .then(story -> {
          RolloutEvent.RollbackStarted started =
              (RolloutEvent.RollbackStarted) story.last().events().get(1);
          assertThat(started.cause()).isEqualTo(Outcome.BREACHED);
          assertThat(started.nodes()).containsExactly("b2");
          assertThat(started.evidence()).hasSize(1);
          assertThat(started.head().why()).contains("probe 1 is FAIL", "errors is 0.1");
        })
        .on(done("drain b2"), sends("restore b2"))
        .ignores(probe(PASS), Ignored.ALREADY_ROLLING_BACK)
        .ignores(probe(2, FAIL), Ignored.ALREADY_ROLLING_BACK)
        .on(done("restore b2"), sends("restart b2"))
        .on(done("restart b2"), sends("health b2"))
        .on(done("health b2"), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(
            done("serving b2"),
            sends(),
            tells("step-succeeded undo-serving b2", "rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void neverCountsMissingDataAsGreen() {
    for (Verdict blind : new Verdict[] {NO_DATA, ERROR}) {
      watching(SERVICE)
          .on(probe(PASS))
          .on(probe(blind), sends("watch 3-4"))
          .on(probe(blind), sends("watch 4-5"))
          .on(probe(PASS), sends())
          .on(probe(PASS), sends("stop-watching", "drain b1"));
    }
  }

  @Test
  void judgesEachSlotOnce() {
    watching(SERVICE)
        .on(probe(1, PASS))
        .ignores(probe(1, PASS), Ignored.SLOT_JUDGED)
        .ignores(probe(1, NO_DATA), Ignored.SLOT_JUDGED)
        .on(probe(2, NO_DATA))
        .ignores(probe(2, PASS), Ignored.SLOT_JUDGED)
        .ignores(probe(2, ERROR), Ignored.SLOT_JUDGED)
        .ignores(probe(99, PASS), Ignored.SLOT_JUDGED)
        .then(
            waitsFor(
                "probe 3, 1 of 3 are green; all of them take until " + Story.NOON.plusSeconds(130),
                "drain b1"));
  }

  @Test
  void letsFailBeatPassForOneSlot() {
    watching(SERVICE)
        .on(probe(1, PASS))
        .on(probe(1, FAIL), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void takesProbesInAnyOrderAndEndsOnlyWhenEverySlotIsCovered() {
    watching(SERVICE)
        .on(probe(3, PASS), sends())
        .on(probe(1, PASS), sends())
        .on(probe(2, PASS), sends("stop-watching", "drain b1"));
  }

  @Test
  void isNotOutrunByTheWindowsEnd() {
    watching(SERVICE)
        .on(probe(PASS))
        .on(probe(PASS))
        .on(probe(PASS), isIn(RolloutPhase.ROLLING))
        .on(
            probe(3, FAIL),
            sends("ready b1"),
            tells("sli-probed FAIL", "rollback-started", "step-started undo-ready b1"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void ignoresAnotherVerdictAfterTheWindow() {
    watching(SERVICE)
        .until("drain b1")
        .ignores(probe(3, PASS), Ignored.NOT_AWAITED)
        .ignores(probe(3, NO_DATA), Ignored.NOT_AWAITED);
  }

  @Test
  void keepsToWhoeverSkippedTheWindow() {
    watching(SERVICE)
        .on(
            promote(),
            sends("stop-watching", "drain b1"),
            tells("rollout-promoted", "step-started drain b1"))
        .ignores(probe(1, FAIL), Ignored.NOT_AWAITED)
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void renewsTheWatchersLeaseAndNoticesItsSilence() {
    watching(SERVICE)
        .on(probe(PASS))
        .after(Duration.ofSeconds(16), sends("watch 2-3", "watch 2-3", "watch 2-3"), tells())
        .then(story -> {
          WatchSlis watch = (WatchSlis) Acts.steps(story.last()).getLast();
          assertThat(watch.leaseUntil()).isEqualTo(Story.NOON.plusSeconds(15 + 30));
          assertThat(watch.start()).isEqualTo(Story.NOON.plusSeconds(10));
        })
        .then(story ->
            assertThat(story.active().message()).isEqualTo("watches the SLIs of the canary"))
        .after(Duration.ofSeconds(110))
        .then(story ->
            assertThat(story.active().message())
                .contains("no probe for slot 2", "is the sli-watcher running?"))
        .on(probe(PASS))
        .then(story ->
            assertThat(story.active().message()).isEqualTo("watches the SLIs of the canary"));
  }

  @Test
  void rollsBackWhenTheWatcherStaysSilent() {
    // start + interval + limit = 10 s + 30 s + 2 min
    watching(SERVICE)
        .after(Duration.ofSeconds(159), isIn(RolloutPhase.ANALYSING))
        .after(Duration.ofSeconds(1), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
        .then(story -> assertThat(story.state("v2").message()).contains("no green probe since"));
  }

  @Test
  void countsTheLimitFromTheNewestGreenProbe() {
    watching(SERVICE)
        .after(Duration.ofSeconds(40))
        .on(probe(PASS))
        .after(Duration.ofSeconds(60))
        .on(probe(NO_DATA))
        .on(probe(NO_DATA))
        .after(Duration.ofSeconds(89), isIn(RolloutPhase.ANALYSING))
        .after(Duration.ofSeconds(1), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void endsWhereDataComesAndGoesForTooLong() {
    // Window and limit together are 90 min: 180 slots of 30 s may be missing.
    Story story =
        rollout(
                with(
                    SERVICE,
                    "{\"noData\": {\"limit\": \"30m\"}, \"analysis\": {\"window\": \"60m\"}}"))
            .until("watch 1-120");
    int missing = 0;
    while (story.active().phase() instanceof Phase.Watching) {
      story.on(probe(NO_DATA));
      missing++;
    }
    assertThat(missing).isEqualTo(181);
    story
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
        .then(it -> assertThat(it.state("v2").message()).contains("1h30m30s of the analysis"));
  }

  @Test
  void pausesForAPersonWhereTheServiceSaysSo() {
    watching(PAUSES)
        .after(Duration.ofSeconds(160), isIn(RolloutPhase.PAUSED))
        .then(story ->
            assertThat(Words.of(story.last().events().getLast())).isEqualTo("rollout-paused"))
        .then(
            waitsFor(
                "a person: resume, promote or abort",
                "resume goes on watching, promote goes on without, abort takes it back"))
        .after(Duration.ofDays(3), sends(), tells(), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("watch 1-3"), tells("rollout-resumed"), isIn(RolloutPhase.ANALYSING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void isPatientAgainAfterAResume() {
    watching(PAUSES)
        .after(Duration.ofSeconds(160), isIn(RolloutPhase.PAUSED))
        .on(resume())
        .after(Duration.ofSeconds(149), isIn(RolloutPhase.ANALYSING))
        .after(Duration.ofSeconds(1), isIn(RolloutPhase.PAUSED));
  }

  @Test
  void goesOnOrBackFromAPauseAsThePersonSays() {
    watching(PAUSES)
        .after(Duration.ofSeconds(160), isIn(RolloutPhase.PAUSED))
        // Nobody has watched for so long that its switch may have taken the canary out.
        .on(promote(), sends("ready b2"), tells("rollout-promoted", "step-started ready b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    watching(PAUSES)
        .after(Duration.ofSeconds(160), isIn(RolloutPhase.PAUSED))
        .on(abort(), sends("drain b2"), tells("rollback-started", "step-started undo-drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void takesARedProbeSeriouslyEvenWhilePaused() {
    watching(PAUSES)
        .after(Duration.ofSeconds(160), isIn(RolloutPhase.PAUSED))
        .ignores(probe(1, PASS), Ignored.NOT_AWAITED)
        .on(probe(1, FAIL), sends("drain b2"), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void rollsBackAtOnceWhereMissingDataMayNotBe() {
    watching(with(SERVICE, "{\"noData\": {\"policy\": \"rollback\"}}"))
        .on(probe(NO_DATA), sends("stop-watching", "drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void doesNotCountItsOwnAbsenceAsMissingData() {
    watching(SERVICE)
        .after(Duration.ofSeconds(40))
        .on(probe(PASS))
        .away(Duration.ofHours(1), sends("watch 2-3"), isIn(RolloutPhase.ANALYSING))
        .on(probe(2, PASS))
        .on(probe(3, PASS), isIn(RolloutPhase.ROLLING));
  }

  @Test
  void ignoresAProbeOfAnotherAnalysis() {
    watching(SERVICE)
        .ignores(story -> Acts.probed(story, Story.idOf("v1"), 1, FAIL), Ignored.NOT_AWAITED);
  }

  @Test
  void countsNothingGreenOfAWatcherWhoseClockIsFarAhead() {
    for (Verdict verdict : List.of(PASS, Verdict.NO_DATA)) {
      watching(SERVICE)
          .on(story -> ahead(story, verdict), tells("sli-probed ERROR"), sendsNothing())
          .then(story -> assertThat(watch(story).verdicts()).isEmpty())
          .then(story ->
              assertThat(Objects.requireNonNull(story.active().lastProbe()).results())
                  .first()
                  .extracting(SliResult::detail)
                  .isEqualTo(
                      "the sli-watcher's clock is ahead of the coordinator's by 3m, so what it"
                          + " says does not count: set the clocks"));
    }
    watching(SERVICE).on(story -> ahead(story, FAIL), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void tellsOnceOfAClockThatIsFarAheadUntilAnotherProbeComes() {
    watching(SERVICE)
        .on(story -> ahead(story, PASS), tells("sli-probed ERROR"))
        .ignores(story -> ahead(story, PASS), Ignored.NOT_DUE)
        .ignores(story -> ahead(story, Verdict.NO_DATA), Ignored.NOT_DUE)
        .on(probe(PASS), tells("sli-probed PASS"))
        .on(story -> ahead(story, 2, Verdict.NO_DATA), tells("sli-probed ERROR"))
        .ignores(story -> ahead(story, 2, Verdict.NO_DATA), Ignored.NOT_DUE);
  }

  private static Watch watch(Story story) {
    return ((Phase.Watching) story.active().phase()).watch();
  }

  private static Input ahead(Story story, Verdict verdict) {
    return ahead(story, 1, verdict);
  }

  private static Input ahead(Story story, int slot, Verdict verdict) {
    Phase.Watching watching = (Phase.Watching) story.active().phase();
    Instant theirs = story.now().plusSeconds(180);
    return Acts.answered(
        story,
        new SliEvent.SlotProbed(
            new AnswerHead("c", story.active().rolloutId(), Services.NAME, null, 1, theirs),
            watching.watch().id(),
            slot,
            theirs,
            verdict,
            List.of()));
  }
}
