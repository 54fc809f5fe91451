package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.isTakenBackFor;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.says;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.saga.Decision.Ignored;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A load balancer that does not answer, of a service that goes on without it.
class CatchingUpTest {
  private static final ServiceDefinition STOPS =
      with(
          canaryThenPeers("b2", "b1"),
          "{\"loadBalancers\": [\"haproxy-1\", \"haproxy-2\"], \"analysis\": {\"window\": \"0s\"}}");

  private static final ServiceDefinition GOES_ON =
      with(STOPS, "{\"onLoadBalancerDown\": \"go-on\"}");

  private static final Failure FOREIGN =
      new Failure(Failure.Reason.FOREIGN, "its own binary", "another one", "look", false);

  private static final String BRINGS_BACK =
      "somebody who brings back haproxy-2: it goes on by itself then; or promote (ends without"
          + " that)";

  /// A release whose preflight finds `haproxy-2` silent.
  private static Story without(ServiceDefinition service) {
    Story story = Story.of(service);
    story.world().silence("haproxy-2");
    return story.on(Story.release("v2"), isIn(RolloutPhase.PREFLIGHT));
  }

  /// What the guard sees, told of its own accord.
  private static Story.Act observed(List<String> inRotation, String... silent) {
    return observed(Duration.ZERO, inRotation, silent);
  }

  /// @param ago how long ago it was seen
  private static Story.Act observed(Duration ago, List<String> inRotation, String... silent) {
    return story ->
        Acts.answered(
            story,
            new TrafficObserved(
                new AnswerHead(
                    "guard",
                    story.active().rolloutId(),
                    Services.NAME,
                    null,
                    1,
                    story.now().minus(ago)),
                inRotation.stream().flatMap(node -> seen(node, List.of(silent))).toList(),
                List.of(),
                inRotation,
                Stream.of(silent)
                    .map(name ->
                        new SilentLoadBalancer(
                            name,
                            new Failure(
                                Failure.Reason.UNREACHABLE, "an answer", "none", "start it", true)))
                    .toList()));
  }

  private static Stream<ServerSeen> seen(String node, List<String> silent) {
    return Stream.of("haproxy-1", "haproxy-2")
        .filter(name -> !silent.contains(name))
        .map(name -> seen(node, name, AdminState.READY));
  }

  private static ServerSeen seen(String node, String loadBalancer, AdminState state) {
    return new ServerSeen(
        node,
        new ServerSetting(loadBalancer, "api_pool", node, 100, state),
        null,
        state == AdminState.READY ? "UP" : "DRAIN",
        state == AdminState.READY,
        null);
  }

  private static List<String> balancers(List<ServerSetting> settings) {
    return settings.stream().map(ServerSetting::loadBalancer).distinct().toList();
  }

  private static Guarding guarding(Story story) {
    return Objects.requireNonNull(Guarding.of(story.active()));
  }

  @Test
  void asksPreflightToGoOnOnlyWhereTheServiceSaysSo() {
    assertThat(((CheckPool) without(STOPS).newest("check-pool")).goesOnWithout()).isFalse();
    assertThat(((CheckPool) without(GOES_ON).newest("check-pool")).goesOnWithout()).isTrue();
  }

  @Test
  void stepsAreAboutThoseThatAnswerAndTheGuardAboutAll() {
    without(GOES_ON)
        .until("drain b2")
        .then(story -> {
          DrainServer drain = (DrainServer) story.newest("drain b2");
          assertThat(drain.loadBalancers()).containsExactly("haproxy-1", "haproxy-2");
          assertThat(drain.mayBeSilent()).containsExactly("haproxy-2");
          assertThat(guarding(story).servers())
              .allSatisfy(it ->
                  assertThat(balancers(it.settings())).containsExactly("haproxy-1", "haproxy-2"));
        })
        .until("push b2")
        .then(story ->
            assertThat(
                    guarding(story).servers().stream()
                        .filter(it -> it.node().equals("b2"))
                        .flatMap(it -> it.settings().stream()))
                .contains(new ServerSetting("haproxy-2", "api_pool", "b2", 100, AdminState.DRAIN)))
        .until("serving b2")
        .then(story -> {
          ReadyServer ready = (ReadyServer) story.newest("ready b2");
          assertThat(balancers(ready.settings())).containsExactly("haproxy-1", "haproxy-2");
          assertThat(ready.mayBeSilent()).containsExactly("haproxy-2");
          assertThat(((CheckServing) story.newest("serving b2")).mayBeSilent())
              .containsExactly("haproxy-2");
        });
  }

