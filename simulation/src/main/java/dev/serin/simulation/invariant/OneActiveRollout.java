package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutState;
import java.util.ArrayList;
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
    List<String> active = new ArrayList<>();
    for (RolloutState it : truth.states().values()) {
      if (Truth.isActive(it)) {
        active.add(it.rolloutId());
      }
    }
    if (active.size() > 1) {
      throw broken("these rollouts are active at once: " + active);
    }
  }
}
