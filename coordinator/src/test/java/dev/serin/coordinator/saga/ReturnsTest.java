package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.idOf;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusCommand.KeepBinary;
import dev.serin.contracts.incus.IncusCommand.PushArtifact;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A completed release is taken back, and what stopped is tried again: each by a rollout of its
/// own.
class ReturnsTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1", "b3");

  private static Story released(String... versions) {
    Story story = Story.of(SERVICE);
    for (String version : versions) {
      story.on(release(version)).goesOn();
    }
    return story;
  }

  private static void runs(Story story, String version) {
    assertThat(story.ledger().active()).isNull();
    assertThat(story.world().nodes().values())
        .allMatch(World.Node::isIn)
        .allMatch(node -> node.digest().equals(World.sha(version)));
  }

  @Test
  void takesACompletedReleaseBackOnEveryNodeWithoutAWindow() {
    Story story =
        released("v2", "v3")
            .on(takeBack(), sends("check-pool", "inspect"), tells("rollout-started"));
    RolloutStarted started = (RolloutStarted) story.last().events().getFirst();
    assertThat(started.head().version()).isEqualTo("v2");
    assertThat(started.head().by()).isEqualTo("bob");
    assertThat(started.head().why()).isEqualTo("takes v3 back: it smells");
    assertThat(started.plan().strategy()).isEqualTo("emergency");
    assertThat(started.plan().window()).isZero();
    story.until("drain b2").until("push b2");
    assertThat(((PushArtifact) story.newest("push b2")).artifact().uri())
        .isEqualTo("node:/opt/api/.serin/api-" + World.sha("v2"));
    runs(story.goesOn(), "v2");
    assertThat(story.ledger().lastKnownGood()).extracting("version").isEqualTo("v2");
    assertThat(story.told()).noneMatch(event -> Words.of(event).equals("rollback-started"));
  }

  @Test
  void keepsOneBinaryMoreSoThatTheOneItNeedsStays() {
    Story story = released("v2", "v3").on(takeBack()).until("keep b2");
    assertThat(((KeepBinary) story.newest("keep b2")).install().keep())
        .isEqualTo(SERVICE.install().keep() + 1);
    assertThat(((KeepBinary) released("v2").newest("keep b2")).install().keep())
        .isEqualTo(SERVICE.install().keep());
  }

  @Test
  void goesOneReleaseFurtherBackEachTimeAndSaysWhereTheRecordEnds() {
    Story story = released("v2", "v3");
    runs(story.on(takeBack()).goesOn(), "v2");
    runs(story.on(takeBack()).goesOn(), "v1");
    assertThat(story.ledger().lastKnownGood())
        .extracting("version")
        .isEqualTo("sha256:" + World.sha("v1").substring(0, 12));
    story.on(takeBack(), sends(), refuses("expected to know what ran before", "release what"));
    runs(story, "v1");
  }

  @Test
  void goesBackToWhatRanBeforeAReleaseThatFollowedAWayBack() {
    Story story = released("v2", "v3").on(takeBack()).goesOn().on(release("v4")).goesOn();
    runs(story.on(takeBack()).goesOn(), "v2");
    runs(story.on(takeBack()).goesOn(), "v1");
  }

  @Test
  void countsAReleaseOfWhatRunsAlreadyForNothing() {
    Story story = released("v2", "v3");
    Ledger before = story.ledger();
    story.on(Acts.asked(again("v3"))).goesOn();
    assertThat(story.ledger().earlier()).isEqualTo(before.earlier());
    runs(story.on(takeBack()).goesOn(), "v2");
  }

  /// A, B, A: what ran before the second A is B, though A is an old acquaintance.
  @Test
  void goesBackToWhatRanBeforeAnOldVersionThatWasReleasedAnew() {
    Story story = released("v2", "v3").on(Acts.asked(again("v2"))).goesOn();
    runs(story, "v2");
    runs(story.on(takeBack()).goesOn(), "v3");
    runs(story.on(takeBack()).goesOn(), "v2");
    runs(story.on(takeBack()).goesOn(), "v1");
  }

  private static Request again(String version) {
    var first = Story.releaseOf(version, Request.IfBusy.QUEUE);
    return new ReleaseRequested(
        "again",
        first.service(),
        first.requestedBy(),
        first.reason(),
        version,
        first.artifact(),
        null,
        null,
        null,
        List.of(),
        false,
        first.ifBusy(),
        first.labels());
  }

  @Test
  void bringsTheNewerReleaseBackWhenItIsAborted() {
    runs(released("v2", "v3").on(takeBack()).until("push b1").on(abort()).goesOn(), "v3");
  }

  @Test
  void bringsTheLastKnownGoodToAFleetThatHalted() {
    Story story =
        released("v2")
            .on(release("v3"))
            .until("health b1")
            .on(failsForGood("health b1"))
            .endsIn("v3", RolloutPhase.HALTED, Outcome.HALTED)
            .on(takeBack(idOf("v3")))
            .until("drain b1");
    assertThat(story.active().request().version()).isEqualTo("v2");
    assertThat(story.active().request().reason()).isEqualTo("takes v3 back: it smells");
    runs(story.goesOn(), "v2");
    assertThat(story.ledger().leftOut()).isEmpty();
  }

  @Test
  void saysWhatToDoWhereTheFirstReleaseHalted() {
    Story story =
        Story.of(SERVICE)
            .on(takeBack(), refuses("that completed, found none; release what shall run"))
            .on(release("v2"))
            .until("health b1")
            .on(failsForGood("health b1"))
            .endsIn("v2", RolloutPhase.HALTED, Outcome.HALTED)
            .on(
                takeBack(),
                sends(),
                refuses(
                    "expected a release of api that completed, found none, and v2 on a part of the"
                        + " fleet",
                    "serin release api --strategy emergency --artifact FILE --version VERSION"));
    story.on(Acts.asked(emergency("v1"))).goesOn();
    runs(story, "v1");
    assertThat(story.ledger().leftOut()).isEmpty();
  }

  private static Request emergency(String version) {
    var release = Story.releaseOf(version, Request.IfBusy.QUEUE);
    return new ReleaseRequested(
        release.requestId(),
        release.service(),
        release.requestedBy(),
        release.reason(),
        version,
        release.artifact(),
        null,
        "emergency",
        null,
        List.of(),
        false,
        release.ifBusy(),
        release.labels());
  }

  private static Story haltedWithPartOfTheFleetOnV3() {
    return released("v2")
        .on(release("v3"))
        .until("health b1")
        .on(failsForGood("health b1"))
        .endsIn("v3", RolloutPhase.HALTED, Outcome.HALTED);
  }

  private static void bringsTheLastKnownGood(Story story) {
    story.on(takeBack(idOf("v3"))).until("drain b1");
    assertThat(story.active().request().version()).isEqualTo("v2");
    assertThat(story.active().request().reason()).isEqualTo("takes v3 back: it smells");
    runs(story.goesOn(), "v2");
  }

  @Test
  void bringsTheLastKnownGoodAlsoWhereSomethingWasRejectedSinceItHalted() {
    bringsTheLastKnownGood(
        haltedWithPartOfTheFleetOnV3()
            .on(release("v4"))
            .on(failsForGood("inspect"))
            .goesOn()
            .endsIn("v4", RolloutPhase.REJECTED, Outcome.REJECTED));
  }

  @Test
  void bringsTheLastKnownGoodAlsoWhereSomethingWasTakenBackSinceItHalted() {
    bringsTheLastKnownGood(
        haltedWithPartOfTheFleetOnV3()
            .on(release("v4"))
            .until("watch 1-3")
            .on(probe(FAIL))
            .goesOn()
            .endsIn("v4", RolloutPhase.ROLLED_BACK, Outcome.BREACHED));
  }

  @Test
  void goesToWhatRanBeforeOnceAReleaseHasMendedTheFleetThatHalted() {
    Story story = haltedWithPartOfTheFleetOnV3().on(release("v4")).goesOn();
    runs(story, "v4");
    runs(story.on(takeBack(idOf("v4"))).goesOn(), "v2");
    runs(story.on(takeBack()).goesOn(), "v1");
  }

  @Test
  void takesBackOnlyTheReleaseThatIsOnTheFleet() {
    released("v2", "v3")
        .on(takeBack(idOf("v2")), sends(), refuses("expected the rollout whose release is on"))
        .on(takeBack(idOf("v3")), tells("rollout-started"))
        .goesOn();
  }

  @Test
  void releasesOnceMoreWhatWasTakenBack() {
    Story story =
        released("v2")
            .on(release("v3"))
            .until("watch 1-3")
            .on(probe(FAIL))
            .goesOn()
            .on(retry(From.STEP, idOf("v2")), refuses("found another one than the last"))
            .on(retry(From.STEP, idOf("v3")), tells("rollout-started"));
    assertThat(story.active().rolloutId()).isNotEqualTo(idOf("v3"));
    assertThat(story.active().request().version()).isEqualTo("v3");
    assertThat(story.active().request().reason()).isEqualTo("release v3 once more");
    runs(story.goesOn(), "v3");
  }

  private static Story breachedWithV3() {
    return released("v2").on(release("v3")).until("watch 1-3").on(probe(FAIL)).goesOn();
  }

  @Test
  void releasesOnceMoreWhatWasRefusedSinceAndNothingOlder() {
    Story story =
        breachedWithV3()
            .on(Acts.freeze(null))
            .on(release("v4"), refuses("expected no freeze"))
            .on(retry(From.STEP), refuses("expected no freeze"))
            .on(Acts.unfreeze())
            .on(retry(From.STEP), tells("rollout-started"));
    assertThat(story.active().request().version()).isEqualTo("v4");
    runs(story.goesOn(), "v4");
    story.on(retry(From.STEP), refuses("completed"));
  }

  @Test
  void releasesOnceMoreWhatWasAbortedWhileItWaited() {
    Story story =
        Story.of(with(SERVICE, "{\"onFreeze\": \"wait\"}"))
            .on(release("v3"))
            .until("watch 1-3")
            .on(probe(FAIL))
            .goesOn()
            .on(Acts.freeze(null))
            .on(release("v4"), tells("rollout-queued"))
            .on(abort(idOf("v4")), tells("rollback-completed"))
            .on(Acts.unfreeze())
            .on(retry(From.STEP), tells("rollout-started"));
    assertThat(story.active().request().version()).isEqualTo("v4");
  }

  @Test
  void releasesWhatIsNamedThoughSomethingWasRefusedSince() {
    Story story =
        breachedWithV3()
            .on(Acts.freeze(null))
            .on(release("v4"), refuses("expected no freeze"))
            .on(Acts.unfreeze());
    Story named = story.on(retry(From.STEP, idOf("v4")), tells("rollout-started"));
    assertThat(named.active().request().version()).isEqualTo("v4");
    named.on(abort()).on(retry(From.STEP, idOf("v3")), refuses("found another one than the last"));
    Story older =
        breachedWithV3()
            .on(Acts.freeze(null))
            .on(release("v4"))
            .on(Acts.unfreeze())
            .on(retry(From.STEP, idOf("v3")), tells("rollout-started"));
    assertThat(older.active().request().version()).isEqualTo("v3");
  }

  @Test
  void takesBackWhatWasDoneAndBeginsAnewWhereThatIsAsked() {
    Story story =
        released("v2")
            .on(release("v3"))
            .until("watch 1-3")
            .on(Acts.pause())
            .on(release("v4"))
            .on(
                retry(From.START),
                tells("rollout-queued", "rollback-started", "step-started undo-drain b2"))
            .until("check-pool");
    assertThat(story.active().request().version()).as("before what waited").isEqualTo("v3");
    story
        .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.SUPERSEDED)
        .goesOn()
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void beginsTheWindowAnewWhenItIsRetried() {
    Story story =
        Story.rollout(with(SERVICE, "{\"noData\": {\"then\": \"pause\"}}"))
            .until("watch 1-3")
            .after(Duration.ofMinutes(10))
            .then(Acts.isIn(RolloutPhase.PAUSED))
            .on(retry(From.STEP), sends("watch 1-3"));
    assertThat(((Phase.Watching) story.active().phase()).watch().id()).endsWith("/2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void remembersTenReleases() {
    Story story = released("v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12");
    assertThat(story.ledger().earlier()).hasSize(Ledger.REMEMBERED_EARLIER);
    assertThat(story.ledger().earlier().getLast().version()).isEqualTo("v11");
    assertThat(story.ledger().earlier().getFirst().version()).isEqualTo("v2");
  }
}
