package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The dead man's switch has gone off: a canary that it took out is taken back, or waits, as the
/// service says of missing data.
final class Unwatched {
  private Unwatched() {}

  /// The switch went off while nobody watched.
  static void wentOff(Draft draft, DeadManWentOff off) {
    switch (draft.rollout().phase()) {
      case Phase.Rolling rolling -> wentOffUnwatched(draft, off);
      case Phase.Watching watching -> wentOffUnwatched(draft, off);
      case Phase.Paused paused when paused.watch() != null -> wentOffUnwatched(draft, off);
      case Phase.RollingBack back -> wentOffOnTheWayBack(draft, off);
      case Phase.Paused paused -> draft.ignore(Decision.Ignored.NOT_AWAITED);
      case Phase.Preflight preflight -> draft.ignore(Decision.Ignored.NOT_AWAITED);
    }
  }

  /// The rollback goes on as it is: a canary that has left before its turn is found drained by its
  /// own drain, and gets back in the end what it had. What came while that drain is under way, or
  /// after it, changes nothing.
  private static void wentOffOnTheWayBack(Draft draft, DeadManWentOff off) {
    List<String> early =
        Guarding.undrained(draft.rollout()).stream()
            .filter(node -> !Guarding.isAsked(draft.rollout(), node))
            .filter(node -> off.drained().isEmpty() || off.drained().contains(node))
            .toList();
    if (early.isEmpty()) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    String slow =
        String.join(", ", early) + " still took traffic at " + off.expiredAt() + ", unwatched";
    Failure failure = off.failure();
    if (off.action() == DeadManAction.ALERT) {
      Pausing.tell(draft, slow + "; it is left in rotation until its turn, as the service says");
    } else if (failure != null) {
      Pausing.tell(
          draft, slow + "; it could not leave rotation before its turn: " + failure.sentence());
    } else {
      early.forEach(node -> draft.node(node, NodeRecord::drained));
      Pausing.tell(draft, slow + "; it left rotation by itself, before its turn in the rollback");
    }
  }

  private static void wentOffUnwatched(Draft draft, DeadManWentOff off) {
    String unwatched = "nobody has watched the canary since " + off.expiredAt();
    Failure failure = off.failure();
    if (off.action() == DeadManAction.ALERT) {
      Pausing.tell(draft, unwatched + "; it is left in rotation, as the service says");
    } else if (failure != null) {
      Pausing.tell(draft, unwatched + "; it could not leave rotation: " + failure.sentence());
    } else if (isOvertaken(draft, off)) {
      Pausing.tell(
          draft,
          "the dead man's switch went off for want of a proof since "
              + off.expiredAt()
              + "; there is one by now, so what it did is put back");
    } else {
      off.drained().forEach(node -> draft.node(node, NodeRecord::drained));
      // Who had left for the canary to serve alone was given back what it had, before that one
      // left.
      Alone.untouched(draft.rollout().steps())
          .forEach(node -> draft.node(node, NodeRecord::givenBack));
      Pausing.tell(
          draft, unwatched + "; " + String.join(", ", off.drained()) + " left rotation by itself");
      if (draft.rollout().service().noData().then() == NoDataThen.ROLLBACK) {
        ProbeView last = draft.rollout().lastProbe();
        RollingBack.start(
            draft,
            Outcome.FAILED,
            Draft.SERIN,
            unwatched,
            last == null ? List.of() : List.of(last));
      } else {
        int ready = readyOfCanary(draft);
        onceMore(draft, ready);
        Pausing.pauseAt(draft, ready, Draft.SERIN, unwatched + "; it is out of rotation");
      }
    }
  }

  /// Whether somebody has been proven to watch since, and still is: the agent has a newer guard by
  /// now, or gets it, and puts back by itself what its switch did. What it tells came late.
  private static boolean isOvertaken(Draft draft, DeadManWentOff off) {
    Instant proven = draft.rollout().provenUntil();
    return proven != null && proven.isAfter(off.expiredAt()) && proven.isAfter(draft.at);
  }

  /// Where a canary that has left is admitted again: its own check comes after that. Where the
  /// traffic is shared, it begins with the first share.
  private static int readyOfCanary(Draft draft) {
    List<Step> steps = draft.rollout().steps();
    for (int index = 0; index < steps.size(); index++) {
      if (steps.get(index).name() == StepName.READY || steps.get(index).name() == StepName.SHIFT) {
        return index;
      }
    }
    return 0;
  }

  /// What was done from there on is to be done once more, and is left to do for whoever reads the
  /// steps: a batch goes on with those that have not ended, and so does the rescue sheet.
  private static void onceMore(Draft draft, int from) {
    List<Step> steps = new ArrayList<>(draft.rollout().steps());
    for (int index = from; index < steps.size(); index++) {
      Step step = steps.get(index);
      if (!step.undo() && step.status() == StepStatus.SUCCEEDED) {
        steps.set(index, step.anew());
      }
    }
    draft.steps(steps);
  }
}
