package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import dev.serin.coordinator.plan.Undo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The way forward, one step after the other; those of a batch side by side. Where one node of a
/// batch has failed for good, the others end the step that they are in; then it is decided what
/// becomes of the rollout.
final class Rolling {
  private Rolling() {}

  /// Begins a step, or completes the rollout when there is none left.
  static void begin(Draft draft, int index) {
    if (Doubting.holds(draft, index)) {
      return;
    }
    if (index >= draft.rollout().steps().size()) {
      if (CatchingUp.isDue(draft.rollout())) {
        CatchingUp.begin(draft, null);
      } else {
        complete(draft);
      }
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
    if (step.name() == StepName.CATCH_UP) {
      CatchingUp.await(draft, index, null);
      return;
    }
    if (step.name() == StepName.PAUSE) {
      Pausing.begin(draft, index);
      return;
    }
    if (step.batch() != null) {
      beginBatch(draft, Batches.together(draft.rollout().steps(), index));
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
    draft.enter(new Phase.Rolling(index));
    if (Hooking.isTold(draft.rollout(), step)) {
      Hooking.tell(draft, index);
      return;
    }
    start(draft, index);
  }

  /// Begins those of a batch's steps that have not ended: after a pause, some may have.
  private static void beginBatch(Draft draft, List<Integer> together) {
    int first = together.getFirst();
    for (int index : together) {
      Step step = draft.rollout().steps().get(index);
      if (step.status() == StepStatus.PENDING
          && step.name() == StepName.SERVING
          && staysOut(draft, step)) {
        draft.step(
            index, it -> it.ended(StepStatus.SKIPPED, draft.at, "was out of rotation before"));
      }
    }
    List<Integer> due =
        together.stream()
            .filter(index -> draft.rollout().steps().get(index).status() == StepStatus.PENDING)
            .toList();
    if (!due.isEmpty() && draft.handsOff != null) {
      Hands.park(draft, first, null);
      return;
    }
    draft.enter(new Phase.Rolling(first));
    due.forEach(index -> start(draft, index));
    if (due.isEmpty()) {
      goOn(draft, first);
    }
  }

  private static void start(Draft draft, int index) {
    Step step = draft.rollout().steps().get(index);
    draft.step(index, it -> it.begun(draft.at));
    draft.emit(
        Draft.SERIN,
        Steps.sentence(step),
        head -> new RolloutEvent.StepStarted(head, step.name().shown(), step.node(), false));
    draft.ask(
        Commands.agentOf(step), step.node(), Deadlines.deadline(draft.rollout().service(), step));
  }

  /// Whether the step leaves the node out of rotation, where it was before.
  static boolean staysOut(Draft draft, Step step) {
    NodeRecord record = draft.rollout().nodes().get(Objects.requireNonNull(step.node()));
    return record != null && NodeRecord.areOut(record.target(step.undo()));
  }

  /// What comes after a step and those beside it, once all of them have ended.
  private static void goOn(Draft draft, int index) {
    List<Step> steps = draft.rollout().steps();
    if (Batches.isUnderWay(steps, index)) {
      return;
    }
    List<Integer> together = Batches.together(steps, index);
    List<Step> failed =
        together.stream()
            .map(steps::get)
            .filter(step -> step.status() == StepStatus.FAILED)
            .toList();
    if (failed.isEmpty()) {
      begin(draft, together.getLast() + 1);
    } else {
      stop(draft, failed);
    }
  }

  /// @param first the first of the steps under way
  static void answered(Draft draft, int first, AgentEvent event) {
    int index = Batches.indexOf(draft.rollout().steps(), first, event.head().node());
    Step step = draft.rollout().steps().get(index);
    if (step.name() == StepName.HOOK) {
      Hooking.answered(draft, index, event);
      return;
    }
    Failure failure = Steps.failure(draft, event);
    if (failure != null) {
      failed(draft, index, failure);
      return;
    }
    List<String> ramping = Steps.ramping(event);
    if (!ramping.isEmpty()) {
      ramps(draft, index, ramping);
      return;
    }
    Steps.applied(draft, step, event);
    String how = Steps.detail(draft.rollout(), event);
    draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
    draft.emit(
        Draft.SERIN,
        how,
        head -> new RolloutEvent.StepSucceeded(head, step.name().shown(), step.node(), false, how));
    Steps.shifted(draft, step);
    goOn(draft, index);
  }

  /// A slow start is under way: the step goes on for as long as one may take. Each time that the
  /// agent is asked has the deadline of any other command.
  private static void ramps(Draft draft, int index, List<String> ramping) {
    Step step = draft.rollout().steps().get(index);
    Instant begun = step.startedAt() == null ? draft.at : step.startedAt();
    Duration longest = Deadlines.ramp(step);
    if (draft.at.isBefore(begun.plus(Deadlines.READY).plus(longest))) {
      draft.ask(
          Commands.agentOf(step), step.node(), Deadlines.deadline(draft.rollout().service(), step));
      return;
    }
    failed(
        draft,
        index,
        new Failure(
            Failure.Reason.TIMED_OUT,
            "HAProxy's slow start to be over within " + View.shown(longest),
            String.join(", ", ramping),
            "give the server a shorter slowstart, or see whether its checks fail now and then, which"
                + " begins it anew",
            false));
  }

  /// @param first the first of the steps under way
  static void late(Draft draft, int first, Pending pending) {
    if (draft.rollout().steps().get(first).name() == StepName.HOOK) {
      Hooking.late(draft, first, pending);
      return;
    }
    draft.answered(pending.head().commandId());
    int index = Batches.indexOf(draft.rollout().steps(), first, pending.head().node());
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
    boolean again = failure.retryable() && step.attempt() < Deadlines.FORWARD_ATTEMPTS;
    draft.emit(
        Draft.SERIN,
        failure.sentence(),
        head ->
            new RolloutEvent.StepFailed(
                head, step.name().shown(), step.node(), false, failure, step.attempt(), !again));
    if (again) {
      String rolloutId = draft.rollout().rolloutId();
      draft.step(index, it -> it.again(failure.sentence()));
      draft.askLater(
          Commands.agentOf(step),
          step.node(),
          failure.reason() == Failure.Reason.MINIMUM
              ? Deadlines.untilOthersAreBack(rolloutId, step)
              : Deadlines.backOff(rolloutId, step),
          Deadlines.deadline(draft.rollout().service(), step));
      return;
    }
    draft.step(index, it -> it.ended(StepStatus.FAILED, draft.at, failure.sentence()));
    goOn(draft, index);
  }

  /// What failed steps come to. The others of a batch are between two binaries and are taken back
  /// with the node that failed; batches before it keep the release.
  ///
  /// @param failed one or more of the same batch
  private static void stop(Draft draft, List<Step> failed) {
    if (Doubting.outweighs(draft)) {
      return;
    }
    List<String> nodes = failed.stream().map(Step::node).filter(Objects::nonNull).toList();
    String why = failed.stream().map(Rolling::sentence).collect(Collectors.joining("; "));
    boolean canary =
        draft.rollout().service().canaries().stream().anyMatch(it -> nodes.contains(it.name()));
    // Of two groups one alone has the release, so nothing of it can stay on a part. And peers that
    // can't leave for the canaries are a share that can't be had: no peer was updated yet.
    if ((canary && !Incidents.mayStayOut(draft, nodes))
        || draft.rollout().service().isBlueGreen()
        || Alone.isLeaving(failed.getFirst())) {
      RollingBack.start(draft, Outcome.FAILED, Draft.SERIN, why, List.of());
      return;
    }
    Set<String> batch = new LinkedHashSet<>(nodes);
    batch.addAll(Batches.mates(draft.rollout().steps(), failed.getFirst()));
    // Those whose turn has not come are out already, for the canaries to serve alone.
    batch.addAll(Alone.untouched(draft.rollout().steps()));
    switch (draft.rollout().service().onPeerFailure()) {
      case ROLLBACK_ALL -> RollingBack.start(draft, Outcome.FAILED, Draft.SERIN, why, List.of());
      case ROLLBACK_PEER -> RollingBack.startPeers(draft, batch, why, List.of(), List.of());
      case HALT -> {
        // Who still runs what it ran before is not left drained: there is no reason for it.
        List<Step> replaced =
            failed.stream()
                .filter(step ->
                    Undo.isReplaced(draft.rollout().steps(), Objects.requireNonNull(step.node())))
                .toList();
        List<String> left =
            replaced.stream()
                .map(step -> left(draft, Objects.requireNonNull(step.node()), sentence(step)))
                .toList();
        List<String> leftNodes =
            replaced.stream().map(Step::node).filter(Objects::nonNull).toList();
        leftNodes.forEach(batch::remove);
        if (batch.isEmpty()) {
          halt(draft, why, withMissing(draft, left), leftNodes);
        } else {
          RollingBack.startPeers(draft, batch, why, left, leftNodes);
        }
      }
    }
  }

  /// A load balancer that is away does not know whom it shall keep out.
  private static List<String> withMissing(Draft draft, List<String> left) {
    return draft.rollout().missing().isEmpty()
        ? left
        : Stream.concat(left.stream(), Stream.of(CatchingUp.words(draft.rollout()))).toList();
  }

  private static String sentence(Step failed) {
    return failed.name().shown() + " of " + failed.node() + " failed: " + failed.detail();
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
        draft.leaveOut(record);
      }
    }
    skipPending(draft);
    draft.change(it -> it.doubting(null));
    draft.forgetPending();
    rememberVersion(draft);
    Hooking.halted(draft, why, left);
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

  private static String installed(Rollout rollout) {
    return rollout.service().isBlueGreen()
        ? Switching.completed(rollout)
        : rollout.request().version() + " runs on every node and is the last known good";
  }

  private static void complete(Draft draft) {
    Rollout rollout = draft.rollout();
    boolean installs = Restarts.installs(rollout);
    if (installs) {
      Returns.remember(
          draft,
          new Ledger.KnownGood(
              rollout.request().version(),
              rollout.request().artifact(),
              rollout.rolloutId(),
              rollout.service().strategy(),
              rollout.request().files()));
      rememberVersion(draft);
      draft.leftOut.clear();
    }
    String why = installs ? installed(rollout) : Restarts.completed(rollout);
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
