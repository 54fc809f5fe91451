package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The way forward, one step after the other.
final class Rolling {
  private Rolling() {}

  /// Begins a step, or completes the rollout when there is none left.
  static void begin(Draft draft, int index) {
    if (index >= draft.rollout().steps().size()) {
      complete(draft);
      return;
    }
    Step step = draft.rollout().steps().get(index);
    if (step.status() == StepStatus.SKIPPED) {
      begin(draft, index + 1);
      return;
    }
    if (step.name() == StepName.ANALYSE) {
      Watching.begin(draft, index);
      return;
    }
    if (step.name() == StepName.PAUSE) {
      Pausing.begin(draft, index);
      return;
    }
    if (step.name() == StepName.SERVING && staysOut(draft, step)) {
      draft.step(index, it -> it.ended(StepStatus.SKIPPED, draft.at, "was out of rotation before"));
      begin(draft, index + 1);
      return;
    }
    if (draft.handsOff != null) {
      Hands.park(draft, index, null);
      return;
    }
    draft.step(index, it -> it.begun(draft.at));
    draft.enter(new Phase.Rolling(index));
    draft.emit(
        Draft.SERIN,
        Steps.sentence(step),
        head -> new RolloutEvent.StepStarted(head, step.name().shown(), step.node(), false));
    draft.ask(Commands.agentOf(step), step.node(), Plan.deadline(draft.rollout().service(), step));
  }

  /// Whether the step leaves the node out of rotation, where it was before.
  static boolean staysOut(Draft draft, Step step) {
    NodeRecord record = draft.rollout().nodes().get(Objects.requireNonNull(step.node()));
    return record != null && NodeRecord.areOut(record.target(step.undo()));
  }

  static void answered(Draft draft, int index, AgentEvent event) {
    Step step = draft.rollout().steps().get(index);
    Failure failure = Steps.failure(event);
    if (failure != null) {
      failed(draft, index, failure);
      return;
    }
    Steps.applied(draft, step, event);
    String how = Steps.detail(event);
    draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
    draft.emit(
        Draft.SERIN,
        how,
        head -> new RolloutEvent.StepSucceeded(head, step.name().shown(), step.node(), false, how));
    Steps.shifted(draft, step);
    begin(draft, index + 1);
  }

  static void late(Draft draft, int index, Pending pending) {
    draft.forgetPending();
    failed(draft, index, Steps.unanswered(pending));
  }

  private static void failed(Draft draft, int index, Failure failure) {
    Step step = draft.rollout().steps().get(index);
    if (failure.reason() == Failure.Reason.FOREIGN) {
      draft.emit(
          Draft.SERIN,
          failure.sentence(),
          head ->
              new RolloutEvent.StepFailed(
                  head, step.name().shown(), step.node(), false, failure, step.attempt(), false));
      Pausing.pause(draft, failure.sentence());
      return;
    }
    boolean again = failure.retryable() && step.attempt() < Plan.FORWARD_ATTEMPTS;
    draft.emit(
        Draft.SERIN,
        failure.sentence(),
        head ->
            new RolloutEvent.StepFailed(
                head, step.name().shown(), step.node(), false, failure, step.attempt(), !again));
    if (again) {
      draft.step(index, it -> it.again(failure.sentence()));
      draft.askLater(
          Commands.agentOf(step),
          step.node(),
          Plan.backOff(draft.rollout().rolloutId(), step),
          Plan.deadline(draft.rollout().service(), step));
      return;
    }
    draft.step(index, it -> it.ended(StepStatus.FAILED, draft.at, failure.sentence()));
    stop(draft, step, failure);
  }

  private static void stop(Draft draft, Step step, Failure failure) {
    String node = Objects.requireNonNull(step.node());
    String why = step.name().shown() + " of " + node + " failed: " + failure.sentence();
    boolean canary =
        draft.rollout().service().canaries().stream().anyMatch(it -> it.name().equals(node));
    if (canary) {
      RollingBack.start(draft, Outcome.FAILED, Draft.SERIN, why, List.of());
      return;
    }
    switch (draft.rollout().service().onPeerFailure()) {
      case ROLLBACK_ALL -> RollingBack.start(draft, Outcome.FAILED, Draft.SERIN, why, List.of());
      case ROLLBACK_PEER -> RollingBack.startPeer(draft, node, why);
      case HALT -> {
        if (Plan.isReplaced(draft.rollout().steps(), node)) {
          halt(draft, why, List.of(left(draft, node, why)), List.of(node));
        } else {
          // It still runs what it ran before: there is no reason to leave it drained.
          RollingBack.startPeer(draft, node, why);
        }
      }
    }
  }

  private static String left(Draft draft, String node, String why) {
    NodeRecord record = Objects.requireNonNull(draft.rollout().nodes().get(node));
    return why
        + "; "
        + node
        + View.left(record)
        + "; release again, which takes "
        + node
        + " first";
  }

  /// The rollout is over with a node left as it is.
  static void halt(Draft draft, String why, List<String> left, List<String> leftNodes) {
    for (String node : leftNodes) {
      NodeRecord record = draft.rollout().nodes().get(node);
      if (record != null) {
        draft.leftOut.put(node, record.goal());
      }
    }
    skipPending(draft);
    draft.forgetPending();
    rememberVersion(draft);
    draft.emit(
        RolloutPhase.HALTED,
        Draft.SERIN,
        why,
        head -> new RolloutEvent.RolloutHalted(head, draft.nodeViews(), left));
    draft.close(
        View.over(
            draft.ledger(),
            draft.rollout(),
            RolloutPhase.HALTED,
            Outcome.HALTED,
            String.join("; ", left),
            left,
            draft.at));
    Requests.startNext(draft);
  }

  static void skipPending(Draft draft) {
    List<Step> steps = new ArrayList<>();
    for (Step step : draft.rollout().steps()) {
      steps.add(step.status() == StepStatus.PENDING ? step.marked(StepStatus.SKIPPED) : step);
    }
    draft.steps(steps);
  }

  /// What the artifact's digest is called, once it may be on a node.
  static void rememberVersion(Draft draft) {
    if (!Restarts.installs(draft.rollout())) {
      return;
    }
    draft.knownVersion(draft.request().artifact().sha256(), draft.request().version());
  }

  private static void complete(Draft draft) {
    Rollout rollout = draft.rollout();
    boolean installs = Restarts.installs(rollout);
    if (installs) {
      Returns.remember(
          draft,
          new Ledger.KnownGood(
              rollout.request().version(), rollout.request().artifact(), rollout.rolloutId()));
      rememberVersion(draft);
      draft.leftOut.clear();
    }
    String why =
        installs
            ? rollout.request().version() + " runs on every node and is the last known good"
            : Restarts.completed(rollout);
    draft.emit(
        RolloutPhase.COMPLETED,
        Draft.SERIN,
        why,
        head -> new RolloutEvent.RolloutCompleted(head, draft.nodeViews()));
    draft.close(
        View.over(
            draft.ledger(),
            draft.rollout(),
            RolloutPhase.COMPLETED,
            Outcome.COMPLETED,
            why,
            List.of(),
            draft.at));
    Requests.startNext(draft);
  }
}
