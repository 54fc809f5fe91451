package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.sees;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// On the way back from canaries that serve alone: the peers come back first, and what keeps one of
/// them away keeps the bad release in service.
class PeersComeBackTest {
  private static final ServiceDefinition SERVICE = Services.servesAlone();

  private static Story breached() {
    return rollout(SERVICE).until("watch 1-2").until("watch 1-3").on(probe(FAIL));
  }

  private static void isAsBefore(Story story) {
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.state() == AdminState.READY && node.weight() == 100)
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  /// The load balancer does not answer: both commands fail at once, whenever they are given.
  private static Story unreachableFor(Story story, Duration time) {
    Instant until = story.now().plus(time);
    while (story.now().isBefore(until)) {
      for (String ready : List.of("ready b3", "ready b1")) {
        if (story.isPending(story.newest(ready))) {
          story.on(fails(ready));
        }
      }
      story.after(Duration.ofSeconds(1));
    }
    return story;
  }

  @Test
  void aLoadBalancerThatIsAwayForAMinuteDoesNotKeepTheCanaryInService() {
    Story story = unreachableFor(breached(), Duration.ofMinutes(1)).after(Duration.ofSeconds(10));
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
    assertThat(story.told())
        .filteredOn(RolloutEvent.StepFailed.class::isInstance)
        .as("what says nothing new is not told again and again")
        .hasSizeLessThan(10);
  }

  @Test
  void oneThatStaysAwayEndsItWithinThePlansBound() {
    Story story = unreachableFor(breached(), Duration.ofMinutes(11)).goesOn();
    story.endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").message()).contains("b2 keeps v2 and stays in rotation");
  }

