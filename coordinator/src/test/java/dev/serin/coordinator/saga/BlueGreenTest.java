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
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.promoteFully;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.retry;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.sendsNothing;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.waitsFor;
import static dev.serin.coordinator.saga.Acts.withOverrides;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.Scope;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.PlanView.PlannedStep;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutEvent.PreflightPassed;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.coordinator.plan.BlueGreen;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two groups of nodes: the one that stands by gets the release in the dark and takes over, then
/// the other one stands by.
class BlueGreenTest {
  private static final ServiceDefinition SERVICE =
      Services.blueGreen(List.of("b1", "b2"), List.of("g1", "g2"));

  /// With a share of 10 % under which it is watched before the switch.
  private static final ServiceDefinition SHARED =
      with(
          SERVICE,
          "{\"trafficSteps\": [{\"share\": 10, \"window\": \"60s\"},"
              + " {\"share\": 100, \"window\": \"30s\"}]}");

  /// Blue serves with `v1`, green stands by with `v0`.
  private static Story of(ServiceDefinition service) {
    Story story = Story.of(service);
    story.world().standsBy("g1", "v0");
    story.world().standsBy("g2", "v0");
    return story;
  }

  private static Story rollout(ServiceDefinition service) {
    return of(service).on(release("v2"), isIn(RolloutPhase.PREFLIGHT));
  }

  private static void serves(Story story, String version, String... nodes) {
    has(story, version, AdminState.READY, nodes);
  }

  private static void standsBy(Story story, String version, String... nodes) {
    has(story, version, AdminState.MAINT, nodes);
  }

  private static void has(Story story, String version, AdminState state, String... nodes) {
    for (String node : nodes) {
      assertThat(story.world().node(node))
          .as(node)
          .isEqualTo(new World.Node(World.sha(version), state, 100));
    }
  }

  private static void isAsBefore(Story story) {
    serves(story, "v1", "b1", "b2");
    standsBy(story, "v0", "g1", "g2");
  }

  private static PlanView plan(Story story) {
    return story.told().stream()
        .filter(PreflightPassed.class::isInstance)
        .map(event -> Objects.requireNonNull(((PreflightPassed) event).plan()))
        .reduce((older, newer) -> newer)
        .orElseThrow();
  }

  private static PlanView.Overlap overlap(PlanView plan) {
    return Objects.requireNonNull(plan.overlap());
  }

  @Test
  void updatesWhoStandsByThenSwitchesThenLetsTheOthersGo() {
    Story story =
        rollout(SERVICE)
            .until("drain g1")
            .then(sends("drain g1", "drain g2"))
            .until("health g1")
            .then(sends("health g1", "health g2"))
            .on(done("health g1"), sendsNothing());
    serves(story, "v1", "b1", "b2");
    standsBy(story, "v2", "g1", "g2");
    story
        .on(done("health g2"), sends("ready g1", "ready g2"))
        .on(done("ready g2"), sendsNothing())
        .on(done("ready g1"), sends("serving g1", "serving g2"))
        .on(done("serving g1"), sendsNothing());
    serves(story, "v1", "b1", "b2");
    serves(story, "v2", "g1", "g2");
    story
        .on(done("serving g2"), sends("drain b1", "drain b2"))
        .on(done("drain b2"), sendsNothing())
        .on(done("drain b1"), sends("ready b1", "ready b2"));
    assertThat(((ReadyServer) story.newest("ready b1")).settings())
        .as("into maintenance")
        .allMatch(setting -> setting.state() == AdminState.MAINT && setting.weight() == 100);
    story.on(done("ready b1")).on(done("ready b2"), sends("watch 1-3"));
    assertThat(((WatchSlis) Acts.steps(story.last()).getFirst()).slis().getFirst().query())
        .as("who has the release is watched")
        .isEqualTo("errors{node=~\"(?:g1|g2)\"}");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v2", "g1", "g2");
    standsBy(story, "v1", "b1", "b2");
    assertThat(story.state("v2").message())
        .isEqualTo(
            "v2 runs on every node of green and is the last known good; blue stands by with what it"
                + " ran before");
  }

