package dev.serin.coordinator.view;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Instant;

/// A rollout's newest state: what it is looked up by, and the topic's value word for word (most
/// rollouts are long over, and a year of them shall not fill the heap).
///
/// @param sequence the sequence number of the newest event that is in this state
/// @param json the value of its record
public record RolloutRow(
    String rolloutId,
    String service,
    RolloutPhase phase,
    Instant queuedAt,
    long sequence,
    String json) {

  static RolloutRow of(RolloutState state, String json) {
    return new RolloutRow(
        state.rolloutId(),
        state.service(),
        state.phase(),
        state.queuedAt(),
        state.sequence(),
        json);
  }

  /// Whether more is going to happen.
  public boolean isUnfinished() {
    return !phase.isOver();
  }

  /// Whether it is its service's active rollout: begun, and not over (I1).
  public boolean isActive() {
    return isUnfinished() && phase != RolloutPhase.QUEUED;
  }

  public RolloutState state() {
    return Json.mapper().readValue(json, RolloutState.class);
  }
}
