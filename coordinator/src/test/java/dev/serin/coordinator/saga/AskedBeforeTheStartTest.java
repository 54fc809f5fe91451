package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.sendsNothing;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.BeforeTheStartTest.ABOVE;
import static dev.serin.coordinator.saga.BeforeTheStartTest.finds;
import static dev.serin.coordinator.saga.BeforeTheStartTest.is;
import static dev.serin.coordinator.saga.Services.blueGreen;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.RolloutEvent.PreflightFailed;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.CheckSlis;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Before the start the canaries are asked about as they serve now. Who does is known from the load
/// balancers: where it is not who was supposed to, the watcher is asked over.
class AskedBeforeTheStartTest {
  private static final String STOPS =
      "{\"minAvailable\": 1, \"analysis\": {\"redBaseline\": \"stop\"}}";
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");
  private static final ServiceDefinition GROUPS =
      with(blueGreen(List.of("b1", "b2"), List.of("g1")), STOPS);

  /// Green stands by.
  private static Story groups() {
    Story story = Story.of(GROUPS);
    story.world().standsBy("g1", "v0");
    return story;
  }

  /// The canary is in maintenance, and the pool would do without it.
  private static Story canaryOut() {
    Story story = Story.of(with(canaryThenPeers("b2", "b1", "b3"), STOPS));
    story.world().set("b2", AdminState.MAINT, 100);
    return story;
  }

  private static List<String> before(Story story) {
    return before(story.newest("check-slis"));
  }

  private static List<String> before(AgentCommand command) {
    return ((CheckSlis) command).before().stream().map(SliQuery::query).toList();
  }

  @Test
  void theCanaryAndTheBaselineAreAskedAboutAndNothingWhereItHasTheReleaseAlready() {
    Story story = rollout(SERVICE);
    assertThat(before(story)).containsExactly("errors{node=~\"b2\"}", "errors{node=~\"b1\"}");
    story.on(done("check-pool"), sendsNothing());
    assertThat(before(Story.of(SERVICE).on(Acts.asked(Acts.by("analysis-only", "{}")))))
        .as("its canary has the release already")
        .isEmpty();
  }

  @Test
  void whereTheCanaryIsInMaintenanceAnotherStandsInForIt() {
    Story story =
        canaryOut()
            .on(release("v2"))
            .on(done("check-slis"))
            .on(done("inspect"), isIn(RolloutPhase.PREFLIGHT))
            .on(done("check-pool"), sends("check-slis"));
    assertThat(before(story)).containsExactly("errors{node=~\"b1\"}");
    story.on(finds(is("errors", FAIL, ABOVE)), refuses("red before anything is changed: " + ABOVE));
  }

  /// What was asked first is awaited no more.
  @Test
  void ofTwoGroupsTheOneThatServesIsAskedAboutOnceItIsKnown() {
    Story story = groups().on(release("v2"));
    assertThat(before(story)).isEmpty();
    AgentCommand first = story.newest("check-slis");
    story.on(done("check-pool"), sends("check-slis")).on(done("inspect"));
    assertThat(before(story)).containsExactly("errors{node=~\"(?:b1|b2)\"}");
    story
        .ignores(
            it -> Acts.answered(it, it.world().obey(first, it.now())), Decision.Ignored.NOT_AWAITED)
        .on(
            finds(is("errors", FAIL, ABOVE)),
            tells("preflight-failed", "rollout-rejected"),
            refuses("red before anything is changed: " + ABOVE));
  }

  @Test
  void whoIsAskedOverHasNoLongerThanTheCheckHad() {
    Story story =
        groups()
            .on(release("v2"))
            .on(done("inspect"))
            .after(Duration.ofSeconds(60))
            .on(done("check-pool"), sends("check-slis"));
    assertThat(story.active().pending())
        .singleElement()
        .returns(Story.NOON.plusSeconds(90), Pending::deadline);
  }

  /// The coordinator was away, and finds the answers of the load balancers when it is back.
  @Test
  void whoIsAskedOverAfterAnAbsenceHasTimeToAnswer() {
    Story story = groups().on(release("v2")).on(done("inspect"));
    Instant back = story.now().plus(Duration.ofMinutes(10));
    AgentCommand check = story.newest("check-pool");
    story.on(it -> new Input.Answered(it.world().obey(check, it.now()), back), sends("check-slis"));
    assertThat(story.active().pending())
        .singleElement()
        .satisfies(pending -> assertThat(pending.deadline()).isAfter(back));
  }

