package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutState;

/// I6: every rollout ends within its bound, or says visibly which human act it waits for.
final class ComesToAnEnd implements Invariant {
  private final Truth truth;

  ComesToAnEnd(Truth truth) {
    this.truth = truth;
  }

  @Override
  public String name() {
    return "I6";
  }

  @Override
  public void reached(RolloutState state) {
    if (!state.phase().isOver() && (state.waitingFor().isBlank() || state.next().isBlank())) {
      throw broken(state.version() + " is " + state.phase() + " and says not what it waits for");
    }
  }

  @Override
  public void ended() {
    for (RolloutState state : truth.states().values()) {
      if (!state.phase().isOver()) {
        throw broken(
            state.version() + " is still " + state.phase() + ", waiting for " + state.waitingFor());
      }
    }
  }
}
