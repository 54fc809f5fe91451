package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.Failure;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// Peers that have only left for the canaries to serve alone, on their way back. The canaries leave
/// after them, so whatever keeps one of them away keeps a bad release in service.
final class ComingBack {
  private static final Set<StepName> STEPS = Set.of(StepName.READY, StepName.SERVING);

  private ComingBack() {}

  private static boolean isOne(Rollout rollout, Step step) {
    return step.undo()
        && STEPS.contains(step.name())
        && Alone.untouched(rollout.steps()).contains(step.node());
  }

  /// Whether a step is tried again however often it was: a load balancer that does not answer at
  /// once uses up all attempts within seconds, though nothing was done to the peer that would stand
  /// against it. It goes on for as long as the plan gives the step with all its attempts (I6).
  static boolean outlasts(Draft draft, Step step, Failure failure) {
    Instant begun = step.startedAt();
    if (failure.reason() != Failure.Reason.UNREACHABLE
        || begun == null
        || !isOne(draft.rollout(), step)) {
      return false;
    }
    Duration all = Plan.bound(draft.rollout().service(), step);
    Duration one = Plan.deadline(draft.rollout().service(), step);
    return draft.at.isBefore(begun.plus(all).minus(one));
  }

  /// The same step once more. Its last attempt is kept for when the load balancer answers.
  static Step again(Step step, String why, boolean outlasts) {
    return outlasts && step.attempt() >= Plan.UNDO_ATTEMPTS - 1
        ? step.stillAt(why)
        : step.again(why);
  }

  /// Whether every load balancer has that peer in rotation since it was told to come back, whatever
  /// became of the command: its answer may be what did not come.
  static boolean isSeen(Rollout rollout, String node) {
    Rollout.Seen seen = rollout.seen();
    Instant at = seen.at();
    return at != null
        && seen.inRotation().contains(node)
        && rollout.steps().stream()
            .filter(step -> step.name() == StepName.READY && node.equals(step.node()))
            .filter(step -> isOne(rollout, step))
            .anyMatch(step -> step.startedAt() != null && step.startedAt().isBefore(at));
  }
}