  @Test
  void whereTheLoadBalancersStandAgainstItNobodyIsAskedOver() {
    Story story =
        groups()
            .on(release("v2"))
            .on(
                it -> {
                  PoolChecked pool =
                      (PoolChecked) it.world().obey(it.newest("check-pool"), it.now());
                  return Acts.answered(
                      it,
                      new PoolChecked(
                          pool.head(),
                          pool.servers(),
                          pool.access(),
                          List.of("too few are in rotation"),
                          List.of(),
                          List.of()));
                },
                sendsNothing())
            .on(done("check-slis"))
            .on(done("inspect"), refuses("too few are in rotation"));
    assertThat(((PreflightFailed) story.last().events().getFirst()).warnings())
        .as("the watcher was asked nothing, and is not too old for it")
        .isEmpty();
  }

  /// What it finds of those that were supposed to serve is not told of those that do.
  @Test
  void whereTheWatcherIsSilentWhenItIsAskedOverTheReleaseGoesOnAndSaysSo() {
    Story story =
        groups()
            .on(release("v2"))
            .on(done("check-slis"))
            .on(done("inspect"))
            .after(Duration.ofSeconds(60))
            .on(done("check-pool"), sends("check-slis"))
            .after(Duration.ofSeconds(31), isIn(RolloutPhase.ROLLING));
    assertThat(BeforeTheStartTest.passed(story).warnings())
        .containsExactly(BeforeTheStart.NOT_ASKED_OVER);
    assertThat(BeforeTheStartTest.passed(story).before()).isEmpty();
  }

  /// That it could not answer at first is no problem once it can.
  @Test
  void whatTheWatcherCouldNotAnswerFirstIsForgottenOnceItIsAskedOver() {
    groups()
        .on(release("v2"))
        .on(Acts.failsForGood("check-slis"))
        .on(done("inspect"))
        .on(done("check-pool"), sends("check-slis"))
        .on(finds(is("errors", PASS, "errors is 0")), isIn(RolloutPhase.ROLLING));
  }

  @Test
  void whoAbortsBetweenTheTwoQuestionsHasChangedNothing() {
    Story story =
        groups()
            .on(release("v2"))
            .on(done("check-pool"), sends("check-slis"))
            .on(Acts.abort())
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    story.ignores(
        it -> Acts.answered(it, it.world().obey(it.newest("check-slis"), it.now())),
        Decision.Ignored.NOT_AWAITED);
  }

  /// What a plan says whose watcher answers so.
  static ReleasePlan planned(
      Story story, ServiceDefinition service, Function<AnswerHead, SliEvent> watcher) {
    Preview preview =
        ((Parsed.Valid<Preview>)
                Preview.of(story.ledger(), service, Story.releaseOf("v3", Request.IfBusy.QUEUE)))
            .value();
    List<AgentEvent> answers = new ArrayList<>();
    preview
        .questions("plan/1", story.now())
        .forEach(question ->
            answers.add(
                question instanceof CheckSlis
                    ? watcher.apply(question.head().answered(story.now()))
                    : story.world().obey(question, story.now())));
    return preview.judged(answers, Duration.ofSeconds(90), story.now());
  }

  /// A plan asks as a rollout does.
  @Test
  void aPlanAsksOverToo() {
    Story story = groups();
    Preview preview =
        ((Parsed.Valid<Preview>)
                Preview.of(story.ledger(), GROUPS, Story.releaseOf("v3", Request.IfBusy.QUEUE)))
            .value();
    List<AgentEvent> answers = new ArrayList<>();
    preview
        .questions("plan/1", story.now())
        .forEach(question -> answers.add(story.world().obey(question, story.now())));
    List<AgentCommand> over = preview.askedOver(answers, "plan/1", story.now());
    assertThat(over)
        .singleElement()
        .satisfies(it -> assertThat(before(it)).containsExactly("errors{node=~\"(?:b1|b2)\"}"));
    assertThat(over.getFirst().head().commandId())
        .isNotIn(answers.stream().map(it -> it.head().commandId()).toList());
    AgentEvent again = story.world().obey(over.getFirst(), story.now());
    ReleasePlan plan =
        preview.judged(
            Preview.answered(answers, List.of(again)), Duration.ofSeconds(90), story.now());
    assertThat(plan.before()).extracting(SliBefore::name).containsExactly("errors");
    assertThat(plan.problems()).isEmpty();
  }
}