  @Test
  void sharesTheTrafficOnThoseThatAnswer() {
    without(
            with(
                GOES_ON,
                "{\"strategy\": \"traffic-steps\", \"trafficSteps\": [{\"share\": 10, \"window\":"
                    + " \"60s\"}, {\"share\": 100}]}"))
        .until("shift b2")
        .then(story -> {
          WeighServers weigh = (WeighServers) story.newest("shift b2");
          assertThat(balancers(weigh.settings())).containsExactly("haproxy-1", "haproxy-2");
          assertThat(weigh.mayBeSilent()).containsExactly("haproxy-2");
        });
  }

  @Test
  void waitsAtItsEndAndGoesOnByItselfOnceEverybodyHasCaughtUp() {
    without(GOES_ON)
        .goesOn()
        .then(isIn(RolloutPhase.PAUSED))
        .then(waitsFor(BRINGS_BACK + ", or abort", "completed"))
        .on(observed(List.of(), "haproxy-2"), isIn(RolloutPhase.PAUSED))
        .on(resume(), refuses("somebody who brings back haproxy-2"))
        .on(
            observed(List.of("b1")),
            isIn(RolloutPhase.PAUSED),
            waitsFor(
                "every node as it is to be on every load balancer: it goes on by itself then; or"
                    + " promote (ends without that), or abort",
                "completed"))
        .on(observed(List.of("b1", "b2")), tells("step-succeeded catch-up", "rollout-completed"))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story ->
            assertThat(story.state("v2").steps().getLast().status())
                .isEqualTo(StepStatus.SUCCEEDED));
  }

  @Test
  void whoLeftWithoutOneThatIsBackIsDrainedOnceMoreBeforeItsRestart() {
    without(GOES_ON)
        .until("push b2")
        .on(observed(List.of("b1")), sends("drain b2"))
        .on(done("drain b2"), sends("keep b2"))
        .on(done("keep b2"), sends("push b2"))
        .on(done("push b2"), sends("restart b2"))
        .on(observed(List.of(), "haproxy-2"), sends())
        .on(observed(List.of("b1")), sends())
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aLoadBalancerThatComesAndGoesHoldsNothingUpForEver() {
    Story story = without(GOES_ON).until("push b2");
    for (int attempt = 2; attempt <= 5; attempt++) {
      story
          .on(observed(List.of("b1")), sends("drain b2"))
          .on(observed(List.of(), "haproxy-2"), sends("drain b2"))
          .on(done("drain b2"), sends("keep b2"))
          .on(done("keep b2"), sends("push b2"));
    }
    story.on(observed(List.of("b1")), sends());
  }

  @Test
  void waitsForNobodyWhereItIsBackBeforeTheEnd() {
    without(GOES_ON)
        .until("restart b2")
        .on(observed(List.of("b1")), tells("traffic-shifted"))
        .until("drain b1")
        .then(story -> assertThat(((DrainServer) story.newest("drain b1")).mayBeSilent()).isEmpty())
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void whatIsUnderWayIsAskedAnewWithWhoIsBackAndWithoutWhoHasFallenSilent() {
    without(GOES_ON)
        .until("drain b2")
        .on(observed(List.of("b1")), sends("drain b2"))
        .then(story -> assertThat(((DrainServer) story.newest("drain b2")).mayBeSilent()).isEmpty())
        .on(observed(List.of(), "haproxy-1"), sends("drain b2"))
        .then(story ->
            assertThat(((DrainServer) story.newest("drain b2")).mayBeSilent())
                .containsExactly("haproxy-1"))
        .on(done("drain b2"), sends("keep b2"));
  }

  @Test
  void whereNobodyAnswersNobodyIsLeftOut() {
    Story.rollout(GOES_ON)
        .until("drain b2")
        .on(observed(List.of(), "haproxy-1", "haproxy-2"), sends())
        .then(story -> assertThat(story.active().missing()).isEmpty());
  }

  @Test
  void aServiceThatStopsLeavesNobodyOut() {
    Story.rollout(STOPS)
        .until("drain b2")
        .on(observed(List.of(), "haproxy-2"), sends())
        .then(story -> assertThat(story.active().missing()).isEmpty());
  }

  @Test
  void aPersonMayEndItWithoutThemAndIsToldWhatIsLeft() {
    without(GOES_ON)
        .goesOn()
        .on(promote(), tells("rollout-promoted", "rollout-halted"))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED)
        .then(story ->
            assertThat(story.state("v2").message())
                .isEqualTo(
                    "haproxy-2 does not answer and has to catch up: b1 READY at weight 100, b2"
                        + " READY at weight 100; bob went on without it: see to it by hand"));
  }

  @Test
  void aRollbackWaitsToo() {
    without(with(GOES_ON, "{\"analysis\": {\"window\": \"90s\"}}"))
        .until("watch 1-3")
        .on(probe(FAIL), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .then(isIn(RolloutPhase.PAUSED))
        .then(waitsFor(BRINGS_BACK, "the end of the rollback"))
        .on(resume(), refuses("somebody who brings back haproxy-2"))
        .on(abort(), refuses("is being taken back already"))
        .on(
            observed(List.of("b1", "b2")),
            tells("traffic-shifted", "step-succeeded undo-catch-up", "rollback-completed"))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void whatARollbackWaitsForIsNotWhatItWasBegunFor() {
    Story story =
        without(with(GOES_ON, "{\"analysis\": {\"window\": \"90s\"}}"))
            .until("watch 1-3")
            .on(probe(FAIL), isIn(RolloutPhase.ROLLING_BACK));
    String reason = story.active().message();
    String kept = "; the rollback's reason: " + reason;
    story.goesOn();
    assertThat(story.active().message())
        .startsWith("haproxy-2 does not answer and has to catch up")
        .endsWith(kept);

    story
        .on(handsOff(), says("hands off: I am at it" + kept))
        .on(handsOn(), says("hands on; it still waits for " + BRINGS_BACK + kept))
        .on(observed(List.of("b1", "b2")))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
        .then(isTakenBackFor(reason));
  }

  /// As the guard sees it once both answer, with what `haproxy-2` has of one node; the first one
  /// has that node drained.
  private static Story.Act observedOnTheSecond(String node, AdminState state) {
    return story ->
        Acts.answered(
            story,
            new TrafficObserved(
                new AnswerHead(
                    "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                story.world().nodes().keySet().stream()
                    .flatMap(each ->
                        each.equals(node)
                            ? Stream.of(
                                seen(each, "haproxy-1", AdminState.DRAIN),
                                seen(each, "haproxy-2", state))
                            : seen(each, List.of()))
                    .toList(),
                List.of(),
                story.world().nodes().keySet().stream().filter(it -> !it.equals(node)).toList(),
                List.of()));
  }

  @Test
  void waitsUntilWhoIsLeftOutIsOutOnTheOneThatIsBackToo() {
    without(with(GOES_ON, "{\"analysis\": {\"window\": \"90s\"}}"))
        .until("watch 1-3")
        .on(probe(FAIL))
        .until("restore b2")
        .on(fails("restore b2", FOREIGN))
        .goesOn()
        .then(waitsFor(BRINGS_BACK, "the end of the rollback"))
        .on(observedOnTheSecond("b2", AdminState.READY), isIn(RolloutPhase.PAUSED))
        .on(observedOnTheSecond("b2", AdminState.DRAIN))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void waitsForNobodyThatSomebodyElseHadTakenOutAndThatItHasNotTouched() {
    Story story =
        Story.of(
            with(
                GOES_ON,
                "{\"nodes\": [{\"name\": \"b2\", \"canary\": true}, {\"name\": \"b1\"},"
                    + " {\"name\": \"b3\"}], \"minAvailable\": 1, \"analysis\": {\"window\":"
                    + " \"90s\"}}"));
    story.world().silence("haproxy-2");
    story.world().set("b3", AdminState.DRAIN, 100);
    story
        .on(Story.release("v2"))
        .until("watch 1-3")
        .on(probe(FAIL))
        .goesOn()
        .then(isIn(RolloutPhase.PAUSED))
        .on(observedOnTheSecond("b3", AdminState.READY))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  /// What is begun anew has its whole time anew; but one that comes and goes does not keep a step
  /// for longer than all attempts of it may take (I6).
  @Test
  void whatIsAskedAnewHasItsWholeTimeAndNoMoreThanThePlanGivesTheStep() {
    Story story = without(GOES_ON).until("drain b2");
    Step drain = story.active().steps().getFirst();
    Duration once = Deadlines.deadline(GOES_ON, drain);
    story
        .after(once.minusSeconds(10))
        .on(observed(List.of("b1")), sends("drain b2"))
        .after(once.minusSeconds(10), isIn(RolloutPhase.ROLLING));
    Instant latest = Story.NOON.plus(Deadlines.bound(GOES_ON, drain));
    for (boolean silent = true; story.now().isBefore(latest); silent = !silent) {
      story.on(silent ? observed(List.of(), "haproxy-2") : observed(List.of("b1")));
      story.after(once.minusSeconds(10));
    }
    story.then(isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void saysOnWhichLoadBalancersWhatIsDone() {
    Story story = without(GOES_ON).until("push b2");
    assertThat(saidOf(story, "drain b2"))
        .isEqualTo("no request left after 2s, on haproxy-1; haproxy-2 is missing");
    story.until("serving b2");
    assertThat(saidOf(story, "ready b2"))
        .isEqualTo("has the state and weight it is to have, on haproxy-1; haproxy-2 is missing");
    assertThat(story.told().stream().map(event -> event.head().why()))
        .contains(
            "b2 is out of rotation, on haproxy-1; haproxy-2 is missing",
            "b2 is in rotation, on haproxy-1; haproxy-2 is missing");
    story.on(observed(List.of("b1", "b2"))).until("serving b1");
    assertThat(saidOf(story, "ready b1"))
        .isEqualTo("has the state and weight it is to have, on every load balancer");
  }

  private static String saidOf(Story story, String step) {
    return story.told().stream()
        .filter(event -> Words.of(event).equals("step-succeeded " + step))
        .findFirst()
        .orElseThrow()
        .head()
        .why();
  }

  /// Hands are off where a peer's rollback waits; an abort meanwhile is carried out after it.
  @Test
  void anAbortWhileHandsAreOffIsCarriedOutOnceTheyAreOnAgain() {
    without(with(GOES_ON, "{\"onPeerFailure\": \"rollback-peer\"}"))
        .until("health b1")
        .on(failsForGood("health b1"))
        .goesOn()
        .then(isIn(RolloutPhase.PAUSED))
        .on(handsOff())
        .on(abort(), sends())
        .on(handsOn(), isIn(RolloutPhase.ROLLING_BACK), sends("drain b2"))
        .goesOn()
        .then(waitsFor(BRINGS_BACK, "the end of the rollback"))
        .on(observed(List.of("b1", "b2")))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void whatWasSeenBeforeIsNoNews() {
    without(GOES_ON)
        .goesOn()
        .then(isIn(RolloutPhase.PAUSED))
        .on(observed(List.of("b1", "b2"), "haproxy-2"))
        .ignores(observed(Duration.ofSeconds(30), List.of("b1", "b2")), Ignored.NOT_AWAITED)
        .then(isIn(RolloutPhase.PAUSED))
        .on(observed(List.of("b1", "b2")))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  /// A peer was taken back alone, and all the others are to follow it: they don't wait for a load
  /// balancer.
  @Test
  void anAbortAtTheEndOfAPeersRollbackWaitsForNobody() {
    without(with(GOES_ON, "{\"onPeerFailure\": \"rollback-peer\"}"))
        .until("health b1")
        .on(failsForGood("health b1"), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .then(isIn(RolloutPhase.PAUSED))
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK), sends("drain b2"))
        .goesOn()
        .then(waitsFor(BRINGS_BACK, "the end of the rollback"))
        .on(observed(List.of("b1", "b2")))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aRollbackThatAPersonEndsWithoutThemHasFailedForThem() {
    without(with(GOES_ON, "{\"analysis\": {\"window\": \"90s\"}}"))
        .until("watch 1-3")
        .on(probe(FAIL))
        .goesOn()
        .on(promote(), tells("rollout-promoted", "rollback-failed"))
        .endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED)
        .then(story ->
            assertThat(story.told().getLast())
                .isInstanceOfSatisfying(
                    RolloutEvent.RollbackFailed.class,
                    failed ->
                        assertThat(failed.left())
                            .singleElement()
                            .asString()
                            .startsWith("haproxy-2 does not answer and has to catch up")));
  }

  @Test
  void anAbortAtTheEndTakesEverythingBackAndWaitsAgain() {
    without(GOES_ON)
        .goesOn()
        .on(abort(), isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .then(waitsFor(BRINGS_BACK, "the end of the rollback"))
        .on(observed(List.of("b1", "b2")))
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void whatWasNotTouchedNeedsNoCatchingUp() {
    without(GOES_ON).on(abort()).endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void aRollbackThatWaitsForALoadBalancerIsNotTakenBackOnceMoreAndASupersedeWaitsForIt() {
    Story story = without(GOES_ON).until("health b2").on(abort()).goesOn();
    assertThat(story.active().phase())
        .isInstanceOfSatisfying(
            Phase.Paused.class, paused -> assertThat(paused.back()).isNotNull());
    story
        .on(abort(), sends(), refuses("is being taken back already"))
        .on(Story.release("v9", Request.IfBusy.SUPERSEDE), sends(), tells("rollout-queued"))
        .on(promote(), tells("rollout-promoted", "rollback-failed", "rollout-started"));
  }
}