  /// Both are ready, and neither can be proven: the front door is shut, say.
  private static Story unproven(Story.Act... meanwhile) {
    Story story = breached().on(done("ready b3")).on(done("ready b1")).after(Duration.ofSeconds(1));
    for (Story.Act act : meanwhile) {
      story.on(act);
    }
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("serving b3")).on(failsForGood("serving b1"));
      story.after(Duration.ofSeconds(2L * attempt));
    }
    return story;
  }

  @Test
  void theCanaryLeavesWhereTheLoadBalancersSeeAPeerInRotation() {
    Story story = unproven(sees("b1", "b2", "b3"));
    assertThat(story.allAwaited()).extracting(Words::of).containsExactly("drain b2");
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.world().node("b2").digest()).isEqualTo(World.sha("v1"));
  }

  @Test
  void itStaysWhereTheySeeNobodyElse() {
    Story story = unproven(sees("b2"), sees("b1", "b2"), sees("b2"));
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").message()).contains("b2 keeps v2 and stays in rotation");
    story = unproven();
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").message()).contains("b2 keeps v2 and stays in rotation");
  }

  private static final Failure DOWN =
      new Failure(Failure.Reason.TIMED_OUT, "b1 in rotation", "DOWN", "see why", true);

  @Test
  void theCanaryWaitsNoLongerForAPeerThatHasDied() {
    Story story = breached().on(done("ready b3")).after(Duration.ofSeconds(61));
    story.on(fails("ready b1", DOWN), sends("serving b3"));
    story
        .on(done("serving b3"), sends("drain b2"))
        .until("serving b2")
        .on(done("serving b2"), sends("ready b1"));
    assertThat(story.state("v2").phase()).isEqualTo(RolloutPhase.ROLLING_BACK);
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
  }

  @Test
  void aPeerThatNeverComesBackIsNamedAtTheEnd() {
    Story story =
        breached().on(done("ready b3")).after(Duration.ofSeconds(61)).on(fails("ready b1", DOWN));
    story.until("serving b2").on(done("serving b2"), sends("ready b1"));
    for (int attempt = 2; attempt <= 5; attempt++) {
      story.on(fails("ready b1", DOWN)).after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").message()).contains("b1", "ready failed 5 times");
    assertThat(story.world().node("b2").digest()).isEqualTo(World.sha("v1"));
  }

  @Test
  void aPeerWithoutAProofHoldsNobodyUpEither() {
    Story story =
        breached()
            .on(done("ready b3"))
            .on(done("ready b1"))
            .on(done("serving b1"))
            .after(Duration.ofSeconds(61))
            .on(
                fails("serving b3", DOWN),
                sends("drain b2"),
                tells(
                    "step-failed undo-serving b3",
                    "traffic-shifted",
                    "step-started undo-drain b2"));
    assertThat(story.told().get(story.told().size() - 2).head().why())
        .isEqualTo(
            "b3 does not come back within 1m; the canary leaves without it, and it is tried once"
                + " more after that");
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
  }

  /// Each of the two is ready and can't be proven, and each try takes its time.
  @Test
  void twoWithoutAProofAreNotPutOffEachForTheOthersSake() {
    Story story = breached().on(done("ready b3")).on(done("ready b1"));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story
          .after(Duration.ofSeconds(30))
          .on(fails("serving b3", DOWN), sends())
          .on(fails("serving b1", DOWN))
          .after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").message()).contains("b2 keeps v2 and stays in rotation");
  }

  @Test
  void whereNobodyElseServesItIsWaitedFor() {
    Story story =
        breached()
            .after(Duration.ofSeconds(61))
            .on(fails("ready b1", DOWN), sends())
            .on(fails("ready b3", DOWN), sends());
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
  }

  @Test
  void whereNoPeerComesBackTheCanariesAreTakenBackOneWhileTheOtherServes() {
    ServiceDefinition two =
        with(
            canariesThenPeers(List.of("b1", "b2"), List.of("b3", "b4")),
            """
            {"strategy": "traffic-steps", "minAvailable": 1,
             "trafficSteps": [{"share": 50}, {"share": 100, "window": "90s", "minAvailable": 1}]}
            """);
    Story story = rollout(two).until("watch 1-3").on(probe(FAIL));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("ready b4")).on(failsForGood("ready b3"));
      story.after(Duration.ofSeconds(2L * attempt));
    }
    assertThat(story.allAwaited()).extracting(Words::of).containsExactly("drain b2");
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    for (String canary : List.of("b1", "b2")) {
      assertThat(story.world().node(canary).digest()).isEqualTo(World.sha("v1"));
      assertThat(story.world().node(canary).isIn()).isTrue();
    }
  }

  @Test
  void aCanaryThatTheLoadBalancersSayIsDownIsNobodyToServeForTheOther() {
    ServiceDefinition two =
        with(
            canariesThenPeers(List.of("b1", "b2"), List.of("b3", "b4")),
            """
            {"strategy": "traffic-steps", "minAvailable": 1,
             "trafficSteps": [{"share": 50}, {"share": 100, "window": "90s", "minAvailable": 2}]}
            """);
    Story story =
        rollout(two)
            .until("watch 1-3")
            .on(sees("b2"))
            .after(Duration.ofSeconds(10))
            .on(sees("b2"), sends("stop-watching", "ready b4", "ready b3"));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("ready b4")).on(failsForGood("ready b3"));
      story.after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn();
    assertThat(story.state("v2").message()).contains("b2 keeps v2 and stays in rotation");
    assertThat(story.world().node("b2").isIn()).isTrue();
  }

  @Test
  void ofTwoCanariesTheLastOneThatServesStays() {
    ServiceDefinition two =
        with(
            canariesThenPeers(List.of("b1", "b2"), List.of("b3")),
            """
            {"strategy": "traffic-steps", "minAvailable": 1,
             "trafficSteps": [{"share": 50}, {"share": 100, "window": "90s", "minAvailable": 1}]}
            """);
    Story story = rollout(two).until("watch 1-3").on(probe(FAIL));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("ready b3")).after(Duration.ofSeconds(2L * attempt));
    }
    story.until("restore b2");
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("restore b2")).after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.world().node("b1").isIn()).isTrue();
    assertThat(story.state("v2").message()).contains("b1 keeps v2 and stays in rotation");
  }
}
