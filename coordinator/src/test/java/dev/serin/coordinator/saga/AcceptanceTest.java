package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Acts.defined;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.incus.IncusEvent.InstanceSeen;
import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.coordinator.saga.Decision.Ignored;
import dev.serin.coordinator.saga.Story.Act;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// From a request to the first effect.
class AcceptanceTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");

  private static Act releaseWith(String overrides) {
    return releaseWith(overrides, null);
  }

  private static Act releaseWith(String overrides, @Nullable String strategy) {
    ReleaseRequested it = Story.releaseOf("v2", IfBusy.QUEUE);
    return asked(
        new ReleaseRequested(
            it.requestId(),
            it.service(),
            it.requestedBy(),
            it.reason(),
            it.version(),
            it.artifact(),
            null,
            strategy,
            Json.mapper().readTree(overrides),
            List.of(),
            false,
            it.ifBusy(),
            Map.of()));
  }

  private static AnswerHead head(Story story, String words) {
    return story.newest(words).head().answered(story.now());
  }

  @Test
  void refusesAServiceThatNobodyDefined() {
    Decision decision =
        Saga.decide(
            Ledger.empty(Services.NAME),
            new Input.Asked(Story.releaseOf("v2", IfBusy.QUEUE), false, Story.NOON));
    assertThat(decision.events()).hasSize(1);
    assertThat(decision.events().getFirst().head().why())
        .contains("expected one that is defined, found 'api'", "serin services apply -f FILE");
    assertThat(decision.states().getFirst().phase()).isEqualTo(RolloutPhase.REJECTED);
  }

  @Test
  void laysOverridesOverTheService() {
    Story.of(SERVICE)
        .on(
            releaseWith(
                "{\"window\": \"5m\", \"analysis\": {\"interval\": \"1m\"}, \"minAvailable\": 1}"))
        .then(story -> {
          assertThat(story.active().service().analysis().window()).isEqualTo(Duration.ofMinutes(5));
          assertThat(story.active().service().analysis().interval())
              .isEqualTo(Duration.ofMinutes(1));
          assertThat(story.ledger().definition()).isEqualTo(SERVICE);
        })
        .until("watch 1-5");
  }

  @Test
  void refusesOverridesWithEveryProblem() {
    Story.of(SERVICE)
        .on(
            releaseWith("{\"pool\": \"other\", \"window\": \"-3s\", \"onBreach\": \"dance\"}"),
            sends(),
            refuses("overrides.pool: expected one of analysis", "analysis.window", "onBreach"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
  }

  @Test
  void refusesOverridesThatAreNoObject() {
    Story.of(SERVICE).on(releaseWith("[1]"), refuses("overrides: expected an object"));
    Story.of(SERVICE).on(releaseWith("\"window\""), refuses("overrides: expected an object"));
    Story.of(SERVICE).on(releaseWith("{\"analysis\": 5, \"window\": \"1m\"}"), refuses("analysis"));
    Story.of(SERVICE)
        .on(releaseWith("{\"analysis\": null, \"window\": \"1m\"}"), refuses("analysis"));
  }

  @Test
  void releasesWithoutAWindowInAnEmergency() {
    Story.of(SERVICE)
        .on(releaseWith("{\"minAvailable\": 1}", "emergency"), sends("check-pool", "inspect"))
        .until("serving b2")
        .on(Acts.done("serving b2"), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    Story.of(with(SERVICE, "{\"strategy\": \"emergency\"}"))
        .on(releaseWith("{}"), sends("check-pool", "inspect"))
        .then(story -> assertThat(story.active().service().isWatched()).isFalse());
    Story.of(SERVICE)
        .on(releaseWith("{\"analysis\": null}", "emergency"))
        .then(story -> assertThat(story.active().service().isWatched()).isFalse());
  }

  @Test
  void takesOneNodeAfterTheOther() {
    Story.of(SERVICE)
        .on(releaseWith("{}", "OneAtATime"), sends("check-pool", "inspect"))
        .until("serving b2")
        .on(Acts.done("serving b2"), sends("drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void refusesAWindowInAnEmergency() {
    String expected = "overrides.window: expected none, since strategy emergency watches nothing";
    Story.of(SERVICE).on(releaseWith("{\"window\": \"5m\"}", "emergency"), refuses(expected));
    Story.of(SERVICE)
        .on(releaseWith("{\"analysis\": {\"window\": \"5m\"}}", "emergency"), refuses(expected));
    Story.of(SERVICE).on(releaseWith("{\"analysis\": 5}", "emergency"), refuses("analysis"));
  }

  @Test
  void refusesAnUnknownStrategy() {
    Story.of(SERVICE)
        .on(releaseWith("{}", "big-bang"), refuses("strategy", "canary-then-peers", "big-bang"));
  }

  @Test
  void refusesAQueryThatNamesALabelWhichNoCanaryHas() {
    Story.of(
            with(
                SERVICE,
                "{\"slis\": [{\"name\": \"p95\", \"query\": \"x{i=~'$canary.instance'}\", \"max\": 1}]}"))
        .on(
            release("v2"),
            refuses("slis.p95: expected a canary with the label instance, since the query names"));
  }

  @Test
  void reportsEveryPreflightProblemTogether() {
    rollout(SERVICE)
        .on(story ->
            Acts.answered(
                story,
                new PoolChecked(
                    head(story, "check-pool"),
                    List.of(),
                    List.of(),
                    List.of("haproxy-1: No such backend."),
                    List.of("slow start"),
                    List.of())))
        .on(story ->
            Acts.answered(
                story,
                new SlisChecked(
                    head(story, "check-slis"),
                    List.of(),
                    List.of("errors: parse error"),
                    List.of())))
        .on(
            story ->
                Acts.answered(
                    story,
                    new InstancesInspected(
                        head(story, "inspect"),
                        List.of(
                            new InstanceSeen(
                                "b1",
                                null,
                                List.of(),
                                List.of("b1 is stopped"),
                                List.of(),
                                "",
                                null)),
                        Map.of(),
                        List.of("artifact: expected its digest, found another"),
                        List.of())),
            sends(),
            tells("preflight-failed", "rollout-rejected"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story -> {
          RolloutEvent.PreflightFailed failed =
              (RolloutEvent.PreflightFailed) story.last().events().getFirst();
          assertThat(failed.problems())
              .containsExactly(
                  "haproxy-1: No such backend.",
                  "artifact: expected its digest, found another",
                  "b1 is stopped",
                  "errors: parse error");
          assertThat(failed.warnings()).containsExactly("slow start");
          assertThat(story.state("v2").problems()).hasSize(4);
        });
  }

  @Test
  void reportsAnAgentThatCannotCheckBesideTheOthers() {
    rollout(SERVICE)
        .on(failsForGood("check-pool"), tells())
        .on(failsForGood("inspect"), tells())
        .on(done("check-slis"), tells("preflight-failed", "rollout-rejected"))
        .then(story ->
            assertThat(story.state("v2").problems())
                .containsExactly(
                    "haproxy-agent: expected that it works, found that it does not; mend it",
                    "incus-agent: expected that it works, found that it does not; mend it"));
  }

  @Test
  void reportsEveryAgentThatDoesNotAnswer() {
    rollout(SERVICE)
        .on(done("check-slis"))
        .after(Duration.ofSeconds(89))
        .after(Duration.ofSeconds(1), tells("preflight-failed", "rollout-rejected"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story ->
            assertThat(story.state("v2").problems())
                .containsExactly(
                    "haproxy-agent: expected an answer within 1m30s, found none; is it running?",
                    "incus-agent: expected an answer within 1m30s, found none; is it running?"));
  }

  @Test
  void namesEveryNodeWithoutABinaryAndEveryServerThatWasNotSeen() {
    rollout(SERVICE)
        .on(story ->
            Acts.answered(
                story,
                new PoolChecked(
                    head(story, "check-pool"),
                    List.of(story.world().seen("b1")),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of())))
        .on(done("check-slis"))
        .on(story ->
            Acts.answered(
                story,
                new InstancesInspected(
                    head(story, "inspect"), List.of(), Map.of(), List.of(), List.of())))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story ->
            assertThat(story.state("v2").problems())
                .containsExactlyInAnyOrder(
                    "node b1: expected a binary to go back to, found none",
                    "node b2: expected a binary to go back to, found none",
                    "node b2: expected server b2 in 1 places (each pool on each load balancer),"
                        + " found it in 0"));
  }

  @Test
  void refusesAServerLineThatPointsAtAnotherInstance() {
    rollout(SERVICE)
        .on(story -> {
          ServerSeen seen = story.world().seen("b2");
          return Acts.answered(
              story,
              new PoolChecked(
                  head(story, "check-pool"),
                  List.of(
                      new ServerSeen("b2", seen.setting(), "10.0.0.9:8080", "UP", true, null),
                      new ServerSeen(
                          "b1",
                          story.world().seen("b1").setting(),
                          "10.0.0.8:8080",
                          "UP",
                          true,
                          null)),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of()));
        })
        .on(done("check-slis"))
        .on(story ->
            Acts.answered(
                story,
                new InstancesInspected(
                    head(story, "inspect"),
                    List.of(
                        new InstanceSeen(
                            "b1", World.sha("v1"), List.of(), List.of(), List.of(), "", null),
                        new InstanceSeen(
                            "b2", World.sha("v1"), List.of(), List.of(), List.of(), "", null)),
                    Map.of("10.0.0.9", "b3", "10.0.0.8:8080", "b1"),
                    List.of(),
                    List.of())))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story ->
            assertThat(story.state("v2").problems())
                .containsExactly(
                    "node b2: expected server b2 to be instance b2, found its address 10.0.0.9:8080"
                        + " to be instance b3's; draining one would restart the other"));
  }

  @Test
  void keepsAServiceWhoseRolloutIsActive() {
    rollout(SERVICE)
        .ignores(defined(null), Ignored.ROLLOUT_ACTIVE)
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .on(defined(null))
        .on(release("v3"), refuses("expected one that is defined"))
        .then(story -> assertThat(story.ledger().refused()).as("nothing to retry").isNull());
  }

  @Test
  void goesByTheDefinitionThatItBeganWith() {
    rollout(SERVICE)
        .until("drain b2")
        .on(defined(canaryThenPeers("b9", "b8")), sends(), tells())
        .until("serving b1")
        .on(done("serving b1"))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void refusesAQueuedReleaseThatNoLongerFitsTheService() {
    ServiceDefinition bare = with(SERVICE, "{\"slis\": null, \"analysis\": {\"window\": \"0s\"}}");
    rollout(SERVICE)
        .on(
            story ->
                asked(
                        new ReleaseRequested(
                            "release-v3",
                            Services.NAME,
                            "alice",
                            "",
                            "v3",
                            Story.releaseOf("v3", IfBusy.QUEUE).artifact(),
                            null,
                            null,
                            Json.mapper().readTree("{\"window\": \"5m\"}"),
                            List.of(),
                            false,
                            IfBusy.QUEUE,
                            Map.of()))
                    .in(story),
            tells("rollout-queued"))
        .on(defined(bare))
        .goesOn()
        .endsIn("v2", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .endsIn("v3", RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story -> assertThat(story.state("v3").message()).contains("slis"));
  }
}
