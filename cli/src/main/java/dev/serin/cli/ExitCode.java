package dev.serin.cli;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutState;

/// What the command tells the shell. The numbers are part of the public contract.
public enum ExitCode {
  DONE(0),
  /// Anything that has no number of its own: no coordinator there, an answer that makes no sense.
  FAILED(1),
  USAGE(2),
  ROLLED_BACK(3),
  /// Halted, or the rollback failed: a node is left out, and the state says which.
  LEFT_OVER(4),
  /// Refused, by the coordinator at once, at acceptance or at preflight: nothing was changed.
  REJECTED(5),
  ABORTED(6),
  SUPERSEDED(7),
  /// The time to wait is over; the rollout goes on.
  TIMED_OUT(8);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /// The code of a rollout that is over.
  public static ExitCode of(RolloutState state) {
    return switch (state.phase()) {
      case COMPLETED -> DONE;
      case HALTED, ROLLBACK_FAILED -> LEFT_OVER;
      case ROLLED_BACK, REJECTED -> takenBack(state);
      case QUEUED, PREFLIGHT, ROLLING, ANALYSING, PAUSED, ROLLING_BACK ->
          throw new IllegalArgumentException(
              "phase: expected one of a rollout that is over, was " + state.phase());
    };
  }

  private static ExitCode takenBack(RolloutState state) {
    if (state.outcome() == Outcome.ABORTED) {
      return ABORTED;
    }
    if (state.outcome() == Outcome.SUPERSEDED) {
      return SUPERSEDED;
    }
    return state.phase() == dev.serin.contracts.rollout.RolloutPhase.REJECTED
        ? REJECTED
        : ROLLED_BACK;
  }
}
