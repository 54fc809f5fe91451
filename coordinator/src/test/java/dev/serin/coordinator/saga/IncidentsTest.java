package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.takeBack;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.PreflightPassed;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An emergency and a way back are for the incident, in which nodes are ill and nobody answers:
/// neither of that keeps them from starting.
class IncidentsTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1", "b3");

  private static Story.Act emergency(String version) {
    return released(version, "emergency");
  }

  private static Story.Act released(String version, String strategy) {
    var it = Story.releaseOf(version, Request.IfBusy.QUEUE);
    return Acts.asked(
        new Request.ReleaseRequested(
            it.requestId(),
            it.service(),
            it.requestedBy(),
            it.reason(),
            it.version(),
            it.artifact(),
            null,
            strategy,
            null,
            List.of(),
            false,
            it.ifBusy(),
            it.labels()));
  }

  private static Story on(ServiceDefinition service, String... versions) {
    Story story = Story.of(service);
    for (String version : versions) {
      story.on(release(version)).goesOn();
    }
    return story;
  }

  private static Story ill(Story story, String... nodes) {
    List.of(nodes).forEach(story.world()::fallsIll);
    return story;
  }

  private static String first(Story story) {
    return Objects.requireNonNull(story.active().steps().getFirst().node());
  }

  private static PreflightPassed passed(Story story) {
    return story.told().stream()
        .filter(PreflightPassed.class::isInstance)
        .map(PreflightPassed.class::cast)
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  private static void runs(Story story, String version) {
    assertThat(story.ledger().active()).isNull();
    assertThat(story.world().nodes().values())
        .allMatch(World.Node::isIn)
        .allMatch(node -> node.digest().equals(World.sha(version)));
  }

  // Who is ill.

  @Test
  void aWayBackStartsThoughANodeIsIllAndTakesItFirst() {
    Story story = ill(on(SERVICE, "v2", "v3"), "b3").on(takeBack()).until("drain b3");
    assertThat(first(story)).isEqualTo("b3");
    assertThat(passed(story).warnings())
        .contains(
            "unit api in b3: expected active, found failed",
            "b3 is ill (DOWN on haproxy-1): it comes first");
    assertThat(Objects.requireNonNull(passed(story).plan()).steps().getFirst().node())
        .isEqualTo("b3");
    story.until("serving b3").on(done("serving b3"), sends("drain b2"));
    runs(story.goesOn(), "v2");
  }

  @Test
  void anEmergencyStartsThoughEveryNodeIsIll() {
    runs(ill(on(SERVICE, "v2"), "b1", "b2", "b3").on(emergency("v3")).goesOn(), "v3");
  }

  @Test
  void aWayBackInBatchesTakesWhoIsIllIntoItsFirst() {
    Story story = on(canaryThenPeers("b2", "b1", "b3", "b4"), "v2");
    story.on(released("v3", "HalfAtATime")).goesOn();
    ill(story, "b4").on(takeBack()).until("drain b4");
    assertThat(story.active().steps().stream().limit(2).map(it -> it.node()))
        .containsExactly("b4", "b2");
    runs(story.goesOn(), "v2");
  }

  @Test
  void anyOtherReleaseIsRefusedWhereANodeIsIll() {
    ill(on(SERVICE, "v2"), "b3")
        .on(release("v3"))
        .goesOn()
        .endsIn("v3", RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(story ->
            assertThat(story.state("v3").message())
                .contains("expected b3 in rotation", "unit api in b3"));
  }

  @Test
  void whoIsInMaintenanceStaysThereAndCountsAsOut() {
    Story story = on(SERVICE, "v2", "v3");
    story.world().set("b3", AdminState.MAINT, 100);
    story.on(takeBack()).goesOn();
    assertThat(story.told().getLast().head().why())
        .contains("expected 2 or more nodes in rotation when b2 leaves, found 1");
    Story fewer = on(with(SERVICE, "{\"minAvailable\": 1}"), "v2", "v3");
    fewer.world().set("b3", AdminState.MAINT, 100);
    fewer.on(takeBack()).goesOn();
    assertThat(passed(fewer).warnings()).anyMatch(it -> it.startsWith("b3 is in maintenance"));
    assertThat(fewer.world().node("b3"))
        .isEqualTo(new World.Node(World.sha("v2"), AdminState.MAINT, 100));
  }

  @Test
  void whoServesAndCannotBeReleasedToStandsAgainstAnEmergency() {
    Story story = on(SERVICE, "v2");
    story.world().becomesReadOnly("b1");
    story
        .on(emergency("v3"))
        .goesOn()
        .endsIn("v3", RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(it ->
            assertThat(it.state("v3").message())
                .contains("b1: expected a directory that can be written to"));
  }

  @Test
  void whoeverWasMendedKeepsTheReleaseWhereTheNextIllOneCannotBe() {
    Story story =
        ill(on(canaryThenPeers("b2", "b1", "b3", "b4", "b5"), "v2"), "b3", "b4")
            .on(emergency("v3"))
            .until("push b4")
            .on(failsForGood("push b4"))
            .goesOn();
    assertThat(story.state("v3").phase()).isEqualTo(RolloutPhase.HALTED);
    assertThat(story.world().node("b3"))
        .isEqualTo(new World.Node(World.sha("v3"), AdminState.READY, 100));
  }

  // Who is told.

  @Test
  void aHookThatSignsItsCallsKeepsNoIncidentFromStarting() {
    ServiceDefinition signed =
        with(
            with(SERVICE, "{\"analysis\": {\"window\": \"0s\"}, \"slis\": []}"),
            "{\"hooks\": [{\"name\": \"board\", \"at\": \"before-promotion\", \"url\":"
                + " \"http://h.example/\", \"secret\": \"boardkey\"}]}");
    assertThat(Preflights.asked(signed, false)).contains(Agent.SLI);
    on(signed, "v2").on(emergency("v3"), sends("check-pool", "inspect"));
  }

  @Test
  void aHookThatIsNotCalledNeedsNoSecret() {
    ServiceDefinition signed =
        with(
            SERVICE,
            "{\"hooks\": [{\"name\": \"board\", \"at\": \"before-promotion\", \"url\":"
                + " \"http://h.example/\", \"secret\": \"boardkey\"}]}");
    assertThat(Preflights.signing(signed, false)).hasSize(1);
    assertThat(Preflights.signing(with(signed, "{\"strategy\": \"analysis-only\"}"), false))
        .isEmpty();
  }

  private static ServiceDefinition hooked(String at) {
    return with(
        SERVICE,
        "{\"hooks\": [{\"name\": \"board\", \"at\": \"%s\", \"url\": \"http://h.example/\"}]}"
            .formatted(at));
  }

  private static Story.Act vetoes() {
    return story ->
        Acts.answered(
            story,
            new HookAnswered(
                story.newest("call-hook board").head().answered(story.now()),
                "board",
                HookVerdict.VETO,
                "it is Friday",
                1,
                Duration.ofMillis(40)));
  }

  @Test
  void aWayBackTellsTheHooksOfPreflightAndWaitsForNone() {
    Story story =
        on(hooked("preflight"), "v2", "v3")
            .on(takeBack(), sends("check-pool", "inspect", "call-hook board"))
            .on(done("check-pool"))
            .on(done("inspect"), sends("drain b2"), isIn(RolloutPhase.ROLLING))
            .ignores(vetoes(), Decision.Ignored.NOT_AWAITED);
    assertThat(passed(story).warnings())
        .containsExactly("hook board is told, not asked: nobody stops what an incident needs");
    runs(story.goesOn(), "v2");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEmergencyAndAWayBackTellTheHooksBeforeThePromotionAndWaitForNone(boolean back) {
    Story story =
        on(hooked("before-promotion"), "v2", "v3")
            .on(back ? takeBack() : emergency("v4"))
            .until("serving b2")
            .on(
                done("serving b2"),
                sends("call-hook board", "drain b1"),
                tells(
                    "step-succeeded serving b2",
                    "step-started hook",
                    "step-succeeded hook",
                    "step-started drain b1"))
            .ignores(vetoes(), Decision.Ignored.NOT_AWAITED);
    runs(story.goesOn(), back ? "v2" : "v4");
  }
}
