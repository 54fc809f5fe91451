package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;

/// I5: a rollout that ended leaves no node drained or re-weighted, unless it ended halted or its
/// rollback failed, and names the node. Of two groups that have changed, each is as the other one
/// was.
final class LeavesNothingBehind implements Invariant {
  private final Truth truth;
  private final Snapshots snapshots;

  LeavesNothingBehind(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.snapshots = new Snapshots(truth, circumstances);
  }

  @Override
  public String name() {
    return "I5";
  }

  @Override
  public void answered(AgentEvent event) {
    snapshots.answered(event);
  }

  @Override
  public void published(RolloutEvent event) {
    snapshots.published(event);
  }

  @Override
  public void reached(RolloutState state) {
    Snapshots.Fleet before = snapshots.atStart(state.rolloutId());
    if (!state.phase().isOver() || before == null) {
      return;
    }
    boolean mayLeave =
        state.phase() == RolloutPhase.HALTED || state.phase() == RolloutPhase.ROLLBACK_FAILED;
    String named = state.message() + state.problems();
    Truth.Sides sides =
        state.phase() == RolloutPhase.COMPLETED ? truth.sides(state.rolloutId()) : null;
    for (Snapshots.Left left :
        sides == null ? snapshots.left(before) : snapshots.left(before, sides)) {
      if (!(mayLeave && named.contains(left.node()))) {
        throw broken(
            state.version()
                + " ended as "
                + state.phase()
                + " and left "
                + left.name()
                + " "
                + left.is()
                + ", expected "
                + left.was());
      }
    }
  }
}
