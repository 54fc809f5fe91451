package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.PlanView.PlannedStep;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.ReleasePlan.CheckResult;
import dev.serin.contracts.rollout.ReleasePlan.PlannedSli;
import dev.serin.contracts.rollout.RolloutEvent.PreflightFailed;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A plan is what a rollout would do, with the checks that it would make.
class PreviewTest {
  private static final Duration WITHIN = Duration.ofSeconds(90);

  private static Preview preview(Story story, ReleaseRequested release) {
    return ((Parsed.Valid<Preview>) Preview.of(story.ledger(), story.service(), release)).value();
  }

  private static ReleaseRequested v(String version) {
    return Story.releaseOf(version, IfBusy.QUEUE);
  }

  private static List<AgentEvent> answers(Story story, Preview preview) {
    return preview.questions("plan/1", story.now()).stream()
        .map(question -> story.world().obey(question, story.now()))
        .toList();
  }

  private static ReleasePlan plan(Story story, ReleaseRequested release) {
    Preview preview = preview(story, release);
    return preview.judged(answers(story, preview), WITHIN, story.now());
  }

  private static CheckResult check(ReleasePlan plan, String name) {
    return plan.checks().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void tellsFromWhenOnEachSliCountsAndWhatItComesTo() {
    ServiceDefinition service =
        with(
            canaryThenPeers("b2", "b1"),
            """
            {"onBreach": "hold",
             "slis": [{"name": "errors", "query": "q{n=~'$canary'}", "max": 0.5, "maxDelta": 0.1},
                      {"name": "p95", "query": "q", "min": 2, "from": 25, "onBreach": "warn"},
                      {"name": "queue", "query": "q", "max": 9,
                       "alarm": {"datapoints": 2, "of": 3, "treatMissingData": "notBreaching"}}]}
            """);
    assertThat(plan(Story.of(service), v("v2")).slis())
        .containsExactly(
            new PlannedSli(
                "errors", "below 0.5; at most 0.1 above the baseline's", null, OnBreach.HOLD),
            new PlannedSli("p95", "above 2", 25.0, OnBreach.WARN),
            new PlannedSli(
                "queue",
                "below 9, red when 2 of 3 are not, one each 30s; missing ones count as green",
                null,
                OnBreach.HOLD));
  }

  @Test
  void warnsOfAWindowThatIsTooShortForAnAlarm() {
    ServiceDefinition service =
        with(
            canaryThenPeers("b2", "b1", "b3", "b4"),
            """
            {"strategy": "traffic-steps",
             "trafficSteps": [{"share": 10, "window": "1m"}, {"share": 50, "window": "61s"},
                              {"share": 100, "window": "10m"}],
             "slis": [{"name": "errors", "query": "q", "max": 9},
                      {"name": "queue", "query": "q", "max": 9,
                       "alarm": {"consecutive": 3, "period": "30s"}},
                      {"name": "late", "query": "q", "max": 9, "from": 50,
                       "alarm": {"consecutive": 3, "period": "30s"}}]}
            """);
    assertThat(plan(Story.of(service), v("v2")).warnings())
        .contains(
            "queue: its alarm takes 3 data points, one each 30s, so it can't be red in the 1m at"
                + " 10 %")
        .noneMatch(warning -> warning.startsWith("late") || warning.contains("61s"));
  }

  @Test
  void hasTheVeryPlanOfTheRollout() {
    Story story = Story.of(canaryThenPeers("b2", "b1", "b3"));
    ReleasePlan plan = plan(story, v("v2"));

    story.on(release("v2"));

    assertThat(story.told().getLast())
        .isInstanceOfSatisfying(
            RolloutStarted.class, started -> assertThat(plan.plan()).isEqualTo(started.plan()));
    assertThat(plan.problems()).isEmpty();
    assertThat(plan.checks())
        .extracting(CheckResult::name)
        .containsExactly(
            "load-balancers",
            "instances",
            "artifact",
            "slis",
            "plan",
            "migrations",
            "hands",
            "freezes",
            "turn");
    assertThat(plan.checks()).allMatch(CheckResult::ok);
    assertThat(check(plan, "turn").detail()).contains("it would start at once");
    assertThat(check(plan, "load-balancers").detail())
        .isEqualTo("api_pool on haproxy-1: 3 of 3 nodes in rotation, at least 2 stay");
    assertThat(plan.nodes())
        .extracting(ReleasePlan.NodeNow::name)
        .containsExactly("b2", "b1", "b3");
    assertThat(plan.nodes())
        .allMatch(node -> "ready".equals(node.state()) && Boolean.TRUE.equals(node.inRotation()));
    assertThat(plan.rollback()).extracting(PlannedStep::node).startsWith("b3").endsWith("b2");
    assertThat(plan.waitsFor()).isNull();
  }

  @Test
  void tellsWhatEachNodeHasToGoBackTo() {
    Story story = Story.of(canaryThenPeers("b2", "b1"));
    Preview preview = preview(story, v("v2"));
    List<AgentEvent> answers =
        answers(story, preview).stream()
            .map(answer ->
                answer instanceof IncusEvent.InstancesInspected it
                    ? new IncusEvent.InstancesInspected(
                        it.head(),
                        it.instances().stream().map(PreviewTest::withOldBinary).toList(),
                        it.owners(),
                        it.problems(),
                        it.warnings())
                    : answer)
            .toList();

    assertThat(preview.judged(answers, WITHIN, story.now()).nodes())
        .extracting(ReleasePlan.NodeNow::rollbackSha256)
        .containsExactly("ab".repeat(32), null);
  }

  private static IncusEvent.InstanceSeen withOldBinary(IncusEvent.InstanceSeen seen) {
    return new IncusEvent.InstanceSeen(
        seen.node(),
        seen.sha256(),
        seen.addresses(),
        seen.problems(),
        seen.ofInstalling(),
        seen.ofTheUnit(),
        seen.units(),
        seen.boot(),
        seen.access(),
        seen.files(),
        seen.node().equals("b2") ? "ab".repeat(32) : null);
  }

  private static Parsed<Preview> back(Story story) {
    return Preview.of(
        story.ledger(),
        story.service(),
        new Request.RollbackRequested("plan", Services.NAME, "bob", "", null));
  }

  /// What goes back, in which order, and whether every node still has it is known beforehand.
  @Test
  void ofARollbackIsThePlanOfTheReleaseThatTakesBack() {
    Story story = Story.of(canaryThenPeers("b2", "b1", "b3"));
    story.on(release("v2")).goesOn().on(release("v3")).goesOn();

    Preview preview = ((Parsed.Valid<Preview>) back(story)).value();
    ReleasePlan plan = preview.judged(answers(story, preview), WITHIN, story.now());

    assertThat(plan.version()).isEqualTo("v2");
    assertThat(plan.problems()).isEmpty();
    assertThat(check(plan, "artifact").detail())
        .contains("node:/opt/api/.serin/api-" + World.sha("v2"));
    story.on(takeBack());
    assertThat(story.told().getLast())
        .isInstanceOfSatisfying(
            RolloutStarted.class, started -> assertThat(plan.plan()).isEqualTo(started.plan()));
    assertThat(problems(back(story))).contains("expected no active rollout");
  }

  @Test
  void ofARollbackSaysWhyThereIsNone() {
    Story story = Story.of(canaryThenPeers("b2", "b1", "b3"));
    assertThat(problems(back(story))).contains("that completed, found none");
  }

  private static String problems(Parsed<Preview> refused) {
    return String.join("; ", ((Parsed.Invalid<Preview>) refused).problems());
  }

  @Test
  void asksWhatTheRolloutAsks() {
    Story story = rollout(canaryThenPeers("b2", "b1"));
    Preview preview =
        ((Parsed.Valid<Preview>) Preview.of(Ledger.empty(Services.NAME), story.service(), v("v2")))
            .value();

    assertThat(preview.questions("plan/1", story.now()).stream().map(PreviewTest::body))
        .containsExactlyElementsOf(story.sent().stream().map(PreviewTest::body).toList());
  }

  private static String body(AgentCommand command) {
    var tree =
        (tools.jackson.databind.node.ObjectNode)
            Json.mapper().<tools.jackson.databind.JsonNode>valueToTree(command);
    List.of("commandId", "rolloutId", "fence", "sentAt").forEach(tree::remove);
    return tree.toString();
  }

  @Test
  void tellsJustTheProblemsThatTheRolloutWouldBeRejectedFor() {
    ServiceDefinition service = canaryThenPeers("b2", "b1");
    UnaryOperator<AgentEvent> ill =
        event ->
            switch (event) {
              case PoolChecked pool ->
                  new PoolChecked(
                      pool.head(),
                      pool.servers().subList(0, 1),
                      pool.access(),
                      List.of(),
                      List.of("no leaving map"),
                      List.of());
              case InstancesInspected seen ->
                  new InstancesInspected(
                      seen.head(),
                      seen.instances(),
                      Map.of(),
                      List.of("artifact: expected SHA-256 a, found b"),
                      List.of());
              default -> event;
            };
    Story rejected = rollout(service);
    for (AgentCommand sent : List.copyOf(rejected.sent())) {
      rejected.on(story ->
          new Input.Answered(ill.apply(story.world().obey(sent, story.now())), story.now()));
    }
    PreflightFailed failed =
        rejected.told().stream()
            .filter(PreflightFailed.class::isInstance)
            .map(PreflightFailed.class::cast)
            .findFirst()
            .orElseThrow();

    Story story = Story.of(service);
    Preview preview = preview(story, v("v2"));
    ReleasePlan plan =
        preview.judged(answers(story, preview).stream().map(ill).toList(), WITHIN, story.now());

    assertThat(plan.problems()).isEqualTo(failed.problems()).hasSize(2);
    assertThat(plan.warnings()).isEqualTo(failed.warnings()).containsExactly("no leaving map");
    assertThat(plan.checks())
        .filteredOn(check -> !check.ok())
        .extracting(CheckResult::name)
        .containsExactly("artifact", "plan");
    assertThat(check(plan, "plan").detail()).contains("found it in 0");
  }

  @Test
  void namesTheAgentThatSaysNothingAndTheOneThatFails() {
    Story story = Story.of(canaryThenPeers("b2", "b1"));
    Preview preview = preview(story, v("v2"));
    List<AgentEvent> some = new ArrayList<>();
    for (AgentEvent answer : answers(story, preview)) {
      if (answer instanceof InstancesInspected inspected) {
        some.add(
            new IncusEvent.Failed(
                inspected.head(),
                new Failure(
                    Failure.Reason.UNREACHABLE, "an answer of Incus", "none", "start it", true)));
      } else if (answer instanceof PoolChecked) {
        some.add(answer);
      }
    }

    ReleasePlan plan = preview.judged(some, WITHIN, story.now());

    assertThat(check(plan, "load-balancers").ok()).isTrue();
    assertThat(check(plan, "instances").detail())
        .startsWith("incus-agent: expected an answer of Incus, found none");
    assertThat(check(plan, "slis").detail())
        .isEqualTo("sli-watcher: expected an answer within 1m30s, found none; is it running?");
    assertThat(plan.problems()).hasSize(2);
  }

  @Test
  void takesTheNodeFirstThatWasLeftOutAndForgivesIt() {
    Story story =
        rollout(canaryThenPeers("b2", "b1", "b3")).until("health b1").on(failsForGood("health b1"));

    Preview preview = preview(story, v("v3"));
    ReleasePlan plan = preview.judged(answers(story, preview), WITHIN, story.now());

    assertThat(preview.questions("plan/1", story.now()))
        .filteredOn(CheckPool.class::isInstance)
        .map(CheckPool.class::cast)
        .allMatch(check -> check.leftOut().equals(List.of("b1")));
    assertThat(plan.nodes().getFirst().name()).isEqualTo("b1");
    assertThat(plan.nodes().getFirst().leftOut()).isTrue();
    assertThat(plan.plan().steps().getFirst().node()).isEqualTo("b1");
    assertThat(plan.nodes().get(1).version()).isEqualTo("v2");
    assertThat(plan.problems()).isEmpty();
  }

  @Test
  void saysWhatItWouldWaitFor() {
    Story story = rollout(canaryThenPeers("b2", "b1")).until("restart b2");

    ReleasePlan waits = plan(story, v("v3"));
    ReleasePlan rejected = plan(story, Story.releaseOf("v3", IfBusy.REJECT));

    assertThat(waits.waitsFor()).isEqualTo(Story.idOf("v2"));
    assertThat(check(waits, "turn"))
        .isEqualTo(
            new CheckResult(
                "turn", true, "it would wait for " + Story.idOf("v2") + " of v2 (ROLLING)"));
    assertThat(waits.warnings()).first().asString().contains("is at work on the service");
    assertThat(check(rejected, "turn").ok()).isFalse();
    assertThat(rejected.problems()).anyMatch(it -> it.contains("ifBusy: reject"));
  }

  private static CheckResult turn(Story story, IfBusy ifBusy) {
    return check(plan(story, Story.releaseOf("v9", ifBusy)), "turn");
  }

  @Test
  void judgesWhatWaitsAsAdmissionDoes() {
    Story story =
        Story.of(Services.with(canaryThenPeers("b2", "b1"), "{\"onFreeze\": \"wait\"}"))
            .on(Acts.freeze(null))
            .on(release("v2"));

    assertThat(turn(story, IfBusy.REJECT).ok()).isFalse();
    assertThat(turn(story, IfBusy.REJECT).detail())
        .contains("expected nothing to wait (ifBusy: reject), found " + Story.idOf("v2"));
    assertThat(turn(story, IfBusy.QUEUE))
        .isEqualTo(
            new CheckResult(
                "turn", true, "no other rollout is active, but 1 wait: it would start after them"));
    assertThat(turn(story, IfBusy.LATEST).detail()).contains("in place of 1 that wait");

    for (int version = 3; version < 12; version++) {
      story.on(release("v" + version));
    }
    assertThat(story.ledger().queue()).hasSize(Requests.LONGEST_QUEUE);
    ReleasePlan full = plan(story, Story.releaseOf("v12", IfBusy.QUEUE));
    assertThat(full.problems()).anyMatch(it -> it.startsWith("expected at most 10 releases"));
    assertThat(turn(story, IfBusy.SUPERSEDE).ok()).isTrue();
  }

  @Test
  void saysThatItWouldAskForItsTurnWhereALimitHolds() {
    Story story = Story.of(canaryThenPeers("b2", "b1"));
    Preview preview =
        ((Parsed.Valid<Preview>)
                Preview.of(story.ledger().under(List.of(), true), story.service(), v("v2")))
            .value();

    ReleasePlan plan = preview.judged(answers(story, preview), WITHIN, story.now());

    assertThat(check(plan, "turn"))
        .isEqualTo(
            new CheckResult(
                "turn",
                true,
                "no other rollout is active; it would start when it has its turn: only so many"
                    + " rollouts may run at once (serin.limits)"));
  }

  @Test
  void saysThatNothingIsTakenBackForWhatWaitsForTheEndOfAFreeze() {
    Story story =
        Story.of(Services.with(canaryThenPeers("b2", "b1"), "{\"onFreeze\": \"wait\"}"))
            .on(release("v2"))
            .until("restart b2")
            .on(Acts.freeze(null));

    assertThat(turn(story, IfBusy.SUPERSEDE).detail())
        .isEqualTo(
            "it would wait for "
                + Story.idOf("v2")
                + " of v2 (ROLLING), which is not taken back for it in a freeze");
  }

  @Test
  void isRedWhileHandsAreOff() {
    ReleasePlan plan = plan(Story.of(canaryThenPeers("b2", "b1")).on(handsOff()), v("v2"));

    assertThat(check(plan, "hands").ok()).isFalse();
    assertThat(plan.problems()).singleElement().asString().contains("hands-on");
  }

  @Test
  void refusesWhatTheServiceCannotDo() {
    Story story = Story.of(canaryThenPeers("b2", "b1"));
    ReleaseRequested release = v("v2");
    ReleaseRequested unknown =
        new ReleaseRequested(
            release.requestId(),
            release.service(),
            release.requestedBy(),
            release.reason(),
            release.version(),
            release.artifact(),
            null,
            "all-of-them",
            null,
            List.of(),
            false,
            IfBusy.QUEUE,
            Map.of());

    assertThat(Preview.of(story.ledger(), story.service(), unknown))
        .isInstanceOfSatisfying(
            Parsed.Invalid.class,
            invalid -> assertThat(invalid.problems().toString()).contains("strategy"));
  }

  @Test
  void theAnswersChangeNothingInARolloutUnderWay() {
    Story story = rollout(canaryThenPeers("b2", "b1"));
    Preview preview = preview(story, v("v3"));
    story.world().set("b1", AdminState.READY, 100);

    for (AgentEvent answer : answers(story, preview)) {
      story.ignores(it -> new Input.Answered(answer, it.now()), Decision.Ignored.NOT_AWAITED);
    }
    story.until("drain b2");
    for (AgentEvent answer : answers(story, preview)) {
      story.ignores(it -> new Input.Answered(answer, it.now()), Decision.Ignored.NOT_AWAITED);
    }
    story.goesOn().endsIn(RolloutPhase.COMPLETED, dev.serin.contracts.rollout.Outcome.COMPLETED);
  }

  @Test
  void saysWhichFreezeIsInTheWayAndWhatWouldBecomeOfTheRelease() {
    Story frozen = Story.of(canaryThenPeers("b2", "b1")).on(Acts.freeze(null));
    assertThat(plan(frozen, v("v2")).problems())
        .singleElement()
        .asString()
        .contains("a freeze of api until it is lifted, by bob: game day");
    Story waits =
        Story.of(Services.with(canaryThenPeers("b2", "b1"), "{\"onFreeze\": \"wait\"}"))
            .on(Acts.freeze(null));
    ReleasePlan plan = plan(waits, v("v2"));
    assertThat(plan.problems()).isEmpty();
    assertThat(check(plan, "freezes").detail()).startsWith("it would wait for the end of a freeze");
  }
}
