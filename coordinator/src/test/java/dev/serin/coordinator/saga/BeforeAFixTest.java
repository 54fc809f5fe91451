package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.BeforeTheStartTest.ABOVE;
import static dev.serin.coordinator.saga.BeforeTheStartTest.checked;
import static dev.serin.coordinator.saga.BeforeTheStartTest.finds;
import static dev.serin.coordinator.saga.BeforeTheStartTest.is;
import static dev.serin.coordinator.saga.BeforeTheStartTest.passed;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The release that mends what a bad one has done must not be refused for it: its errors are still
/// within what the queries look back, or a part of the fleet is as it has left it.
class BeforeAFixTest {
  private static final String RED = "red before anything is changed: " + ABOVE + "; ";

  private static final ServiceDefinition SERVICE =
      with(
          canaryThenPeers("b2", "b1"),
          """
          {"analysis": {"redBaseline": "stop"},
           "slis": [{"name": "errors", "query": "rate(errors{n=~'$canary'}[5m])", "max": 1}]}
          """);

  private static Story takenBack(ServiceDefinition service) {
    return rollout(service)
        .until("watch 1-3")
        .on(probe(FAIL))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  private static Story released(Story story, String version) {
    return story.on(release(version)).on(done("check-pool")).on(done("inspect"));
  }

  private static Story findsItRed(Story story, String version) {
    return released(story, version).on(finds(is("errors", FAIL, ABOVE)));
  }

  private static void refusesIt(Story story, String version) {
    released(story, version)
        .on(finds(is("errors", FAIL, ABOVE)), refuses("red before anything is changed: "));
  }

  @Test
  void goesOnWhileTheErrorsOfTheBadOneAreWithinWhatTheQueriesLookBack() {
    Story story =
        findsItRed(takenBack(SERVICE).after(Duration.ofSeconds(299)), "v3")
            .then(isIn(RolloutPhase.ROLLING));
    assertThat(passed(story).warnings())
        .contains(
            RED
                + "what an earlier rollout ended or took back was at work until 4m59s ago, and the queries look back 5m");
  }

  @Test
  void isStoppedOnceTheyAreNot() {
    refusesIt(takenBack(SERVICE).after(Duration.ofMinutes(5)), "v3");
  }

  @Test
  void goesOnForTenMinutesWhereTheQueriesDoNotTell() {
    ServiceDefinition gauge =
        with(
            SERVICE,
            """
            {"slis": [{"name": "errors", "query": "errors{n=~'$canary'}", "max": 1}]}
            """);
    findsItRed(takenBack(gauge).after(Duration.ofSeconds(599)), "v3")
        .then(isIn(RolloutPhase.ROLLING));
    refusesIt(takenBack(gauge).after(Duration.ofMinutes(10)), "v3");
  }

  /// What was refused, or ended before it had begun anything, has changed nothing.
  @Test
  void oneThatNeverBeganIsNeitherBadNorMakesTheBadOneForgotten() {
    Story refused =
        released(takenBack(SERVICE), "v3").on(failsForGood("check-slis"), refuses("sli-watcher: "));
    findsItRed(refused, "v4").then(isIn(RolloutPhase.ROLLING));
    Story aborted = takenBack(SERVICE).on(release("v3")).on(abort());
    findsItRed(aborted, "v4").then(isIn(RolloutPhase.ROLLING));

    refusesIt(rollout(SERVICE).on(abort()).endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED), "v3");
  }

  @Test
  void oneThatCompletedIsNotBad() {
    Story story =
        takenBack(SERVICE)
            .on(release("v3"))
            .until("watch 1-3")
            .goesOn()
            .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    refusesIt(story, "v4");
  }

  /// It completed and was bad all the same.
  @Test
  void goesOnAfterAWayBackOrARestartOfWhatWasBad() {
    for (String cure : List.of("emergency", "restart")) {
      Story story =
          rollout(SERVICE)
              .until("watch 1-3")
              .goesOn()
              .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
              .on(Acts.asked(Acts.by("v3", cure, "{}")))
              .goesOn()
              .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
      findsItRed(story, "v4").then(isIn(RolloutPhase.ROLLING));
      assertThat(passed(story).warnings())
          .singleElement()
          .asString()
          .startsWith(RED + "what an earlier rollout ended or took back was at work until ");
    }
  }

  @Test
  void whatOnlyLookedMakesTheBadOneNotForgotten() {
    Story story =
        takenBack(SERVICE)
            .on(Acts.asked(Acts.by("v3", "analysis-only", "{\"window\": \"30s\"}")))
            .goesOn()
            .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    findsItRed(story, "v4").then(isIn(RolloutPhase.ROLLING));
  }

  /// A plan for the fix, made while the bad one is still at work.
  @Test
  void aPlanSaysAsTheRolloutWillWhileTheBadOneIsAtWork() {
    Story story = rollout(SERVICE).until("watch 1-3");
    ReleasePlan plan =
        AskedBeforeTheStartTest.planned(
            story, SERVICE, check -> checked(check, List.of(), is("errors", FAIL, ABOVE)));
    assertThat(plan.problems()).isEmpty();
    assertThat(plan.warnings()).anyMatch(it -> it.startsWith(RED) && it.contains("is at work on"));
  }

  @Test
  void goesOnWhereANodeIsLeftOut() {
    Story story =
        rollout(SERVICE)
            .until("health b1")
            .on(failsForGood("health b1"))
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED)
            .after(Duration.ofHours(1));
    findsItRed(story, "v3");
    assertThat(passed(story).warnings())
        .contains(RED + "an earlier rollout has left b1 out of rotation");
  }

  /// Somebody has put the node back that was left out, with the bad release on it.
  @Test
  void goesOnWhereABadReleaseIsOnAPartOfTheFleet() {
    Story story =
        rollout(SERVICE)
            .until("health b1")
            .on(failsForGood("health b1"))
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED)
            .then(it -> it.world().set("b1", AdminState.READY, 100))
            .on(release("v3"))
            .until("watch 1-3")
            .on(probe(FAIL))
            .goesOn()
            .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
            .then(it -> assertThat(it.ledger().leftOut()).isEmpty())
            .after(Duration.ofHours(1));
    findsItRed(story, "v4");
    assertThat(passed(story).warnings())
        .contains(RED + "an earlier rollout has left v2 on a part of the fleet");
  }
}
