package dev.serin.coordinator.saga;

import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.coordinator.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The end of the way back, and what it has come to.
final class RolledBack {
  private RolledBack() {}

  /// What it was begun for.
  static String reason(Rollout rollout, Phase.RollingBack back) {
    return back.why().isEmpty() ? rollout.message() : back.why();
  }

  static void finish(Draft draft) {
    Phase.RollingBack back = RollingBack.phase(draft);
    String why = reason(draft.rollout(), back);
    markUndone(draft, back.leftNodes());
    if (back.halts()) {
      List<String> left =
          back.left().isEmpty()
              ? List.of(
                  why
                      + "; "
                      + taken(draft)
                      + " what ran there before, the others keep "
                      + draft.request().version())
              : back.left();
      Rolling.halt(draft, why, left, back.leftNodes());
      return;
    }
    if (back.foreign()) {
      // Somebody is at work there: it is theirs to finish, and no failure of the rollback.
      Rolling.halt(
          draft, why + "; " + String.join("; ", back.left()), back.left(), back.leftNodes());
      return;
    }
    Rolling.rememberVersion(draft);
    if (back.left().isEmpty()) {
      draft.emit(
          RolloutPhase.ROLLED_BACK,
          Draft.SERIN,
          why,
          head -> new RolloutEvent.RollbackCompleted(head, back.cause(), draft.nodeViews()));
      draft.close(
          View.over(
              draft.ledger(),
              draft.rollout(),
              RolloutPhase.ROLLED_BACK,
              back.cause(),
              why,
              List.of(),
              draft.at));
    } else {
      for (String node : back.leftNodes()) {
        draft.leaveOut(Objects.requireNonNull(draft.rollout().nodes().get(node)));
      }
      String failed = why + "; " + String.join("; ", back.left());
      draft.emit(
          RolloutPhase.ROLLBACK_FAILED,
          Draft.SERIN,
          failed,
          head ->
              new RolloutEvent.RollbackFailed(head, back.cause(), draft.nodeViews(), back.left()));
      draft.close(
          View.over(
              draft.ledger(),
              draft.rollout(),
              RolloutPhase.ROLLBACK_FAILED,
              back.cause(),
              failed,
              back.left(),
              draft.at));
    }
    Requests.startNext(draft);
  }

  /// Such as `b1, b3 run`.
  private static String taken(Draft draft) {
    List<String> nodes =
        draft.rollout().steps().stream()
            .filter(Step::undo)
            .map(Step::node)
            .filter(Objects::nonNull)
            .distinct()
            .sorted()
            .toList();
    return String.join(", ", nodes) + (nodes.size() == 1 ? " runs" : " run");
  }

  private static void markUndone(Draft draft, List<String> except) {
    List<String> back =
        draft.rollout().steps().stream()
            .filter(Step::undo)
            .map(Step::node)
            .filter(node -> node != null && !except.contains(node))
            .toList();
    List<Step> steps = new ArrayList<>();
    for (Step step : draft.rollout().steps()) {
      boolean undone =
          !step.undo()
              && step.status() == StepStatus.SUCCEEDED
              && step.node() != null
              && back.contains(step.node());
      steps.add(undone ? step.marked(StepStatus.UNDONE) : step);
    }
    draft.steps(steps);
  }
}
