package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.function.BooleanSupplier;

/// I11: a crash between any two effects, of any process, is recovered from without a human: as long
/// as nothing but Serin itself was troubled, no rollout asks for one, and no rollback fails.
final class RecoversByItself implements Invariant {
  private final BooleanSupplier onlySerinSuffers;

  RecoversByItself(BooleanSupplier onlySerinSuffers) {
    this.onlySerinSuffers = onlySerinSuffers;
  }

  @Override
  public String name() {
    return "I11";
  }

  @Override
  public void published(RolloutEvent event) {
    if (event instanceof RolloutEvent.RolloutPaused
        && onlySerinSuffers.getAsBoolean()
        && event.head().why().contains("somebody has")) {
      throw broken(
          event.head().version() + " takes Serin for somebody else: " + event.head().why());
    }
  }

  @Override
  public void reached(RolloutState state) {
    if (state.phase() == RolloutPhase.ROLLBACK_FAILED && onlySerinSuffers.getAsBoolean()) {
      throw broken(state.version() + " was not taken back: " + state.message());
    }
  }
}
