package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.promoteFully;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusCommand.RunSmokeTest;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Plan;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The soak after the last step, and the smoke test before a node is ready.
class SoakAndSmokeTest {
  private static final ServiceDefinition SOAKED =
      with(canaryThenPeers("b2", "b1"), "{\"soak\": \"60s\"}");
  private static final ServiceDefinition SMOKED =
      with(
          canaryThenPeers("b2", "b1"),
          """
          {"smoke": [{"get": "/version?full=1", "contains": "build $version",
                      "json": {"/version": "$version"}, "within": "7s"},
                     {"get": "/missing", "status": 404}]}
          """);

  private static void isAsBefore(Story story, String version) {
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.state() == AdminState.READY && node.weight() == 100)
        .allMatch(node -> node.digest().equals(World.sha(version)));
  }

  @Test
  void watchesAllNodesAfterTheLastStep() {
    Story story =
        rollout(SOAKED)
            .until("watch 1-3")
            .until("drain b1")
            .until("serving b1")
            .on(done("serving b1"), sends("watch 1-2"), isIn(RolloutPhase.ANALYSING));
    assertThat(((WatchSlis) story.last().commands().getFirst()).slis().getFirst().query())
        .isEqualTo("errors{node=~\"(?:b2|b1)\"}");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void aBreachInTheSoakTakesEverythingBack() {
    Story story =
        rollout(SOAKED)
            .until("serving b1")
            .on(done("serving b1"), sends("watch 1-2"))
            .on(probe(FAIL), isIn(RolloutPhase.ROLLING_BACK), sends("stop-watching", "drain b1"))
            .goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story, "v1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"emergency", "OneAtATime"})
  void strategiesWithoutAWindowSoakToo(String strategy) {
    Story story =
        rollout(
                with(
                    SOAKED,
                    "{\"analysis\": {\"window\": \"0s\"}, \"strategy\": \"" + strategy + "\"}"))
            .until("serving b1")
            .on(done("serving b1"), sends("watch 1-2"));
    assertThat(((RolloutStarted) story.told().getFirst()).plan().window())
        .isEqualTo(Duration.ofSeconds(60));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void lengthensTheWindowOfTheLastShare() {
    ServiceDefinition shares =
        with(
            SOAKED,
            "{\"strategy\": \"traffic-steps\", \"trafficSteps\": [{\"share\": 10}, {\"share\": 100,"
                + " \"window\": \"30s\"}]}");
    assertThat(Plan.view(shares).window()).isEqualTo(Duration.ofSeconds(90));
    rollout(shares)
        .until("serving b1")
        .on(done("serving b1"), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void asksTheSlisBeforeAnythingIsTouchedThoughOnlyTheSoakNeedsThem() {
    rollout(with(SOAKED, "{\"analysis\": {\"window\": \"0s\"}}"))
        .then(story -> assertThat(story.newest("check-slis")).isNotNull());
  }

  @Test
  void promoteEndsTheSoakAndFullSkipsItBeforehand() {
    rollout(SOAKED)
        .until("serving b1")
        .on(done("serving b1"), sends("watch 1-2"))
        .on(promote(), sends("stop-watching"))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    rollout(SOAKED)
        .until("drain b1")
        .on(promoteFully())
        .until("serving b1")
        .on(done("serving b1"), sends())
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void theSwitchOnlyTellsInTheSoak() {
    Story story = rollout(SOAKED).until("serving b1").on(done("serving b1"));
    assertThat(
            story.last().commands().stream()
                .filter(GuardServers.class::isInstance)
                .map(command -> ((GuardServers) command).deadMan())
                .toList())
        .singleElement()
        .satisfies(deadMan -> assertThat(deadMan.action()).isEqualTo(DeadManAction.ALERT));
  }

  @Test
  void asksEachNodeInTheDarkAfterItsHealthCheck() {
    Story story =
        rollout(SMOKED)
            .until("health b2")
            .on(
                done("health b2"),
                sends("smoke b2"),
                waitsFor("smoke test of b2", "put b2 into rotation"));
    RunSmokeTest command = (RunSmokeTest) story.newest("smoke b2");
    assertThat(command.base()).isEqualTo("http://127.0.0.1:8080");
    assertThat(command.requests().getFirst().get()).isEqualTo("/version?full=1");
    assertThat(command.requests().getFirst().contains()).isEqualTo("build v2");
    assertThat(command.requests().getFirst().json()).isEqualTo(Map.of("/version", "v2"));
    assertThat(command.requests().get(1).status()).isEqualTo(404);
    story
        .on(done("smoke b2"), sends("ready b2"))
        .until("health b1")
        .on(done("health b1"), sends("smoke b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(story.state("v2").steps())
        .filteredOn(step -> step.name().equals("smoke"))
        .allSatisfy(step -> assertThat(step.detail()).contains("answers as expected, 2 requests"))
        .hasSize(2);
  }

  @Test
  void aCanaryThatAnswersSomethingElseIsTakenBackAndIsNotAskedThen() {
    Story story = rollout(SMOKED).until("smoke b2").on(failsForGood("smoke b2"), sends("drain b2"));
    long asked = story.sent().stream().filter(RunSmokeTest.class::isInstance).count();
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story, "v1");
    assertThat(story.sent().stream().filter(RunSmokeTest.class::isInstance)).hasSize((int) asked);
    assertThat(story.state("v2").message())
        .contains("smoke of b2 failed", "expected that it works");
  }

  @Test
  void aPeerThatAnswersSomethingElseHalts() {
    rollout(SMOKED)
        .until("smoke b1")
        .on(failsForGood("smoke b1"))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void promoteSkipsNoSmokeTest() {
    rollout(SMOKED)
        .until("smoke b2")
        .on(promote(), Acts.refuses("expected a rollout that watches"))
        .on(promoteFully())
        .on(done("smoke b2"), sends("ready b2"));
  }

  @Test
  void anAbortInTheMiddleOfASmokeTestTakesItBack() {
    Story story = rollout(SMOKED).until("smoke b2").on(abort(), sends("drain b2")).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aSmokeTestHasTheTimeOfItsRequests() {
    assertThat(Plan.view(SMOKED).steps())
        .filteredOn(step -> step.name().equals("smoke"))
        .allSatisfy(step ->
            assertThat(step.deadline()).isEqualTo(Duration.ofSeconds(12).plus(Deadlines.SLACK)))
        .hasSize(2);
  }

  @Test
  void aReturnToAnEarlierReleaseIsNeitherTestedNorSoaked() {
    ServiceDefinition both = with(SMOKED, "{\"soak\": \"60s\"}");
    Story story =
        rollout(both).goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED).on(takeBack());
    assertThat(story.active().service().smoke()).isEmpty();
    assertThat(story.active().service().soak()).isZero();
    story.goesOn();
    isAsBefore(story, "v1");
  }

  @Test
  void aReleaseMayHaveAnotherSoakAndNoSmokeTest() {
    Story story =
        Story.of(with(SMOKED, "{\"soak\": \"60s\"}"))
            .on(Acts.asked(Acts.withOverrides("{\"soak\": \"120s\", \"smoke\": []}")));
    assertThat(story.active().service().soak()).isEqualTo(Duration.ofMinutes(2));
    assertThat(story.active().service().smoke()).isEmpty();
  }
}
