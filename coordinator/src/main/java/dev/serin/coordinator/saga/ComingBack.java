package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    Duration all = Deadlines.bound(draft.rollout().service(), step);
    Duration one = Deadlines.deadline(draft.rollout().service(), step);
    return draft.at.isBefore(begun.plus(all).minus(one));
  }

  /// The same step once more. Its last attempt is kept for when the load balancer answers.
  static Step again(Step step, String why, boolean outlasts) {
    return outlasts && step.attempt() >= Deadlines.UNDO_ATTEMPTS - 1
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

  /// Whether the rollback goes on without a peer, which is tried once more after the canaries: it
  /// has had `rollback.waitForPeers`, another one serves, and a canary is still to leave. Nobody
  /// else is out for a peer that has died meanwhile.
  static boolean holdsUp(Draft draft, Step step) {
    Rollout rollout = draft.rollout();
    Instant begun = step.startedAt();
    ServiceDefinition service = rollout.service();
    return begun != null
        && isOne(rollout, step)
        && !draft.at.isBefore(begun.plus(service.rollback().waitForPeers()))
        && service.peers().stream()
            .map(Node::name)
            .filter(peer -> !peer.equals(step.node()))
            .anyMatch(peer -> serves(rollout, step, peer))
        && service.canaries().stream().anyMatch(canary -> isToLeave(rollout, canary.name()));
  }

  /// Where the one that is put off is ready itself and only can't be proven, the other has to be
  /// proven or seen: else each of two would be put off for the other's sake, and nobody serve.
  private static boolean serves(Rollout rollout, Step putOff, String peer) {
    NodeRecord record = rollout.nodes().get(peer);
    return record != null
        && Boolean.TRUE.equals(record.inRotation())
        && (putOff.name() == StepName.READY || isProven(rollout, peer) || isSeen(rollout, peer));
  }

  private static boolean isProven(Rollout rollout, String peer) {
    return rollout.steps().stream()
        .anyMatch(step ->
            step.undo()
                && step.name() == StepName.SERVING
                && step.status() == StepStatus.SUCCEEDED
                && peer.equals(step.node()));
  }

  private static boolean isToLeave(Rollout rollout, String canary) {
    return rollout.steps().stream()
        .anyMatch(step ->
            step.undo()
                && step.name() == StepName.DRAIN
                && step.status() == StepStatus.PENDING
                && canary.equals(step.node()));
  }

  /// The steps with those of that peer that have not ended behind all others but who is told at the
  /// end.
  static List<Step> last(List<Step> steps, String peer) {
    List<Step> later = new ArrayList<>();
    List<Step> others = new ArrayList<>();
    for (Step step : steps) {
      boolean moved =
          step.undo()
              && peer.equals(step.node())
              && (step.status() == StepStatus.RUNNING || step.status() == StepStatus.PENDING);
      if (moved) {
        later.add(step.marked(StepStatus.PENDING).in(null));
      } else {
        others.add(step);
      }
    }
    int end = others.size();
    while (end > 0 && others.get(end - 1).undo() && others.get(end - 1).name() == StepName.HOOK) {
      end--;
    }
    others.addAll(end, later);
    return others;
  }
}
