package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;

/// I6: every rollout ends within its bound, and each of its steps, or says visibly which human act
/// it waits for. While one of Serin's services is away, or the rollout is paused, no bound runs.
final class ComesToAnEnd implements Invariant {
  private final Truth truth;
  private final Circumstances circumstances;
  private final Bounds bounds = new Bounds(this::broken);

  ComesToAnEnd(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "I6";
  }

  @Override
  public void published(RolloutEvent event) {
    String id = event.head().rolloutId();
    switch (event) {
      case RolloutEvent.RolloutStarted started -> bounds.planned(id, started.plan());
      case RolloutEvent.PreflightPassed passed -> bounds.planned(id, passed.plan());
      case RolloutEvent.RolloutResumed resumed -> bounds.begunAnew(id);
      default -> {}
    }
  }

  @Override
  public void passed() {
    RolloutState active = truth.active();
    if (active != null && circumstances.isWhole()) {
      bounds.second(active, circumstances.clocksApart());
    }
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
