package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.fails;
import static dev.serin.coordinator.saga.Acts.guarded;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What an agent that was held up does only now, and what was told to a node and never answered:
/// who puts it right, and when (I10).
class LateCommandsTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1");

  @Test
  void aNodeIsGuardedWhileItIsOnlyCheckedThroughTheLoadBalancers() {
    Story story = rollout(SERVICE).until("ready b2");
    assertThat(guarded(story, "b2").inWork()).isTrue();
    story.on(done("ready b2"), sends("serving b2"));
    assertThat(guarded(story, "b2").inWork()).isFalse();
    story.until("watch 1-3").on(probe(FAIL)).until("ready b2");
    assertThat(guarded(story, "b2").inWork()).isTrue();
    story.on(done("ready b2"), sends("serving b2"));
    assertThat(guarded(story, "b2").inWork()).isFalse();
  }

  @Test
  void aNodeIsKnownToHaveBeenToldToLeave() {
    Story story = rollout(SERVICE).until("drain b2");
    assertThat(guarded(story, "b2").drained()).isTrue();
    assertThat(guarded(story, "b1").drained()).isFalse();
    story.until("watch 1-3");
    assertThat(guarded(story, "b2").drained()).isTrue();
  }

  @Test
  void aDrainThatWouldLeaveTooFewIsAskedForOnceMoreWhenTheOthersMayBeBack() {
    Failure tooFew =
        new Failure(
            Failure.Reason.MINIMUM,
            "1 or more nodes in rotation once b2 has left",
            "0; out of rotation: b1 (MAINT on haproxy-1)",
            "bring the other nodes back into rotation, or lower the service's minAvailable",
            true);
    rollout(SERVICE)
        .until("drain b2")
        .on(fails("drain b2", tooFew), sends())
        .after(Duration.ofSeconds(7), sends())
        .after(Duration.ofSeconds(3), sends("drain b2"))
        .on(fails("drain b2", tooFew), sends())
        .after(Duration.ofSeconds(7), sends())
        .after(Duration.ofSeconds(3), sends("drain b2"))
        .on(done("drain b2"), sends("keep b2"));
  }
}
