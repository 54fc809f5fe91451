package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.guarded;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.incus.IncusCommand.RestartUnits;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The strategies that install nothing: `restart` and `analysis-only`.
class NothingInstalledTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1", "b3");

  private static Request by(String strategy, String overrides) {
    return by("v2", strategy, overrides);
  }

  private static Request by(String version, String strategy, String overrides) {
    ReleaseRequested it = Story.releaseOf(version, Request.IfBusy.QUEUE);
    return new ReleaseRequested(
        it.requestId(),
        it.service(),
        it.requestedBy(),
        it.reason(),
        it.version(),
        Artifact.NONE,
        null,
        strategy,
        Json.mapper().readTree(overrides),
        List.of(),
        false,
        it.ifBusy(),
        it.labels());
  }

  private static Story restart() {
    return Story.of(SERVICE).on(asked(by("restart", "{}")));
  }

  private static Story analysis(String overrides) {
    return Story.of(SERVICE).on(asked(by("analysis-only", overrides)));
  }

  private static void isAsBefore(Story story) {
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.state() == AdminState.READY && node.weight() == 100)
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  @Test
  void restartsNodeAfterNodeWithItsOwnBinary() {
    Story story =
        restart()
            .until("drain b2")
            .on(done("drain b2"), sends("restart b2"))
            .on(done("restart b2"), sends("health b2"))
            .on(done("health b2"), sends("ready b2"))
            .on(done("ready b2"), sends("serving b2"))
            .on(done("serving b2"), sends("watch 1-3"))
            .until("drain b1")
            .on(done("drain b1"), sends("restart b1"))
            .goesOn();
    story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story);
    assertThat(story.state("v2").message())
        .isEqualTo("every node was restarted with the binary that it has");
  }

  @Test
  void namesTheStartsThatShallNotGoOnAndAsksForNoArtifact() {
    Story story = restart().until("restart b2");
    assertThat(((RestartUnits) story.newest("restart b2")).outworn())
        .containsExactly("before the rollout");
    assertThat(((InspectInstances) story.newest("inspect")).artifact()).isNull();
    Story release = Story.rollout(SERVICE).until("restart b2");
    assertThat(((RestartUnits) release.newest("restart b2")).outworn()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"restart", "analysis-only"})
  void aPlanOfItChecksWhatItWouldTouch(String strategy) {
    Story story = Story.of(SERVICE);
    Preview preview =
        ((Parsed.Valid<Preview>)
                Preview.of(story.ledger(), SERVICE, (ReleaseRequested) by(strategy, "{}")))
            .value();
    ReleasePlan plan =
        preview.judged(
            preview.questions("plan/1", story.now()).stream()
                .map(question -> story.world().obey(question, story.now()))
                .toList(),
            Duration.ofSeconds(90),
            story.now());
    assertThat(plan.problems()).isEmpty();
    boolean touches = strategy.equals("restart");
    assertThat(plan.checks())
        .extracting(ReleasePlan.CheckResult::name)
        .contains("slis", "freezes", "turn")
        .doesNotContain("artifact");
    assertThat(plan.checks())
        .filteredOn(check -> List.of("load-balancers", "instances").contains(check.name()))
        .hasSize(touches ? 2 : 0);
    assertThat(plan.rollback().isEmpty()).isEqualTo(!touches);
  }

  @Test
  void anAnalysisNeedsNoLoadBalancerWhereTheServiceGoesOnWithoutOne() {
    ServiceDefinition goesOn =
        with(
            SERVICE,
            """
            {"loadBalancers": ["haproxy-1", "haproxy-2"], "onLoadBalancerDown": "go-on"}
            """);
    Story.of(goesOn)
        .on(asked(by("analysis-only", "{}")))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void leavesTheLastKnownGoodAsItIs() {
    Story story = Story.of(SERVICE).on(Story.release("v1")).goesOn();
    Ledger before = story.ledger();
    story.on(asked(by("restart", "{}"))).goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(story.ledger().lastKnownGood()).isEqualTo(before.lastKnownGood());
    assertThat(story.ledger().earlier()).isEqualTo(before.earlier());
    assertThat(story.ledger().versions()).isEqualTo(before.versions());
  }

  @Test
  void whatAPauseHasInterruptedIsLeftToTheWayBack() {
    Story story =
        Story.of(with(SERVICE, "{\"onBreach\": \"pause\"}"))
            .on(asked(by("restart", "{}")))
            .until("watch 1-3")
            .on(probe(FAIL), sends("stop-watching", "drain b2"))
            .on(pause(), isIn(RolloutPhase.PAUSED));
    assertThat(guarded(story, "b2").inWork()).isTrue();
    story.on(abort(), sends("restart b2"));
    assertThat(guarded(story, "b2").inWork())
        .as("it may be drained by now, and nobody makes it ready before its health is known (I3)")
        .isTrue();
    story.on(done("restart b2"), sends("health b2")).on(done("health b2"), sends("ready b2"));
    story.on(done("ready b2"), sends("serving b2"));
    assertThat(guarded(story, "b2").inWork()).isFalse();
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aBreachMakesTheNodesReadyAgainAndRestoresNothing() {
    Story story =
        restart().until("watch 1-3").on(probe(FAIL), sends("stop-watching", "restart b2"));
    assertThat(((RestartUnits) story.newest("restart b2")).outworn())
        .as("what is up is left alone")
        .isEmpty();
    assertThat(((RestartUnits) story.newest("restart b2")).onlyDown())
        .as("also where somebody has replaced the binary meanwhile")
        .isTrue();
    story
        .on(done("restart b2"), sends("health b2"))
        .on(done("health b2"), sends("ready b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"drain b2", "restart b2", "health b2", "ready b2", "serving b2", "drain b1"})
  void isTakenBackFromEveryStep(String inFlight) {
    Story story = restart().until(inFlight).on(abort()).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story);
  }

  @Test
  void aNodeThatDoesNotComeUpAgainIsNotMadeReady() {
    Story story = restart().until("health b2").on(failsForGood("health b2"), sends("restart b2"));
    story.on(done("restart b2"), sends("health b2"));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("health b2")).after(java.time.Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.FAILED);
    assertThat(story.world().node("b2").state()).isEqualTo(AdminState.DRAIN);
    assertThat(story.state("v2").message()).contains("b2");
  }

  @Test
  void theSwitchDrainsTheCanaryWhileOthersHaveNotBeenRestarted() {
    Story story = restart().until("watch 1-3");
    assertThat(
            story.last().commands().stream()
                .filter(GuardServers.class::isInstance)
                .map(command -> ((GuardServers) command).deadMan())
                .toList())
        .singleElement()
        .satisfies(deadMan -> assertThat(deadMan.action()).isEqualTo(DeadManAction.DRAIN));
  }

  @Test
  void aRestartThatHaltedIsNoReleaseToTakeBack() {
    Story story =
        Story.of(SERVICE).on(Story.release("v2")).goesOn().on(Story.release("v3")).goesOn();
    story.on(asked(by("anew", "restart", "{}"))).until("health b1").on(failsForGood("health b1"));
    story.goesOn().endsIn("anew", RolloutPhase.HALTED, Outcome.HALTED);
    story.on(Acts.takeBack());
    assertThat(story.active().request().version()).isEqualTo("v2");
    assertThat(story.active().request().reason()).startsWith("takes v3 back");
  }

  @Test
  void refusesToRestartWhatAnEarlierRolloutLeftOut() {
    Story story =
        Story.of(SERVICE).on(Story.release("v3")).until("health b1").on(failsForGood("health b1"));
    story.endsIn("v3", RolloutPhase.HALTED, Outcome.HALTED);
    story.on(asked(by("restart", "{}"))).goesOn().endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
    assertThat(story.state("v2").message()).contains("has left out, found [b1]");
  }

  @Test
  void analysesWithoutTouchingAnything() {
    List<AgentCommand> all = new ArrayList<>();
    Story story = analysis("{\"canaries\": [\"b3\"]}");
    all.addAll(story.last().commands());
    story.on(done("check-slis"), sends("watch 1-3"), isIn(RolloutPhase.ANALYSING));
    assertThat(((WatchSlis) story.last().commands().getFirst()).slis().getFirst().query())
        .isEqualTo("errors{node=~\"b3\"}");
    while (story.goOn()) {
      all.addAll(story.last().commands());
    }
    story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(all).noneMatch(it -> it instanceof HaproxyCommand || it instanceof IncusCommand);
    assertThat(story.state("v2").message())
        .isEqualTo("the SLIs were green to the end; nothing was touched");
    assertThat(story.ledger().lastKnownGood()).isNull();
    isAsBefore(story);
  }

  @Test
  void aBreachEndsAnAnalysisAsItEndsARelease() {
    Story.of(with(SERVICE, "{\"onBreach\": \"pause\"}"))
        .on(asked(by("analysis-only", "{}")))
        .on(done("check-slis"))
        .on(
            probe(FAIL),
            sends("stop-watching"),
            tells("sli-probed FAIL", "rollback-started", "rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  /// There is nobody who would go on, nor a canary to keep out.
  @Test
  void whateverAnSliSaysABreachEndsAnAnalysisUnlessItOnlyWarns() {
    String sli =
        "{\"slis\": [{\"name\": \"errors\", \"query\": \"q\", \"max\": 1, \"onBreach\": \"%s\"}]}";
    for (String onBreach : List.of("hold", "pause")) {
      Story.of(with(SERVICE, sli.formatted(onBreach)))
          .on(asked(by("analysis-only", "{}")))
          .on(done("check-slis"))
          .on(probe(FAIL), tells("sli-probed FAIL", "rollback-started", "rollback-completed"));
    }
    Story.of(with(SERVICE, sli.formatted("warn")))
        .on(asked(by("analysis-only", "{}")))
        .on(done("check-slis"))
        .on(probe(FAIL), tells("sli-probed PASS"), isIn(RolloutPhase.ANALYSING));
  }

  @Test
  void anAnalysisIsAbortedAtOnce() {
    analysis("{}")
        .on(done("check-slis"))
        .on(abort(), sends("stop-watching"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aLateProofTouchesNothingEither() {
    Story story = analysis("{}").on(done("check-slis"));
    story.after(java.time.Duration.ofSeconds(115));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(story.sent()).noneMatch(HaproxyCommand.class::isInstance);
  }

  @Test
  void namesWhatStandsAgainstAnAnalysis() {
    Story.of(SERVICE)
        .on(
            asked(by("analysis-only", "{\"canaries\": [\"b9\"], \"window\": \"0s\"}")),
            refuses("overrides.canaries: expected nodes of [b1, b2, b3], found [b9]"));
    Story.of(SERVICE)
        .on(
            asked(by("analysis-only", "{\"window\": \"0s\"}")),
            refuses("analysis.window: expected one above 0"));
    Story.of(SERVICE)
        .on(asked(by("analysis-only", "{\"canaries\": []}")), refuses("expected a list of one"));
  }

  @Test
  void otherCanariesMayBeNamedForARelease() {
    Story.of(SERVICE)
        .on(asked(Acts.withOverrides("{\"canaries\": [\"b1\"]}")))
        .until("drain b1")
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"restart", "analysis-only"})
  void refusesAReleaseWhereTheServicesOwnStrategyInstallsNothing(String strategy) {
    Story.of(with(SERVICE, "{\"strategy\": \"" + strategy + "\"}"))
        .on(
            Story.release("v2"),
            sends(),
            refuses(
                "strategy: expected one that installs the release, found the service's own, "
                    + strategy,
                "--strategy canary-then-peers"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .on(asked(by("anew", strategy, "{}")), tells("rollout-started"));
  }

  @Test
  void dataThatStaysAwayEndsAnAnalysisWhereAReleaseWouldPause() {
    Story.of(with(SERVICE, "{\"noData\": {\"then\": \"pause\"}}"))
        .on(asked(by("analysis-only", "{}")))
        .on(done("check-slis"))
        .after(Duration.ofMinutes(11))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void restartsNodeByNodeThoughTheServiceReleasesInBatches() {
    Story.of(
            with(
                canaryThenPeers("b2", "b1", "b3", "b4"),
                "{\"batch\": 2, \"minAvailable\": 2, \"analysis\": {\"window\": \"0s\"}}"))
        .on(asked(by("restart", "{}")))
        .until("drain b1")
        .then(sends("drain b1"))
        .on(done("drain b1"), sends("restart b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }
}
