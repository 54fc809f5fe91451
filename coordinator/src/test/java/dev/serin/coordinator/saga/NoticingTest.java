package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.answered;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusCommand.LookAtInstances;
import dev.serin.contracts.incus.IncusCommand.RestoreBinary;
import dev.serin.contracts.incus.IncusEvent.Deed;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Somebody else works in a container in the middle of a rollout: it pauses and says what changed.
class NoticingTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");

  private static Story.Act tellsOf(String node, Deed deed, String expected, String found) {
    String subject = deed == Deed.BINARY_REPLACED ? "/opt/api/api" : "api";
    return story ->
        answered(
            story,
            new InstancesChangedByHand(
                new AnswerHead(
                    "look", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                List.of(new InstanceChange(node, deed, subject, expected, found))));
  }

  private static List<LookAtInstances> looks(Story story) {
    return story.last().commands().stream()
        .filter(LookAtInstances.class::isInstance)
        .map(LookAtInstances.class::cast)
        .toList();
  }

  @Test
  void looksEveryTenSecondsAtTheNodesThatNoCommandIsAbout() {
    Story story = rollout(SERVICE).until("push b2").after(Duration.ofSeconds(10));
    assertThat(looks(story)).hasSize(1);
    assertThat(looks(story).getFirst().instances())
        .extracting(known -> known.instance().node())
        .containsExactly("b1");

    story.until("watch 1-3").after(Duration.ofSeconds(30));
    assertThat(looks(story)).hasSize(3);
    assertThat(looks(story).getLast().instances())
        .extracting(KnownInstance::sha256)
        .containsExactlyInAnyOrder(World.sha("v1"), World.sha("v2"));
  }

  @Test
  void expectsTheStartThatSerinMadeAndTheUnitFileThatPreflightFound() {
    Story story = rollout(SERVICE).until("watch 1-3").after(Duration.ofSeconds(10));
    assertThat(looks(story).getFirst().instances())
        .filteredOn(known -> known.instance().node().equals("b2"))
        .singleElement()
        .matches(known -> known.units().getFirst().invocation().equals("started by serin"));
    story.on(probe(FAIL)).until("restore b2");
    assertThat(((RestoreBinary) story.newest("restore b2")).unitFiles())
        .isEqualTo(Map.of("api", "unit file"));
  }

  @Test
  void aUnitRestartedByHandPausesAndItsAnalysisBeginsAnew() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(
            tellsOf("b2", Deed.UNIT_RESTARTED, "started by serin", "by ansible"),
            sends("stop-watching"),
            tells("rollout-paused"),
            isIn(RolloutPhase.PAUSED))
        .then(story ->
            assertThat(story.told().getLast().head().why())
                .isEqualTo("somebody has restarted unit api on b2; nothing was reverted"))
        .ignores(probe(1, FAIL), Decision.Ignored.NOT_AWAITED)
        .on(resume(), tells("rollout-resumed", "step-started analyse"))
        .ignores(
            tellsOf("b2", Deed.UNIT_RESTARTED, "started by serin", "by ansible"),
            Decision.Ignored.NOT_AWAITED)
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void whatWasComparedWithSomethingOlderIsIgnored() {
    rollout(SERVICE)
        .until("watch 1-3")
        .ignores(
            tellsOf("b2", Deed.UNIT_RESTARTED, "before the rollout", "started by serin"),
            Decision.Ignored.NOT_AWAITED)
        .ignores(
            tellsOf("b2", Deed.BINARY_REPLACED, World.sha("v1"), World.sha("v2")),
            Decision.Ignored.NOT_AWAITED)
        .ignores(
            tellsOf("b7", Deed.BINARY_REPLACED, World.sha("v1"), World.sha("v2")),
            Decision.Ignored.NOT_AWAITED);
  }

  @Test
  void aNodeInWorkIsItsCommands() {
    rollout(SERVICE)
        .until("push b2")
        .ignores(
            tellsOf("b2", Deed.BINARY_REPLACED, World.sha("v1"), World.sha("v2")),
            Decision.Ignored.NOT_AWAITED)
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aRollbackHaltsRatherThanReplaceABinaryThatItDoesNotKnow() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(
            tellsOf("b2", Deed.BINARY_REPLACED, World.sha("v2"), World.sha("mine")),
            tells("rollout-paused"))
        .on(abort(), sends("drain b2"))
        .on(done("drain b2"), sends("restore b2"))
        .then(story ->
            assertThat(((RestoreBinary) story.newest("restore b2")).known())
                .as("what the person put there is not among what may be replaced")
                .containsExactlyInAnyOrder(World.sha("v1"), World.sha("v2")))
        .on(
            fails(
                "restore b2",
                new Failure(
                    Failure.Reason.FOREIGN, "a known binary", "another one", "ask them", false)))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void nobodyLooksDuringARollbackOrAPause() {
    rollout(SERVICE)
        .until("watch 1-3")
        .on(probe(FAIL))
        .after(Duration.ofSeconds(40), story -> assertThat(looks(story)).isEmpty())
        .goesOn();
    rollout(SERVICE)
        .until("watch 1-3")
        .on(Acts.pause())
        .after(Duration.ofMinutes(5), story -> assertThat(looks(story)).isEmpty());
  }
}
