package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// When a silent agent is asked again.
class AskingTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private static CommandHead head(String rolloutId) {
    return new CommandHead(rolloutId + "/1", rolloutId, "api", "b1", 1, NOON);
  }

  @Test
  void manyRolloutsThatAreSilentAtOnceAreNotAskedAtOnce() {
    Instant at = NOON.plusSeconds(5);
    assertThat(IntStream.range(0, 100).mapToObj(it -> Asking.pause(head("api-" + it), at)))
        .allMatch(pause -> pause.compareTo(Duration.ofMillis(4_125)) >= 0)
        .allMatch(pause -> pause.compareTo(Duration.ofMillis(5_500)) <= 0)
        .satisfies(all -> assertThat(all.stream().distinct()).hasSizeGreaterThan(50));
  }

  @Test
  void whoIsSilentForLongIsAskedLessOftenButWithinEightSeconds() {
    assertThat(Asking.pause(head("api-1"), NOON.plus(Duration.ofHours(1))))
        .isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
  }

  @Test
  void theSameDecisionIsMadeAgain() {
    Instant at = NOON.plusSeconds(17);
    assertThat(Asking.pause(head("api-1"), at)).isEqualTo(Asking.pause(head("api-1"), at));
  }

  @Test
  void whatTheSagaCanNotGoOnWithSaysWhatAPersonHasToDo() {
    Story story = rollout(canaryThenPeers("b2", "b1")).until("push b2");
    Decision told = Saga.stuck(story.ledger(), "run: serin rescue api", story.now());
    assertThat(told.states())
        .singleElement()
        .satisfies(state -> {
          assertThat(state.message()).isEqualTo("run: serin rescue api");
          assertThat(state.waitingFor()).startsWith("a person: ");
          assertThat(state.rolloutId()).isEqualTo(story.active().rolloutId());
          assertThat(told.next().decidedAt())
              .as("the ledger is as new as what is said of it")
              .isAfterOrEqualTo(state.updatedAt());
        });
    assertThat(Saga.stuck(Ledger.empty("api"), "", story.now()).states()).isEmpty();
  }
}
