package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.List;

/// I1: at most one active rollout a service.
final class OneActiveRollout implements Invariant {
  private final Truth truth;

  OneActiveRollout(Truth truth) {
    this.truth = truth;
  }

  @Override
  public String name() {
    return "I1";
  }

  @Override
  public void reached(RolloutState state) {
    List<String> active =
        truth.states().values().stream()
            .filter(it -> !it.phase().isOver() && it.phase() != RolloutPhase.QUEUED)
            .map(RolloutState::rolloutId)
            .toList();
    if (active.size() > 1) {
      throw broken("these rollouts are active at once: " + active);
    }
  }
}
