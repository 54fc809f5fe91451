package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.guarded;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.coordinator.saga.Decision.Ignored;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What the haproxy-agent is told to look after, and what follows from what it sees.
class GuardingTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final ServiceDefinition PAUSES =
      with(SERVICE, "{\"noData\": {\"then\": \"pause\"}}");

  private static GuardServers guard(Story story) {
    return story.last().commands().stream()
        .filter(GuardServers.class::isInstance)
        .map(GuardServers.class::cast)
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new AssertionError("no guard in " + story.last().commands()));
  }

  private static GuardedServer server(Story story, String node) {
    return guard(story).servers().stream()
        .filter(it -> it.node().equals(node))
        .findFirst()
        .orElseThrow();
  }

  /// How the rollout that is over leaves its nodes, by the end of its guard.
  private static List<GuardedServer> leftBehind(Story over) {
    return over.last().commands().stream()
        .filter(StopGuardingServers.class::isInstance)
        .map(StopGuardingServers.class::cast)
        .reduce((one, other) -> {
          throw new AssertionError("ended twice: " + one + ", " + other);
        })
        .orElseThrow(() -> new AssertionError("no end in " + over.last().commands()))
        .servers();
  }

  private static DeadMan deadMan(Story story) {
    DeadMan deadMan = guard(story).deadMan();
    assertThat(deadMan).isNotNull();
    return deadMan;
  }

  private static Story.Act ramping(String words) {
    return story ->
        Acts.answered(
            story,
            new HaproxyEvent.ServerReady(
                story.newest(words).head().answered(story.now()),
                List.of(),
                List.of("api_pool/b2 at 20 % of its weight on haproxy-1")));
  }

  @Test
  void aWeightThatAnAgentCheckHasSetIsToldWithItsStep() {
    String words = "an agent check sets the weight of api_pool/b2 on haproxy-1: it has 50, not 100";
    Story story = rollout(SERVICE).until("ready b2");
    assertThat(((ReadyServer) story.newest("ready b2")).weighed()).isFalse();
    assertThat(guard(story).weighed()).isFalse();
    story.on(
        it ->
            Acts.answered(
                it,
                new HaproxyEvent.ServerReady(
                    it.newest("ready b2").head().answered(it.now()),
                    List.of(),
                    List.of(),
                    List.of(words))),
        sends("serving b2"));
    assertThat(View.active(story.ledger(), story.active(), story.now()).steps())
        .anySatisfy(step ->
            assertThat(step.detail())
                .isEqualTo("has the state it is to have, on every load balancer; " + words));
  }

  @Test
  void onlyASlowStartThatIsSeenMakesTheSwitchWaitAndOnlyWhileItIsAskedAbout() {
    Story story = rollout(SERVICE).until("ready b2");
    Duration period = Duration.ofMinutes(2);
    Duration step = Duration.ofMinutes(2);
    assertThat(deadMan(story).expiresAt()).isEqualTo(story.now().plus(step).plus(period));
    story.after(Duration.ofSeconds(90)).on(ramping("ready b2"));
    assertThat(story.newest("ready b2").head().sentAt()).isEqualTo(story.now());
    assertThat(deadMan(story).expiresAt()).isEqualTo(story.now().plus(step).plus(period));
    story.on(done("ready b2"), sends("serving b2"));
  }

  @Test
  void aSlowStartWithoutAnEndFailsItsStepOnce() {
    Story story = rollout(SERVICE).until("ready b2");
    for (int asked = 0; asked < 4; asked++) {
      story.after(Duration.ofSeconds(80)).on(ramping("ready b2"));
      assertThat(story.active().phase().shown()).isEqualTo(RolloutPhase.ROLLING);
    }
    story
        .after(Duration.ofSeconds(80))
        .on(ramping("ready b2"), isIn(RolloutPhase.ROLLING_BACK))
        .then(it ->
            assertThat(it.told())
                .anyMatch(event ->
                    event
                        .head()
                        .why()
                        .contains("expected" + " HAProxy's slow start to be over within 5m")));
  }

  private static Story.Act seen(Function<AnswerHead, AgentEvent> event) {
    return story ->
        Acts.answered(
            story,
            event.apply(
                new AnswerHead(
                    "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now())));
  }

  private static Drift drift(String node, AdminState asked, AdminState found) {
    return new Drift(
        node,
        new ServerSetting("haproxy-1", "api_pool", node, 100, asked),
        new ServerSetting("haproxy-1", "api_pool", node, 100, found),
        false,
        false,
        found.name());
  }

  private static Story.Act probeOfTheFirstAnalysis() {
    return story ->
        Acts.answered(
            story,
            new SliEvent.SlotProbed(
                new AnswerHead(
                    "watch", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                story.active().rolloutId() + "/analysis",
                2,
                story.now(),
                FAIL,
                List.of()));
  }

  private static Story.Act changedByHand() {
    return changedByHand("b1");
  }

  private static Story.Act changedByHand(String node) {
    return seen(head ->
        new HaproxyEvent.ServersChangedByHand(
            head, List.of(drift(node, AdminState.READY, AdminState.MAINT))));
  }

  private static Story.Act wentOff(DeadManAction action, String... drained) {
    return story ->
        seen(head ->
                new HaproxyEvent.DeadManWentOff(
                    head, Acts.noProofSince(story), action, List.of(drained), null))
            .in(story);
  }

  @Test
  void nothingIsGuardedBeforePreflightHasPassed() {
    rollout(SERVICE)
        .then(
            story -> assertThat(story.last().commands()).noneMatch(GuardServers.class::isInstance))
        .until("drain b2")
        .then(story -> {
          assertThat(guarded(story, "b2").inWork()).isTrue();
          assertThat(server(story, "b1").inWork()).isFalse();
          assertThat(server(story, "b1").settings()).allMatch(it -> it.state() == AdminState.READY);
          assertThat(guard(story).deadMan()).isNull();
        });
  }

  @Test
  void aDrainedNodeIsGuardedAsDrained() {
    rollout(SERVICE)
        .until("keep b2")
        .then(story -> {
          GuardedServer canary = server(story, "b2");
          assertThat(canary.inWork()).isFalse();
          assertThat(canary.leaving()).isTrue();
          assertThat(canary.settings()).allMatch(it -> it.state() == AdminState.DRAIN);
        });
  }

  @Test
  void theGuardsFenceIsNewerThanTheStepsThatItKnowsOf() {
    rollout(SERVICE)
        .until("drain b2")
        .then(story ->
            assertThat(guard(story).head().fence())
                .isGreaterThan(story.newest("drain b2").head().fence()));
  }

  @Test
  void theGuardIsRenewedAndEndsWithTheRollout() {
    Story story = rollout(SERVICE).until("keep b2");
    long before = guard(story).head().fence();
    story
        .after(Duration.ofSeconds(5))
        .then(later -> assertThat(guard(later).head().fence()).isGreaterThan(before))
        .goesOn()
        .then(over ->
            assertThat(leftBehind(over))
                .as("how it leaves its nodes")
                .hasSize(2)
                .noneMatch(it -> it.inWork() || it.leaving())
                .allMatch(it ->
                    it.settings().stream()
                        .allMatch(setting -> setting.state() == AdminState.READY)))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aCanaryWhoseTurnHasNotComeIsAPeerToTheSwitch() {
    Story story =
        rollout(Services.canariesThenPeers(List.of("c1", "c2"), List.of("p1", "p2")))
            .until("ready c1");
    assertThat(deadMan(story).nodes()).containsExactly("c1");
    assertThat(deadMan(story).restore())
        .extracting(GuardedServer::node)
        .containsExactly("c2", "p1", "p2");
    story.until("ready c2");
    assertThat(deadMan(story).nodes()).containsExactly("c1", "c2");
    assertThat(deadMan(story).restore())
        .extracting(GuardedServer::node)
        .containsExactly("p1", "p2");
  }

  @Test
  void theSwitchIsArmedBeforeTheCanaryIsReadyAndDisarmedAfterTheWindow() {
    rollout(SERVICE)
        .until("health b2")
        .on(done("health b2"), sends("ready b2"))
        .then(story -> {
          assertThat(deadMan(story).nodes()).containsExactly("b2");
          assertThat(deadMan(story).period()).isEqualTo(Duration.ofMinutes(2));
          assertThat(deadMan(story).restore())
              .extracting(GuardedServer::node)
              .containsExactly("b1");
          assertThat(deadMan(story).action()).isEqualTo(DeadManAction.DRAIN);
        })
        .until("watch 1-3")
        // The first slot is due 40 s after the start, and the period comes on top.
        .then(story ->
            assertThat(deadMan(story).expiresAt())
                .isEqualTo(story.now().plusSeconds(40).plus(Duration.ofMinutes(2))))
        .on(probe(PASS))
        .on(probe(PASS))
        .on(probe(PASS), sends("stop-watching", "drain b1"))
        .then(story -> assertThat(guard(story).deadMan()).isNull());
  }

  @Test
  void everyProbeButARedOneIsProof() {
    Story story = rollout(SERVICE).until("watch 1-3");
    var first = deadMan(story).expiresAt();
    story
        .on(probe(1, PASS))
        .on(probe(2, NO_DATA))
        .then(later ->
            assertThat(deadMan(later).expiresAt()).isEqualTo(first.plus(Duration.ofSeconds(30))))
        .on(probe(3, FAIL), isIn(RolloutPhase.ROLLING_BACK))
        .then(later ->
            assertThat(deadMan(later).expiresAt())
                .as("until the canary is drained")
                .isEqualTo(first.plus(Duration.ofSeconds(30))));
  }

  @Test
  void proofsThatComeTooLateForTheSwitchHaveTheCanaryMadeReadyOnceMore() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(1, PASS))
        .away(Duration.ofHours(1))
        .on(probe(2, PASS))
        .on(probe(3, PASS), sends("stop-watching", "ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(done("serving b2"), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aDrainThatAHandInterruptedIsUndoneToo() {
    rollout(SERVICE)
        .until("drain b1")
        .on(changedByHand("b2"), tells("rollout-paused"))
        .on(Acts.abort(), sends("ready b1"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aHandThatWasSeenByTheEyesOfAnOldAgentIsNone() {
    rollout(SERVICE)
        .until("keep b2")
        .ignores(
            seen(head ->
                new HaproxyEvent.ServersChangedByHand(
                    head, List.of(drift("b2", AdminState.READY, AdminState.DRAIN)))),
            Ignored.NOT_AWAITED);
  }

  @Test
  void aPersonsHandInAPauseThatOnlyWaitsStopsItsClock() {
    Story story =
        rollout(
            with(
                SERVICE,
                """
                {"slis": null, "analysis": {"window": "0s"},
                 "pauses": [{"after": "canary", "for": "60s"}]}
                """));
    while (!(story.active().phase() instanceof Phase.Paused)) {
      story.goOn();
    }
    story
        .on(
            changedByHand(),
            tells("rollout-paused"),
            waitsFor(
                "a person: resume or abort", "resume goes on with a pause, abort takes it back"))
        .after(Duration.ofHours(1), isIn(RolloutPhase.PAUSED))
        .on(resume(), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofSeconds(59), isIn(RolloutPhase.PAUSED))
        .after(Duration.ofSeconds(1), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aPersonsHandPausesAndTheStepBeginsAnewWhenItIsResumed() {
    rollout(SERVICE)
        .until("push b2")
        .on(
            changedByHand(),
            sends(),
            tells("rollout-paused"),
            isIn(RolloutPhase.PAUSED),
            waitsFor(
                "a person: resume or abort",
                "resume goes on with push the artifact to b2, abort takes it back"))
        .then(story -> {
          assertThat(story.last().events().getFirst().head().why())
              .isEqualTo(
                  "somebody has changed b1 on haproxy-1 (asked READY at weight 100, found MAINT at"
                      + " weight 100); nothing was reverted");
        })
        .ignores(done("push b2"), Ignored.NOT_AWAITED)
        .on(promote(), refuses("expected a rollout that watches or is paused there"))
        .on(resume(), sends("push b2"), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void anAnalysisThatAPersonsHandPausedBeginsAnew() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(PASS))
        .on(changedByHand(), sends("stop-watching"), tells("rollout-paused"))
        .ignores(probe(2, FAIL), Ignored.NOT_AWAITED)
        .on(resume(), sends("watch 1-3"))
        .ignores(probeOfTheFirstAnalysis(), Ignored.NOT_AWAITED)
        .on(abort(), sends("stop-watching", "drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aCommandThatMetSomebodyElsesHandPauses() {
    Failure foreign =
        new Failure(
            Failure.Reason.FOREIGN,
            "api_pool/b2 drained on haproxy-1, as set",
            "it was made ready by somebody else (status UP)",
            "ask them",
            false);
    rollout(SERVICE)
        .until("drain b2")
        .on(
            fails("drain b2", foreign),
            sends(),
            tells("step-failed drain b2", "rollout-paused"),
            isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("drain b2"));
  }

  @Test
  void aRollbackLeavesANodeThatSomebodyElseHasChangedAndHalts() {
    Failure foreign =
        new Failure(
            Failure.Reason.FOREIGN, "the binary of v2", "another one", "look what it is", false);
    rollout(SERVICE)
        .until("watch 1-3")
        .on(abort(), sends("stop-watching", "drain b2"))
        .on(done("drain b2"), sends("restore b2"))
        .on(fails("restore b2", foreign), sends())
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void whatWasPutBackIsTold() {
    rollout(SERVICE)
        .until("push b2")
        .on(
            seen(head ->
                new HaproxyEvent.DriftMended(
                    head,
                    DriftCause.FORGOTTEN,
                    List.of(drift("b2", AdminState.DRAIN, AdminState.READY)))),
            sends(),
            tells("traffic-shifted"),
            isIn(RolloutPhase.ROLLING))
        .then(story ->
            assertThat(story.last().events().getFirst().head().why())
                .isEqualTo(
                    "haproxy-1 was reloaded and had forgotten what Serin asked; it is as asked"
                        + " again: b2 DRAIN at weight 100"));
  }

  @Test
  void whatCannotBePutBackPauses() {
    Failure refused =
        new Failure(Failure.Reason.REFUSED, "to set it", "Permission denied", "", false);
    rollout(SERVICE)
        .until("push b2")
        .on(
            seen(head ->
                new HaproxyEvent.DriftRemains(
                    head,
                    DriftCause.FORGOTTEN,
                    List.of(drift("b2", AdminState.DRAIN, AdminState.READY)),
                    refused)),
            tells("rollout-paused"));
  }

  @Test
  void aCanaryThatTheSwitchTookOutIsTakenBack() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(
            wentOff(DeadManAction.DRAIN, "b2"),
            sends("stop-watching", "drain b2"),
            tells("traffic-shifted", "rollback-started", "step-started undo-drain b2"))
        .then(story -> {
          RolloutEvent.RollbackStarted started =
              (RolloutEvent.RollbackStarted) story.last().events().get(1);
          assertThat(started.head().why())
              .isEqualTo("nobody has watched the canary since 2026-11-20T12:02:40Z");
        })
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
  }

  @Test
  void whereTheServiceWantsAPersonTheCanaryWaitsOutOfRotationAndIsProvenAnew() {
    rollout(PAUSES)
        .until("watch 1-3")
        .on(
            wentOff(DeadManAction.DRAIN, "b2"),
            sends("stop-watching"),
            tells("traffic-shifted", "rollout-paused"))
        .then(story -> assertThat(server(story, "b2").leaving()).isTrue())
        .on(resume(), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(done("serving b2"), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void anAlertChangesNothing() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(wentOff(DeadManAction.ALERT), sends(), tells("traffic-shifted"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aSwitchThatWentOffInARollbackIsLate() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(FAIL))
        .ignores(wentOff(DeadManAction.DRAIN, "b2"), Ignored.NOT_AWAITED);
  }

  /// The guard would make it ready on the load balancer that it has left, whatever it runs.
  @Test
  void aNodeThatLeftOnlyHalfIsLeftToWhatComesNext() {
    Story story = rollout(SERVICE).until("watch 1-3").on(probe(FAIL));
    for (int attempt = 1; attempt < 5; attempt++) {
      story.on(fails("drain b2")).after(Duration.ofSeconds(2L * attempt), sends("drain b2"));
    }
    story
        .on(fails("drain b2"), sends("restore b2"))
        .then(later -> assertThat(guarded(later, "b2").inWork()).isTrue())
        .until("serving b2")
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aPauseInTheMiddleOfADrainAccusesNobody() {
    rollout(SERVICE)
        .until("drain b2")
        .on(Acts.pause(), isIn(RolloutPhase.PAUSED))
        .then(story -> assertThat(guarded(story, "b2").inWork()).isTrue())
        .on(resume(), sends("drain b2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void whatIsLeftToAPersonIsTheirsAfterTheEndToo() {
    Story story = rollout(SERVICE).until("watch 1-3").on(probe(FAIL)).until("restore b2");
    for (int attempt = 1; attempt < 5; attempt++) {
      story.on(fails("restore b2")).after(Duration.ofSeconds(2L * attempt), sends("restore b2"));
    }
    story
        .on(fails("restore b2"))
        .goesOn()
        .then(over ->
            assertThat(leftBehind(over))
                .filteredOn(GuardedServer::inWork)
                .extracting(GuardedServer::node)
                .containsExactly("b2"))
        .endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
  }

  @Test
  void whatIsSeenStandsInTheStateAndOneNodeAloneIsSaid() {
    rollout(SERVICE)
        .until("push b2")
        .on(
            seen(head ->
                new HaproxyEvent.TrafficObserved(
                    head,
                    List.of(),
                    List.of(
                        new HaproxyEvent.TrafficShare(
                            "b1", "haproxy-1", "api_pool", 100.0, 99.5, 100.0),
                        new HaproxyEvent.TrafficShare(
                            "b2", "haproxy-1", "api_pool", 0.0, 0.5, 0.0)),
                    List.of("b1"),
                    List.of())),
            sends(),
            tells())
        .then(story -> {
          var state = story.last().states().getFirst();
          assertThat(state.message()).endsWith("; running on one node: b1");
          assertThat(state.nodes())
              .filteredOn(node -> node.name().equals("b1"))
              .singleElement()
              .satisfies(node -> {
                assertThat(node.traffic()).isNotNull();
                assertThat(node.traffic().asked()).isEqualTo(100.0);
                assertThat(node.traffic().observed()).isEqualTo(99.5);
                assertThat(node.traffic().newSessions()).isEqualTo(100.0);
              });
        });
  }

  private static Story.Act shares(String... silent) {
    return seen(head ->
        new HaproxyEvent.TrafficObserved(
            head,
            List.of(),
            silent.length > 0
                ? List.of()
                : List.of(
                    new HaproxyEvent.TrafficShare(
                        "b1", "haproxy-1", "api_pool", 100.0, 99.5, 100.0)),
            silent.length > 0 ? List.of() : List.of("b1"),
            List.of(silent).stream()
                .map(name ->
                    new HaproxyEvent.SilentLoadBalancer(
                        name,
                        new Failure(
                            Failure.Reason.UNREACHABLE, "an answer", "no socket", "", true)))
                .toList()));
  }

  @Test
  void aSilentLoadBalancerIsToldOnceAndItsSharesAreNoLongerShown() {
    rollout(SERVICE)
        .until("push b2")
        .on(shares(), sends(), tells())
        .on(shares("haproxy-1"), sends(), tells("traffic-shifted"), isIn(RolloutPhase.ROLLING))
        .then(story -> {
          assertThat(story.last().events().getFirst().head().why())
              .isEqualTo(
                  "haproxy-1 does not answer the guard: expected an answer, found no socket; shares"
                      + " of the traffic are not observed");
          var state = story.last().states().getFirst();
          assertThat(state.message())
              .endsWith("; shares of the traffic are not observed: no answer of haproxy-1");
          assertThat(state.nodes()).allSatisfy(node -> assertThat(node.traffic()).isNull());
        })
        .on(shares("haproxy-1"), sends(), tells())
        .on(shares(), sends(), tells("traffic-shifted"))
        .then(story -> {
          assertThat(story.last().events().getFirst().head().why())
              .isEqualTo(
                  "haproxy-1 answers the guard again; shares of the traffic are observed again");
          assertThat(story.last().states().getFirst().message())
              .endsWith("; running on one node: b1");
        });
  }
}
