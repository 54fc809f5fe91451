package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.Migration;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.Request.RetryRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.ReleasePlan.CheckResult;
import dev.serin.contracts.rollout.RolloutEvent.PreflightFailed;
import dev.serin.contracts.rollout.RolloutEvent.PreflightPassed;
import dev.serin.contracts.rollout.RolloutPhase;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What a release's migrations do to its start.
class MigrationStoriesTest {
  private static final String DROPS = "SELECT 1;\nALTER TABLE users DROP COLUMN email;";

  private static Story story() {
    return Story.of(canaryThenPeers("b2", "b1"));
  }

  private static ReleaseRequested v2(String by, String reason, boolean forced, String... files) {
    ReleaseRequested it = Story.releaseOf("v2", IfBusy.QUEUE);
    return new ReleaseRequested(
        it.requestId(),
        it.service(),
        by,
        reason,
        it.version(),
        it.artifact(),
        null,
        null,
        null,
        List.of(files).stream().map(sql -> new Migration("db/1.sql", sql)).toList(),
        forced,
        it.ifBusy(),
        it.labels());
  }

  private static ReleaseRequested v2(String... files) {
    return v2("alice", "because", false, files);
  }

  private static Story checked(ReleaseRequested release) {
    return story()
        .on(asked(release))
        .on(done("check-pool"))
        .on(done("check-slis"))
        .on(done("inspect"));
  }

  private static PreflightPassed passed(Story story) {
    return (PreflightPassed) story.last().events().getFirst();
  }

  @Test
  void refusesWhatTheVersionThatStillRunsCannotLiveWith() {
    Story story =
        checked(v2(DROPS, "UPDATE a SET b = 1"))
            .then(sends())
            .then(tells("preflight-failed", "rollout-rejected"))
            .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
    PreflightFailed failed = (PreflightFailed) story.last().events().getFirst();
    assertThat(failed.problems())
        .containsExactly(
            "migrations: db/1.sql:2: ALTER TABLE users DROP COLUMN email: the version that still"
                + " runs reads and writes that column; stop using it in this release, and drop it"
                + " in a later one, once nothing that runs uses it");
    assertThat(failed.warnings())
        .singleElement()
        .asString()
        .startsWith("migrations: db/1.sql:1: UPDATE a SET b = 1: ");
    assertThat(story.state("v2").problems()).isEqualTo(failed.problems());
  }

  @Test
  void startsWithWhatIsAdditiveAndSaysSo() {
    PreflightPassed passed = passed(checked(v2("ALTER TABLE a ADD b int", "CREATE TABLE c ()")));
    assertThat(passed.head().why())
        .isEqualTo("every check is green; migrations: 2 files read, all of it additive");
    assertThat(passed.warnings()).isEmpty();
  }

  @Test
  void warnsOfWhatItCouldNotParse() {
    Story story = checked(v2("DO $$ BEGIN PERFORM 1; END $$"));
    assertThat(passed(story).warnings())
        .containsExactly(
            "migrations: db/1.sql:1: DO $…$: it could not be parsed, so it was only looked through"
                + " for keywords; none that breaks was found: read it yourself");
  }

  @Test
  void saysThatNoneWereGiven() {
    PreflightPassed passed = passed(checked(v2()));
    assertThat(passed.head().why()).isEqualTo("every check is green; migrations: none given");
    assertThat(passed.warnings()).isEmpty();
  }

  @Test
  void goesOnWhereSomebodyForcesItAndKeepsThatOnTheRecord() {
    Story story = checked(v2("alice", "nobody reads it", true, DROPS)).then(sends("drain b2"));
    PreflightPassed passed = passed(story);
    assertThat(passed.head().why())
        .contains("migrations: 1 file read, not additive, and forced by alice: nobody reads it");
    assertThat(passed.warnings())
        .startsWith("migrations: forced by alice: nobody reads it")
        .hasSize(2);
    assertThat(passed.warnings().getLast())
        .startsWith("migrations: db/1.sql:2: ALTER TABLE users DROP COLUMN email");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aRetryKeepsTheReasonThatForcedIt() {
    Story story =
        checked(v2("alice", "nobody reads it", true, DROPS))
            .on(Acts.abort())
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED)
            .on(retry(From.STEP));
    assertThat(story.active().request().forceMigrate()).isTrue();
    assertThat(story.active().request().reason())
        .isEqualTo("release v2 once more: alice forced it: nobody reads it");
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    assertThat(story.ledger().active()).isNull();
  }

  @Test
  void nobodyUnnamedTriesAgainWhatWasForced() {
    Story story = checked(v2("alice", "nobody reads it", true, DROPS)).on(Acts.abort()).goesOn();
    Request retry = new RetryRequested("again", Services.NAME, "unknown", "", null, From.STEP);
    story.on(asked(retry), sends(), refuses("expected the name of who tries again", "--by"));
  }

  @Test
  void nobodyUnnamedBeginsAnewWhatWasForcedAndPaused() {
    Story story =
        checked(v2("alice", "nobody reads it", true, DROPS)).until("watch 1-3").on(Acts.pause());
    Request unnamed =
        new RetryRequested("again", Services.NAME, "unknown", "again", null, From.START);
    story
        .on(asked(unnamed), sends(), refuses("expected the name of who tries again", "--by"))
        .then(isIn(RolloutPhase.PAUSED));
    Request named = new RetryRequested("anew", Services.NAME, "bob", "index now", null, From.START);
    story.on(asked(named)).goesOn();
    assertThat(story.told())
        .filteredOn(event -> event.head().requestId().equals("anew"))
        .anySatisfy(event ->
            assertThat(event.head().why()).contains("index now: alice forced it: nobody reads it"));
  }

  @Test
  void tellsNoMoreThanARecordHolds() {
    String drops =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "DROP TABLE t" + i + ";\n")
            .collect(Collectors.joining());
    Story story = checked(v2(drops));
    assertThat(story.state("v2").problems()).hasSize(Migrating.MOST + 1);
    assertThat(story.state("v2").problems().getLast())
        .isEqualTo("migrations: and 4980 more; all of them: serin check-migrations");
  }

  @Test
  void aPlanTellsTheSame() {
    assertThat(planned(v2()))
        .isEqualTo(new CheckResult("migrations", true, "migrations: none given"));
    assertThat(planned(v2("SELECT 1")).detail()).endsWith("1 file read, all of it additive");
    assertThat(planned(v2(DROPS)).ok()).isFalse();
    assertThat(planned(v2(DROPS)).detail()).contains("db/1.sql:2: ALTER TABLE users DROP COLUMN");
    assertThat(planned(v2("alice", "why", true, DROPS)).detail())
        .endsWith("not additive, and forced by alice: why");
  }

  private static CheckResult planned(ReleaseRequested release) {
    Story story = story();
    Preview preview =
        ((Parsed.Valid<Preview>) Preview.of(story.ledger(), story.service(), release)).value();
    ReleasePlan plan =
        preview.judged(
            preview.questions("plan/1", story.now()).stream()
                .map(question -> story.world().obey(question, story.now()))
                .toList(),
            Duration.ofSeconds(90),
            story.now());
    CheckResult check =
        plan.checks().stream()
            .filter(it -> it.name().equals("migrations"))
            .findFirst()
            .orElseThrow();
    assertThat(plan.problems().isEmpty()).isEqualTo(check.ok());
    return check;
  }
}
