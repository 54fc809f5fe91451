package dev.serin.simulation;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.coordinator.saga.Due;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// In which phases time alone brings something about, and why not in the others.
final class WakeUps {
  /// What nobody waits for, unless something has gone wrong.
  private static final Set<Due> OF_A_FAULT = EnumSet.of(Due.DEADLINE, Due.NO_DATA, Due.DOUBT);

  private WakeUps() {}

  static boolean isOfAFault(Due due) {
    return OF_A_FAULT.contains(due);
  }

  /// Why it can't be due in that phase; none where it can.
  ///
  /// @param phase none where no rollout is under way
  static @Nullable String reason(@Nullable RolloutPhase phase, Due due) {
    return switch (due) {
      case DEADLINE, ASK_AGAIN ->
          isOneOf(phase, RolloutPhase.PREFLIGHT, RolloutPhase.ROLLING, RolloutPhase.ROLLING_BACK)
              ? null
              : "no command waits for an answer while a rollout is watched or paused";
      case GUARD ->
          phase == null || phase == RolloutPhase.PREFLIGHT
              ? "nothing is guarded before preflight has passed, nor once the rollout is over"
              : null;
      case LOOK ->
          isOneOf(phase, RolloutPhase.ROLLING, RolloutPhase.ANALYSING, RolloutPhase.PAUSED)
              ? null
              : "instances are looked at on the way forward, once preflight knows them";
      case DOUBT ->
          isOneOf(phase, RolloutPhase.ROLLING, RolloutPhase.ANALYSING, RolloutPhase.PAUSED)
              ? null
              : "a red probe waits for a look only where it would be acted on";
      case LEASE, NO_DATA ->
          isOneOf(phase, RolloutPhase.ANALYSING, RolloutPhase.PAUSED)
              ? null
              : "only an analysis is a lease, and only it waits for data";
      case PAUSE_END -> phase == RolloutPhase.PAUSED ? null : "a pause of the plan is told as one";
      case HELD -> phase == null ? null : "what is first in the queue waits for the rollout then";
    };
  }

  private static boolean isOneOf(@Nullable RolloutPhase phase, RolloutPhase... of) {
    return phase != null && Set.of(of).contains(phase);
  }
}
