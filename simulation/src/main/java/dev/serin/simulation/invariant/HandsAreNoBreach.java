package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.Strategies;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A person's hand comes first: a release is not taken back as breached for a probe that is red
/// only because somebody has restarted a unit in the window that is under way. Whoever resumes has
/// seen it, and the window begins anew. Where something else goes wrong too, the look that would
/// show the hand may come to nothing; and where Serin touches nothing, it knows of no instance to
/// look at.
final class HandsAreNoBreach implements Invariant {
  /// The longest outage of anything that a look goes through.
  private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(100);

  private final Truth truth;
  private final Circumstances circumstances;

  /// When the newest window of each rollout began.
  private final Map<String, Instant> begun = new HashMap<>();

  HandsAreNoBreach(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "hand";
  }

  @Override
  public void published(RolloutEvent event) {
    String id = event.head().rolloutId();
    switch (event) {
      case RolloutEvent.StepStarted step when Windows.isWatched(step.step()) ->
          begun.put(id, truth.loop().now());
      case RolloutEvent.RollbackStarted back when back.cause() == Outcome.BREACHED -> {
        Instant since = begun.get(id);
        if (since != null
            && !isOnlyAnalysed(id)
            && isRedOnlyByHand(back.evidence())
            && wasRestartedSince(since)
            && circumstances.onlyRestartsByHandSince(since.minus(LONGEST_OUTAGE))) {
          throw broken(
              event.head().version()
                  + " is taken back as breached for a unit that somebody has restarted: "
                  + event.head().why());
        }
      }
      default -> {}
    }
  }

  private boolean isOnlyAnalysed(String rolloutId) {
    RolloutState state = truth.states().get(rolloutId);
    return state != null && state.strategy().equals(Strategies.ANALYSIS_ONLY);
  }

  private boolean isRedOnlyByHand(List<ProbeView> evidence) {
    return !evidence.isEmpty()
        && evidence.stream()
            .allMatch(probe ->
                probe.verdict() == Verdict.FAIL
                    && truth.world().prometheus().wasRedOnlyByHand(probe.at()));
  }

  /// A hand of an earlier window may still be what its samples show: then it was seen.
  private boolean wasRestartedSince(Instant since) {
    List<Instant> hands =
        truth.touches().values().stream()
            .flatMap(List::stream)
            .filter(touch -> touch.what().equals(Truth.UNIT_BY_HAND))
            .map(Truth.Touch::at)
            .toList();
    return !hands.isEmpty() && hands.stream().allMatch(since::isBefore);
  }
}