  @Test
  void theNextReleaseGoesTheOtherWay() {
    Story story =
        rollout(SERVICE)
            .goesOn()
            .on(release("v3"))
            .until("push b1")
            .then(sends("push b1", "push b2"));
    assertThat(overlap(plan(story)).comes()).isEqualTo("blue");
    story.goesOn().endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v3", "b1", "b2");
    standsBy(story, "v2", "g1", "g2");
  }

  @Test
  void countsNobodyOfTheGroupThatLeavesAmongWhoRemains() {
    Story story = rollout(SERVICE).until("drain b1");
    for (String node : List.of("b1", "b2")) {
      DrainServer drain = (DrainServer) story.newest("drain " + node);
      assertThat(drain.peers()).extracting(PoolServer::node).containsExactly("g1", "g2");
      assertThat(drain.minAvailable()).isEqualTo(1);
    }
  }

  @Test
  void tellsThePlanWithItsOverlap() {
    Story story = rollout(SERVICE);
    PlanView supposed = ((RolloutStarted) story.told().getFirst()).plan();
    assertThat(overlap(supposed).comes()).isEqualTo("green");
    assertThat(((CheckPool) story.newest("check-pool")).weighed()).isFalse();
    story.until("drain g1");
    PlanView plan = plan(story);
    assertThat(plan).isEqualTo(supposed);
    assertThat(plan.minAvailable()).isEqualTo(1);
    assertThat(plan.window()).isEqualTo(Duration.ofSeconds(90));
    assertThat(overlap(plan).leaves()).isEqualTo("blue");
    assertThat(overlap(plan).watched()).isZero();
    assertThat(overlap(plan).atMost())
        .as("ready, with a slow start, and serving of green, drain of blue")
        .isBetween(Duration.ofMinutes(10), Duration.ofMinutes(35));
    assertThat(plan.steps().stream().map(step -> (step.name() + " " + step.node()).strip()))
        .containsSubsequence(
            "health g2",
            "ready g1",
            "ready g2",
            "serving g1",
            "serving g2",
            "drain b1",
            "drain b2",
            "maint b1",
            "maint b2",
            "analyse");
  }

  @Test
  void aPlanLooksWhichGroupStandsBy() {
    Story story = rollout(SERVICE).goesOn();
    ReleasePlan plan = preview(story);
    assertThat(plan.problems()).isEmpty();
    assertThat(overlap(plan.plan()).comes()).isEqualTo("blue");
    assertThat(plan.rollback()).extracting(PlannedStep::node).startsWith("g2").endsWith("b1");
    assertThat(plan.nodes())
        .filteredOn(ReleasePlan.NodeNow::canary)
        .extracting(ReleasePlan.NodeNow::name)
        .containsExactly("b1", "b2");
    story.on(release("v3")).until("drain b1");
    assertThat(plan(story)).isEqualTo(plan.plan());
    assertThat(preview(Story.of(SERVICE)).problems())
        .singleElement()
        .asString()
        .startsWith("groups");
  }

  private static ReleasePlan preview(Story story) {
    Preview preview =
        ((Parsed.Valid<Preview>)
                Preview.of(story.ledger(), SERVICE, Story.releaseOf("v3", IfBusy.QUEUE)))
            .value();
    return preview.judged(
        preview.questions("plan/1", story.now()).stream()
            .map(question -> story.world().obey(question, story.now()))
            .toList(),
        Duration.ofSeconds(90),
        story.now());
  }

