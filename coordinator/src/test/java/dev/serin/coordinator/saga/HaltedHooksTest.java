package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.HookCall;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand.CallHook;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A rollout that halts tells who waits for its end, and waits for nobody.
class HaltedHooksTest {
  private static final ServiceDefinition SERVICE =
      with(
          withoutWindow(canaryThenPeers("b2", "b1", "b3")),
          """
          {"hooks": [{"name": "chat", "at": "end", "url": "http://h.example/"},
                     {"name": "log", "at": "end", "url": "http://h.example/"},
                     {"name": "board", "at": "after-rollback", "url": "http://h.example/"}]}
          """);

  private static HookCall call(Story story, String hook) {
    return ((CallHook) story.newest("call-hook " + hook)).call();
  }

  @Test
  void tellsWhyItHaltsAndWhatItHasLeft() {
    Story story =
        rollout(SERVICE)
            .until("health b1")
            .on(
                failsForGood("health b1"),
                sends("call-hook chat", "call-hook log"),
                tells("step-failed health b1", "rollout-halted"))
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    HookCall call = call(story, "chat");
    assertThat(call.at()).isEqualTo(Hook.At.END);
    assertThat(call.phase()).isEqualTo(RolloutPhase.HALTED);
    assertThat(call.outcome()).isEqualTo(Outcome.HALTED);
    assertThat(call.why()).startsWith("health of b1 failed");
    assertThat(call.evidence()).isEqualTo(story.state("v2").problems());
    assertThat(call.evidence())
        .singleElement()
        .asString()
        .contains("b1 is left with", "release again, which takes b1 first");
    assertThat(story.newest("call-hook chat").head().commandId())
        .isNotEqualTo(story.newest("call-hook log").head().commandId());
  }

  @Test
  void tellsItTooWhereAPeerAloneIsTakenBack() {
    Story story =
        rollout(with(SERVICE, "{\"onPeerFailure\": \"rollback-peer\"}"))
            .until("health b1")
            .on(failsForGood("health b1"), sends("drain b1"), isIn(RolloutPhase.ROLLING_BACK))
            .goesOn()
            .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    assertThat(story.last().commands().stream().map(Words::of))
        .contains("call-hook chat", "call-hook log")
        .doesNotContain("call-hook board");
    HookCall call = call(story, "log");
    assertThat(call.outcome()).isEqualTo(Outcome.HALTED);
    assertThat(call.evidence()).isEqualTo(story.state("v2").problems());
    assertThat(call.evidence()).singleElement().asString().contains("b1 runs what ran there");
  }

  @Test
  void waitsForNoAnswer() {
    rollout(SERVICE)
        .until("health b1")
        .on(failsForGood("health b1"))
        .then(story -> assertThat(story.ledger().active()).isNull())
        .on(
            story ->
                Acts.answered(
                    story,
                    new HookAnswered(
                        story.newest("call-hook chat").head().answered(story.now()),
                        "chat",
                        HookVerdict.VETO,
                        "too late",
                        1,
                        Duration.ofMillis(40))),
            sends(),
            tells())
        .on(Story.release("v3"), tells("rollout-started"));
  }
}
