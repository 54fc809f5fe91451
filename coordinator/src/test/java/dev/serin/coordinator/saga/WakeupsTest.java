package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What the saga is woken for.
class WakeupsTest {
  private static Instant wakeAt(Ledger ledger) {
    return Objects.requireNonNull(Saga.wakeAt(ledger));
  }

  @Test
  void nothingIsDueWithoutARollout() {
    Ledger empty = Ledger.empty("api");
    assertThat(Saga.wakeAt(empty)).isNull();
    assertThat(Saga.due(empty, Instant.MAX)).isEmpty();
  }

  @Test
  void aCheckIsAskedForAgainAndFailsAtItsDeadline() {
    Ledger checking = rollout(canaryThenPeers("b2", "b1")).last().next();
    Instant first = wakeAt(checking);
    assertThat(Saga.due(checking, first.minusMillis(1))).isEmpty();
    assertThat(Saga.due(checking, first)).containsExactly(Due.ASK_AGAIN);
    assertThat(Saga.due(checking, first.plus(Duration.ofHours(1))))
        .containsExactlyInAnyOrder(Due.ASK_AGAIN, Due.DEADLINE);
  }

  @Test
  void anAnalysisHasLeasesAndEndsWithoutData() {
    Ledger watching = rollout(canaryThenPeers("b2", "b1")).until("watch 1-3").last().next();
    Instant first = wakeAt(watching);
    assertThat(Saga.due(watching, first)).isNotEmpty().doesNotContain(Due.NO_DATA, Due.DEADLINE);
    assertThat(Saga.due(watching, first.plus(Duration.ofHours(2))))
        .contains(Due.GUARD, Due.LEASE, Due.NO_DATA)
        .doesNotContain(Due.ASK_AGAIN, Due.DEADLINE, Due.PAUSE_END, Due.HELD);
  }
}
