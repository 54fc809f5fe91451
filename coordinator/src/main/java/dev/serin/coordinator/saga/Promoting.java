package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.List;

/// Promoting skips a wait, never a health check (I7): the window that is under way, or every window
/// that is left.
final class Promoting {
  private Promoting() {}

  static void promote(Draft draft, int step, Request.PromoteRequested promote) {
    List<String> problems = Holds.problems(draft.rollout(), step, promote.answers());
    if (!problems.isEmpty()) {
      Refusals.refuse(draft, promote, problems);
      return;
    }
    String why = promote.reason().isEmpty() ? "promoted" : promote.reason();
    if (draft.rollout().phase() instanceof Phase.Watching watching) {
      draft.stopWatching(watching.watch().id());
    }
    KeptWatch.end(draft);
    boolean answered = !promote.answers().isEmpty();
    String how =
        answered
            ? Holds.ended(promote.requestedBy(), promote.answers())
            : "skipped by " + promote.requestedBy();
    draft.step(
        step, it -> it.ended(answered ? StepStatus.SUCCEEDED : StepStatus.SKIPPED, draft.at, how));
    switch (draft.rollout().phase()) {
      case Phase.Watching watching -> Watching.admitAgain(draft, step, watching.watch());
      case Phase.Paused(int at, var watch, var acts, var back, var hands) when watch != null ->
          Watching.admitAgain(draft, step, watch);
      default -> {}
    }
    skipAhead(draft, promote);
    draft.enter(new Phase.Rolling(step), why);
    promoted(draft, promote, why);
    Rolling.begin(draft, step + 1);
  }

  private static void promoted(Draft draft, Request.PromoteRequested promote, String why) {
    draft.emit(
        promote.requestedBy(),
        why,
        head ->
            new RolloutEvent.RolloutPromoted(
                head, promote.scope() == Request.Scope.FULL ? "full" : "step", promote.answers()));
  }

  /// With the scope `full` the waits to come are skipped too, but for pauses that ask: each
  /// question wants its answer. Whether there was one.
  private static boolean skipAhead(Draft draft, Request.PromoteRequested promote) {
    if (promote.scope() != Request.Scope.FULL) {
      return false;
    }
    String how = "skipped by " + promote.requestedBy();
    List<Step> steps = new ArrayList<>();
    for (Step step : draft.rollout().steps()) {
      boolean ahead =
          step.name() == StepName.ANALYSE
              && step.status() == StepStatus.PENDING
              && !Holds.asks(draft.rollout(), step);
      steps.add(ahead ? step.ended(StepStatus.SKIPPED, draft.at, how) : step);
    }
    boolean any = !steps.equals(draft.rollout().steps());
    draft.steps(steps);
    return any;
  }

  /// Where nothing is waited for yet, only what is to come can be skipped. A step that is under way
  /// ends as ever, and who is waited for is still waited for.
  static void promoteAhead(Draft draft, Request.PromoteRequested promote) {
    if (!skipAhead(draft, promote)) {
      nothingToSkip(draft, promote);
      return;
    }
    String why = promote.reason().isEmpty() ? "promoted" : promote.reason();
    draft.enter(draft.rollout().phase(), why);
    promoted(draft, promote, why);
  }

  /// Ends a rollout without the load balancers that have not caught up.
  static void promoteWithout(Draft draft, Request.PromoteRequested promote) {
    promoted(draft, promote, promote.reason().isEmpty() ? "promoted" : promote.reason());
    CatchingUp.without(draft, promote.requestedBy());
  }

  static void nothingToSkip(Draft draft, Request.PromoteRequested promote) {
    Refusals.refuse(
        draft,
        promote,
        List.of(
            "expected a rollout that watches or is paused there"
                + (promote.scope() == Request.Scope.FULL
                    ? ", or has a window to come"
                    : " (scope full skips the windows to come)")
                + ", found it in phase "
                + draft.rollout().phase().shown()));
  }
}