  @Test
  void saysWhatIsUnderWay() {
    rollout(SERVICE)
        .until("ready b1")
        .then(waitsFor("put b1, b2 into maintenance", "watch the SLIs at 100 %"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drain g1",
        "keep g1",
        "push g1",
        "restart g1",
        "health g1",
        "ready g1",
        "serving g1",
        "drain b1",
        "ready b1",
        "watch 1-3"
      })
  void takesEverythingBackFromEveryStep(String inFlight) {
    Story story = rollout(SERVICE).until(inFlight);
    if (!inFlight.startsWith("watch")) {
      story.on(done(inFlight));
    }
    story.on(abort()).goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"shift g1", "ready g1", "serving g1", "watch 1-2", "drain b1", "watch 1-1"})
  void takesTheSharesBackToo(String inFlight) {
    Story story = rollout(SHARED).until(inFlight).on(abort()).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story);
  }

  @Test
  void theGroupThatLeftIsHealthyReadyAndProvenBeforeTheOtherOneGoes() {
    Story story =
        rollout(SERVICE)
            .until("watch 1-3")
            .on(probe(FAIL), sends("stop-watching", "health b2", "health b1"))
            .on(done("health b1"), sendsNothing())
            .on(done("health b2"), sends("ready b2", "ready b1"))
            .on(done("ready b1"))
            .on(done("ready b2"), sends("serving b2", "serving b1"))
            .on(done("serving b2"), sendsNothing());
    serves(story, "v2", "g1", "g2");
    serves(story, "v1", "b1", "b2");
    story
        .on(done("serving b1"), sends("drain g2", "drain g1"))
        .until("restore g1")
        .until("restart g1")
        .on(done("restart g1"))
        .on(done("restart g2"), sends("ready g2", "ready g1"));
    assertThat(((ReadyServer) story.newest("ready g1")).settings())
        .as("it stands by again")
        .allMatch(setting -> setting.state() == AdminState.MAINT);
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
  }

  @Test
  void touchesNobodyWhoServesWhereTheReleaseIsIllInTheDark() {
    Story story =
        rollout(SERVICE)
            .until("health g1")
            .on(failsForGood("health g1"), sendsNothing())
            .on(done("health g2"), sends("drain g2", "drain g1"))
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story);
    assertThat(story.sent()).noneMatch(it -> Words.of(it).endsWith(" b1"));
  }

  @Test
  void takesEverythingBackWhereOneCannotLeave() {
    Story story =
        rollout(SERVICE)
            .until("drain b1")
            .on(failsForGood("drain b1"), sendsNothing())
            .on(done("drain b2"), sends("health b2", "health b1"))
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story);
  }

  @Test
  void namesWhoCouldNotComeBackAndGoesOnWithoutItNextTime() {
    Story story = rollout(SERVICE).until("watch 1-3").on(probe(FAIL)).on(done("health b2"));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("health b1")).after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").problems())
        .hasSize(1)
        .allMatch(it -> it.contains("b1 is left with"))
        .allMatch(it -> it.contains("release again, which leaves b1 in maintenance"));
    assertThat(story.ledger().leftOut()).containsOnlyKeys("b1");
    serves(story, "v1", "b2");
    standsBy(story, "v0", "g1", "g2");
    story.on(release("v3")).goesOn().endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v3", "g1", "g2");
    standsBy(story, "v1", "b1", "b2");
    assertThat(story.ledger().leftOut()).isEmpty();
  }

  @Test
  void staysWhereNobodyOfTheOtherGroupCanComeBack() {
    Story story = rollout(SERVICE).until("watch 1-3").on(probe(FAIL));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("health b1"));
      story.on(failsForGood("health b2")).after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    serves(story, "v2", "g1", "g2");
    assertThat(story.state("v2").problems())
        .hasSize(4)
        .anyMatch(it ->
            it.startsWith(
                "g1 keeps v2 and stays in rotation, since nobody of blue could come back"));
    story.on(release("v3")).goesOn().endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v3", "b1", "b2");
    standsBy(story, "v2", "g1", "g2");
  }

  @Test
  void takesTheTestShareBeforeTheSwitch() {
    Story story = rollout(SHARED);
    assertThat(((CheckPool) story.newest("check-pool")).weighed()).isTrue();
    story
        .until("health g1")
        .on(done("health g1"))
        .on(done("health g2"), sends("shift g1"))
        .on(done("shift g1"), sends("ready g1", "ready g2"));
    assertThat(((ReadyServer) story.newest("ready g1")).settings())
        .allMatch(setting -> setting.state() == AdminState.READY)
        .allMatch(setting -> setting.weight() == 1);
    assertThat(story.world().node("b1").weight()).isEqualTo(9);
    story.until("serving g1").on(done("serving g1")).on(done("serving g2"), sends("watch 1-2"));
    assertThat(overlap(plan(story)).watched()).isEqualTo(Duration.ofMinutes(1));
    story.until("shift g1").on(done("shift g1"), sends("drain b1", "drain b2"));
    serves(story, "v2", "g1", "g2");
    serves(story, "v1", "b1", "b2");
    story.until("watch 1-1").goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v2", "g1", "g2");
    standsBy(story, "v1", "b1", "b2");
  }

  @Test
  void sharesWithoutAWindowFollowOneAnother() {
    Story story =
        rollout(
                with(
                    SERVICE,
                    "{\"trafficSteps\": [{\"share\": 10}, {\"share\": 25}, {\"share\": 50},"
                        + " {\"share\": 100}]}"))
            .until("serving g2")
            .on(done("serving g1"))
            .on(done("serving g2"), sends("shift g1"))
            .on(done("shift g1"), sends("shift g1"))
            .on(done("shift g1"), sends("shift g1"))
            .on(done("shift g1"), sends("drain b1", "drain b2"))
            .goesOn()
            .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v2", "g1", "g2");
  }

  @Test
  void givesEveryNodeItsWeightBeforeItStandsByAgain() {
    Story story =
        rollout(SHARED)
            .until("watch 1-2")
            .on(probe(FAIL), sends("stop-watching", "drain g2", "drain g1"))
            .until("restart g1")
            .on(done("restart g1"))
            .on(done("restart g2"), sends("shift g1"))
            .on(done("shift g1"), sends("ready g2", "ready g1"))
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story);
  }

  @Test
  void aPauseBeforeTheSwitchIsInTheDarkAndWatchesNothing() {
    ServiceDefinition service =
        with(SERVICE, "{\"pauses\": [{\"after\": \"canary\", \"ask\": [\"fine\"]}]}");
    Story story =
        rollout(service)
            .until("health g1")
            .on(done("health g1"))
            .on(done("health g2"), sendsNothing(), isIn(RolloutPhase.PAUSED));
    standsBy(story, "v2", "g1", "g2");
    story
        .on(resume(), refuses("expected no pause of the plan's"))
        .on(promote(Scope.STEP, "fine=yes"), sends("ready g1", "ready g2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aPauseUnderTheTestShareIsWatched() {
    rollout(with(SHARED, "{\"pauses\": [{\"after\": \"10%\", \"for\": \"60s\"}]}"))
        .until("watch 1-2")
        .on(promote(), sends("stop-watching", "watch 1-2"))
        .on(probe(FAIL), isIn(RolloutPhase.ROLLING_BACK));
  }

  @Test
  void asksItsHooksBeforeTheSwitch() {
    rollout(
            with(
                SERVICE,
                "{\"hooks\": [{\"name\": \"board\", \"at\": \"before-promotion\", \"url\":"
                    + " \"http://h/\"}]}"))
        .until("health g2")
        .on(done("health g1"))
        .on(done("health g2"), sends("call-hook board"))
        .on(done("call-hook board"), sends("ready g1", "ready g2"));
  }

  @Test
  void skipsTheWindowOrWhatIsToCome() {
    Story story = rollout(SERVICE).goesOn().on(release("v3")).on(promoteFully());
    story
        .until("drain g1")
        .until("ready g2")
        .on(done("ready g1"))
        .on(done("ready g2"), sendsNothing())
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
    story.on(release("v4")).until("watch 1-3").on(promote(), sends("stop-watching"));
    story.endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"push", "ready", "serving"})
  void goesOnAfterAPauseWithWhoHadNotEnded(String step) {
    Story story =
        rollout(SERVICE)
            .until(step + " g1")
            .on(done(step + " g1"))
            .on(pause(), isIn(RolloutPhase.PAUSED))
            .on(resume(), sends(step + " g2"))
            .goesOn()
            .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v2", "g1", "g2");
  }

  @Test
  void retriesTheSwitch() {
    rollout(SERVICE)
        .until("drain b1")
        .on(done("drain b2"))
        .on(pause())
        .on(retry(From.STEP), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aCompletedReleaseIsTakenBackByASwitch() {
    Story story = rollout(SERVICE).goesOn().on(takeBack());
    story.until("push b1").then(sends("push b1", "push b2"));
    story.until("ready b1").until("drain g1").goesOn();
    serves(story, "v1", "b1", "b2");
    standsBy(story, "v2", "g1", "g2");
    assertThat(story.ledger().lastKnownGood())
        .isNotNull()
        .satisfies(good -> assertThat(good.artifact().sha256()).isEqualTo(World.sha("v1")));
  }

  @Test
  void restartsNodeByNodeWhoServesAndWhoStandsBy() {
    Story story = of(SERVICE).on(asked(Acts.by("restart", "{\"canaries\": [\"b1\"]}")));
    assertThat(story.active().service().minimum()).isEqualTo(1);
    story.until("restart b1").until("restart b2").until("restart g1").until("restart g2").goesOn();
    story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story);
  }

  @Test
  void aReleaseByItsStrategyIsTakenBackByASwitchToo() {
    Story story =
        of(with(
                SERVICE,
                """
                {"strategy": "canary-then-peers",
                 "nodes": [{"name": "b1", "canary": true}, {"name": "b2"}, {"name": "g1"},
                           {"name": "g2"}]}
                """))
            .on(asked(Acts.by("blue-green", "{}")))
            .goesOn()
            .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
            .on(takeBack());
    assertThat(story.active().service().strategy()).isEqualTo("blue-green");
    story.until("drain g1").goesOn();
    serves(story, "v1", "b1", "b2");
    standsBy(story, "v2", "g1", "g2");
  }

  @Test
  void aWayBackByASwitchHasNoTestShareAndNoPause() {
    Story story =
        rollout(
                with(
                    SERVICE,
                    """
                    {"trafficSteps": [{"share": 10, "window": "30s"}, {"share": 100}],
                     "pauses": [{"after": "10%", "for": "60s"}]}
                    """))
            .goesOn()
            .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
            .on(takeBack());
    assertThat(story.active().service().trafficSteps()).isEmpty();
    assertThat(story.active().service().pauses()).isEmpty();
  }

  @Test
  void whoLeavesNeedNotHaveTheBinaryOfAWayBack() {
    ServiceDefinition service = BlueGreen.coming(SERVICE, "blue");
    assertThat(Switching.relevant(service, lacking("g1"))).containsExactly("the unit is down");
    assertThat(Switching.relevant(service, lacking("b1")))
        .containsExactly("the artifact is gone", "the unit is down");
  }

  private static InstanceSeen lacking(String node) {
    return new InstanceSeen(
        node,
        World.sha("v2"),
        List.of(),
        List.of("the artifact is gone", "the unit is down"),
        List.of("the artifact is gone"),
        List.of("the unit is down"),
        List.of(),
        "boot",
        null);
  }

  /// What the release is rejected for.
  private static List<String> problems(Story story) {
    story.on(release("v2")).goesOn().endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
    return story.state("v2").problems();
  }

  @Test
  void refusesTwoGroupsInRotation() {
    assertThat(problems(Story.of(SERVICE)))
        .containsExactly(
            "groups: expected one group in maintenance, to get the release, found both, blue and"
                + " green, in rotation; put all of one into maintenance on every load balancer (set"
                + " server api_pool/g1 state maint, and so on)");
  }

  @Test
  void refusesTwoGroupsInMaintenance() {
    Story story = of(SERVICE);
    story.world().standsBy("b1", "v1");
    story.world().standsBy("b2", "v1");
    assertThat(problems(story))
        .containsExactly(
            "groups: expected one group in rotation, found both, blue and green, in maintenance;"
                + " put all of the one that is to serve into rotation (set server api_pool/b1 state"
                + " ready, and so on)");
  }

  @Test
  void refusesAGroupOfWhichOnlyAPartStandsBy() {
    Story story = of(SERVICE);
    story.world().set("g2", AdminState.READY, 100);
    assertThat(problems(story))
        .containsExactly(
            "group green: expected all of it in rotation, or all of it in maintenance, on every"
                + " load balancer, found g1 in maintenance, g2 in rotation; give all of its nodes"
                + " one state");
  }

  @Test
  void refusesANodeThatIsDrainedByHand() {
    Story story = of(SERVICE);
    story.world().set("b2", AdminState.DRAIN, 100);
    assertThat(problems(story))
        .singleElement()
        .asString()
        .contains("group blue: expected", "found b1 in rotation, b2 DRAIN on haproxy-1");
  }

  @Test
  void refusesANodeThatWouldComeWithoutAWeight() {
    Story story = of(SERVICE);
    story.world().set("g1", AdminState.MAINT, 0);
    assertThat(problems(story))
        .containsExactly(
            "node g1: expected a weight above 0, with which the switch puts it into rotation, found"
                + " 0 on haproxy-1; give it one (set server api_pool/g1 weight 100)");
  }

  @Test
  void refusesOtherCanaries() {
    of(SERVICE)
        .on(
            asked(withOverrides("{\"canaries\": [\"b1\"]}")),
            refuses("overrides.canaries: expected none beside strategy blue-green"));
  }

  private static DeadMan deadMan(Story story) {
    return Objects.requireNonNull(
        Objects.requireNonNull(Guarding.of(story.active())).deadMan(), "it is not armed");
  }

  @Test
  void aReloadThatForgetsTheMaintenanceIsMendedWhileTheReleaseIsInTheDark() {
    Story story = rollout(SERVICE).until("keep g1");
    assertThat(guarded(story, "g1").inWork()).isFalse();
    assertThat(guarded(story, "g1").settings())
        .allMatch(setting -> setting.state() == AdminState.MAINT);
    story.until("watch 1-3");
    assertThat(guarded(story, "b1").inWork()).isFalse();
    assertThat(guarded(story, "b1").settings())
        .allMatch(setting -> setting.state() == AdminState.MAINT);
  }

  @Test
  void whoMakesAGroupReadyBeforeItsTurnIsAPerson() {
    Story story = rollout(SERVICE).until("push g1");
    assertThat(earlier(story, "g1")).doesNotContain(AdminState.READY);
    story.until("serving g1");
    assertThat(earlier(story, "g1")).contains(AdminState.MAINT);
    assertThat(earlier(story, "b1")).doesNotContain(AdminState.MAINT);
    story.on(abort()).until("restart g1");
    assertThat(guarded(story, "g1").inWork()).isFalse();
    assertThat(earlier(story, "g1")).as("what comes late is Serin's").contains(AdminState.READY);
  }

  private static List<AdminState> earlier(Story story, String node) {
    return guarded(story, node).earlier().stream().map(ServerSetting::state).distinct().toList();
  }

  @Test
  void whoHalfStandsByIsLeftToWhatComesNext() {
    Story story = rollout(SERVICE).until("ready b1").on(pause());
    assertThat(guarded(story, "b1").inWork()).isTrue();
    story.on(resume()).until("watch 1-3");
    assertThat(guarded(story, "b1").inWork()).isFalse();
  }

  @Test
  void whoStandsByAgainStaysSoWhateverComesLate() {
    Story story = rollout(SERVICE).until("serving g1").on(abort()).goesOn();
    isAsBefore(story);
    assertThat(story.last().commands())
        .filteredOn(StopGuardingServers.class::isInstance)
        .singleElement()
        .extracting(it -> ((StopGuardingServers) it).servers(), list(GuardedServer.class))
        .filteredOn(server -> server.node().startsWith("g"))
        .hasSize(2)
        .noneMatch(GuardedServer::inWork)
        .allMatch(
            server -> server.earlier().stream().anyMatch(it -> it.state() == AdminState.READY));
  }

  @Test
  void theSwitchOfADeadManPutsOnlyAGroupBackThatIsProven() {
    Story story = rollout(SHARED).until("watch 1-2");
    assertThat(deadMan(story).action()).isEqualTo(DeadManAction.DRAIN);
    assertThat(deadMan(story).nodes()).containsExactly("g1", "g2");
    assertThat(deadMan(story).restore())
        .extracting(GuardedServer::node)
        .containsExactly("b1", "b2");
    story.until("drain b1");
    assertThat(Objects.requireNonNull(Guarding.of(story.active())).deadMan())
        .as("while they leave")
        .isNull();
    story.until("watch 1-1");
    assertThat(deadMan(story).action()).isEqualTo(DeadManAction.ALERT);
    story.on(probe(FAIL));
    assertThat(Objects.requireNonNull(Guarding.of(story.active())).deadMan())
        .as("while they come back")
        .isNull();
    story.until("serving b1").on(done("serving b1"));
    assertThat(Objects.requireNonNull(Guarding.of(story.active())).deadMan())
        .as("until all are proven")
        .isNull();
    story.on(done("serving b2"), sends("drain g2", "drain g1"));
    assertThat(deadMan(story).action()).isEqualTo(DeadManAction.DRAIN);
  }

  @Test
  void whoseSwitchWentOffIsAdmittedAgainWhole() {
    Story story =
        rollout(with(SHARED, "{\"noData\": {\"then\": \"pause\"}}"))
            .until("watch 1-2")
            .on(
                now ->
                    Acts.answered(
                        now,
                        new HaproxyEvent.DeadManWentOff(
                            new AnswerHead(
                                "guard",
                                now.active().rolloutId(),
                                Services.NAME,
                                null,
                                1,
                                now.now()),
                            Acts.noProofSince(now),
                            DeadManAction.DRAIN,
                            List.of("g1", "g2"),
                            null)),
                isIn(RolloutPhase.PAUSED));
    story.world().set("g1", AdminState.DRAIN, 1);
    story.world().set("g2", AdminState.DRAIN, 1);
    story
        .on(resume(), sends("shift g1"))
        .on(done("shift g1"), sends("ready g1", "ready g2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    serves(story, "v2", "g1", "g2");
  }

  @Test
  void aBreachThatWaitsForAPersonDrainsWhileTheOthersAreThere() {
    ServiceDefinition service = with(SHARED, "{\"onBreach\": \"pause\"}");
    rollout(service)
        .until("watch 1-2")
        .on(probe(FAIL), sends("stop-watching", "drain g1"))
        .then(story ->
            assertThat(((DrainServer) story.newest("drain g1")).restore())
                .as("who can't leave stays in, whatever it was before the rollout")
                .extracting(ServerSetting::state)
                .containsOnly(AdminState.READY))
        .until("drain g2")
        .on(done("drain g2"), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("ready g1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    Story admittedAgain =
        rollout(service)
            .until("watch 1-2")
            .on(probe(FAIL))
            .until("drain g2")
            .on(done("drain g2"))
            .on(resume())
            .until("watch 1-2")
            .on(abort())
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(admittedAgain);
    assertThat(admittedAgain.sent())
        .as("each is taken back once")
        .filteredOn(it -> Words.of(it).startsWith("restore"))
        .hasSize(2);
    Story story =
        rollout(service)
            .until("watch 1-1")
            .on(probe(FAIL), sends("stop-watching"), isIn(RolloutPhase.PAUSED));
    serves(story, "v2", "g1", "g2");
    story.on(abort()).goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story);
  }

  /// The titles of the steps in the rescue sheet, in order.
  private static List<String> titles(Story story, String function) {
    String sheet = story.sheet();
    int begins = sheet.indexOf("\n" + function + "() {");
    return sheet
        .substring(begins, sheet.indexOf("\n}\n", begins))
        .lines()
        .filter(line -> line.startsWith("  echo '") && line.endsWith("'") && line.contains(": "))
        .map(line -> line.substring("  echo '".length(), line.length() - 1))
        .toList();
  }

  @Test
  void aPersonFinishesTheSwitchOrTakesItBack() {
    Story story = rollout(SERVICE).until("drain b1").on(done("drain b1"));
    assertThat(titles(story, "finish")).containsExactly("b2: drain", "b1: maint", "b2: maint");
    assertThat(titles(story, "back"))
        .startsWith("b2: undo-health", "b1: undo-health", "b2: undo-ready", "b1: undo-ready")
        .containsSubsequence("b1: undo-serving", "g2: undo-drain", "g1: undo-restore")
        .endsWith("g2: undo-ready", "g1: undo-ready", "g2: undo-serving", "g1: undo-serving");
    assertThat(story.sheet())
        .contains("set server api_pool/b1 state maint", "set server api_pool/g1 state drain");
  }

  @Test
  void aPersonTakesNobodyOutOfMaintenanceInTheDark() {
    Story story = rollout(SERVICE).until("push g1");
    String sheet = story.sheet();
    assertThat(sheet.substring(sheet.indexOf("\nback() {"), sheet.indexOf("\nfinish() {")))
        .contains("g1: undo-drain", "set server api_pool/g1 state maint")
        .doesNotContain("set server api_pool/g1 state drain");
  }
}
