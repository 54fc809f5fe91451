package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import dev.serin.coordinator.plan.Undo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// The way back: what was done is undone, newest node first, and a batch at once. A node that can't
/// be taken back stays out of rotation and is named; the others are taken back all the same.
final class RollingBack {
  private RollingBack() {}

  static void start(Draft draft, Outcome cause, String by, String why, List<ProbeView> evidence) {
    Rollout rollout = draft.rollout();
    start(
        draft,
        Undo.of(rollout.service(), rollout.steps()),
        new Phase.RollingBack(0, cause, why, List.of(), List.of(), false, false),
        by,
        why,
        evidence);
  }

  /// Takes back these peers alone; the rollout halts after it.
  ///
  /// @param left others that are left as they are: in what state, and what to do
  /// @param leftNodes their names
  static void startPeers(
      Draft draft, Set<String> nodes, String why, List<String> left, List<String> leftNodes) {
    Rollout rollout = draft.rollout();
    List<Step> ofNodes =
        rollout.steps().stream()
            .filter(step -> step.node() != null && nodes.contains(step.node()))
            .toList();
    start(
        draft,
        Undo.of(rollout.service(), ofNodes),
        new Phase.RollingBack(0, Outcome.HALTED, why, left, leftNodes, true, false),
        Draft.SERIN,
        why,
        List.of());
  }

  /// One peer was being taken back; now everything is, after it.
  static void widen(Draft draft, Phase.RollingBack back, Outcome cause, String by, String why) {
    List<Step> steps = draft.rollout().steps();
    List<String> underWay =
        steps.stream().filter(Step::undo).map(Step::node).filter(Objects::nonNull).toList();
    List<Step> others =
        steps.stream()
            .filter(step -> step.node() != null && !underWay.contains(step.node()))
            .toList();
    List<Step> undo = Undo.of(draft.rollout().service(), others);
    draft.steps(
        Stream.of(steps, undo, Plan.afterRollback(draft.rollout().service()))
            .flatMap(List::stream)
            .toList());
    // Who was only left as it failed is taken back now too.
    List<String> left = new ArrayList<>();
    List<String> leftNodes = new ArrayList<>();
    for (int i = 0; i < back.leftNodes().size(); i++) {
      if (underWay.contains(back.leftNodes().get(i))) {
        left.add(back.left().get(i));
        leftNodes.add(back.leftNodes().get(i));
      }
    }
    Phase.RollingBack all =
        new Phase.RollingBack(back.step(), cause, why, left, leftNodes, false, back.foreign());
    int waits = CatchingUp.isAwaited(draft.rollout()) ? steps.size() - 1 : -1;
    if (waits >= 0) {
      draft.step(
          waits, it -> it.ended(StepStatus.SKIPPED, draft.at, "what is left is taken back first"));
    }
    draft.enter(
        waits < 0 && draft.rollout().phase() instanceof Phase.Paused paused
            ? new Phase.Paused(paused.step(), null, paused.waitingFor(), all, paused.untilHandsOn())
            : all,
        why);
    List<String> nodes = undo.stream().map(Step::node).filter(Objects::nonNull).distinct().toList();
    draft.emit(by, why, head -> new RolloutEvent.RollbackStarted(head, cause, List.of(), nodes));
    if (waits >= 0) {
      begin(draft, waits + 1);
    }
  }

  private static void start(
      Draft draft,
      List<Step> undo,
      Phase.RollingBack back,
      String by,
      String why,
      List<ProbeView> evidence) {
    if (draft.rollout().phase() instanceof Phase.Watching watching) {
      draft.stopWatching(watching.watch().id());
    }
    KeptWatch.end(draft);
    draft.change(it -> it.doubting(null));
    draft.forgetPending();
    interrupt(draft);
    Rolling.skipPending(draft);
    int first = draft.rollout().steps().size();
    // Where nothing was touched, or only peers are taken back, there is nothing to tell.
    List<Step> told =
        back.halts() || undo.isEmpty() ? List.of() : Plan.afterRollback(draft.rollout().service());
    draft.steps(Stream.of(draft.rollout().steps(), undo, told).flatMap(List::stream).toList());
    draft.enter(back.at(first), why);
    List<String> nodes = undo.stream().map(Step::node).filter(Objects::nonNull).distinct().toList();
    draft.emit(
        by, why, head -> new RolloutEvent.RollbackStarted(head, back.cause(), evidence, nodes));
    begin(draft, first);
  }

  /// A step that was under way is not going to end by itself; nor is one that a pause had
  /// interrupted before: what it has told the node half is nobody's to put right but the
  /// rollback's.
  private static void interrupt(Draft draft) {
    List<Step> steps = new ArrayList<>();
    for (Step step : draft.rollout().steps()) {
      boolean paused = step.node() != null && step.status() == StepStatus.PENDING && step.stands();
      steps.add(
          step.status() == StepStatus.RUNNING || paused
              ? step.ended(StepStatus.FAILED, draft.at, "interrupted")
              : step);
    }
    draft.steps(steps);
  }

  static Phase.RollingBack phase(Draft draft) {
    return (Phase.RollingBack) draft.rollout().phase();
  }

  static void begin(Draft draft, int index) {
    if (index >= draft.rollout().steps().size()) {
      if (CatchingUp.isDue(draft.rollout())) {
        CatchingUp.begin(draft, phase(draft));
      } else {
        RolledBack.finish(draft);
      }
      return;
    }
    draft.enter(phase(draft).at(index));
    if (leavesTooFew(draft, index)) {
      draft.steps(Batches.alone(draft.rollout().steps(), index));
    }
    stay(draft, index);
    List<Integer> due = new ArrayList<>();
    for (int each : Batches.together(draft.rollout().steps(), index)) {
      Step step = draft.rollout().steps().get(each);
      if (step.status() == StepStatus.PENDING && isNeedless(draft, step)) {
        draft.step(each, it -> it.marked(StepStatus.SKIPPED));
      } else if (step.status() == StepStatus.PENDING) {
        due.add(each);
      }
    }
    if (!due.isEmpty() && draft.handsOff != null) {
      Hands.park(draft, index, phase(draft));
      return;
    }
    due.forEach(each -> begin(draft, draft.rollout().steps().get(each), each));
    if (due.isEmpty()) {
      goOn(draft, index);
    }
  }

  /// What comes after a step and those beside it, once all of them have ended.
  private static void goOn(Draft draft, int index) {
    List<Step> steps = draft.rollout().steps();
    if (!Batches.isUnderWay(steps, index)) {
      begin(draft, Batches.together(steps, index).getLast() + 1);
    }
  }

  /// Whether a batch can't leave at once, since nodes that could not be taken back are out (I2):
  /// then they go one by one.
  private static boolean leavesTooFew(Draft draft, int index) {
    Rollout rollout = draft.rollout();
    List<Integer> together = Batches.together(rollout.steps(), index);
    if (together.size() == 1 || rollout.steps().get(index).name() != StepName.DRAIN) {
      return false;
    }
    List<String> leaving = together.stream().map(it -> rollout.steps().get(it).node()).toList();
    List<String> in =
        rollout.nodes().values().stream()
            .filter(record -> Boolean.TRUE.equals(record.inRotation()))
            .map(NodeRecord::name)
            .toList();
    return in.stream().anyMatch(leaving::contains)
        && in.stream().filter(node -> !leaving.contains(node)).count()
            < rollout.service().minimum();
  }

  /// Somebody has to serve: where nobody of the group that left could come back, the one that came
  /// stays; where no peer could that had left for the canaries, they do.
  private static void stay(Draft draft, int index) {
    for (int each : Batches.together(draft.rollout().steps(), index)) {
      Step step = draft.rollout().steps().get(each);
      if (step.status() == StepStatus.PENDING
          && Switching.leavesNobody(draft.rollout(), phase(draft).leftNodes(), each)) {
        leave(draft, step, Remedies.staying(draft, Objects.requireNonNull(step.node())), false);
      }
    }
  }

  private static void begin(Draft draft, Step step, int index) {
    draft.step(index, it -> it.begun(draft.at));
    draft.emit(
        Draft.SERIN,
        Steps.sentence(step),
        head -> new RolloutEvent.StepStarted(head, step.name().shown(), step.node(), true));
    draft.ask(
        Commands.agentOf(step), step.node(), Deadlines.deadline(draft.rollout().service(), step));
  }

  /// What stays out of rotation is not checked through the load balancer; and what an earlier
  /// rollout left out may well be ill, and needs no health to stay out. The same holds for a group
  /// that goes back to standing by: its binary is not this rollout's.
  private static boolean isNeedless(Draft draft, Step step) {
    if (step.name() == StepName.HOOK) {
      return step.status() == StepStatus.SKIPPED;
    }
    NodeRecord record =
        Objects.requireNonNull(draft.rollout().nodes().get(Objects.requireNonNull(step.node())));
    return switch (step.name()) {
      case SERVING -> step.status() == StepStatus.SKIPPED || Rolling.staysOut(draft, step);
      case HEALTH ->
          step.status() == StepStatus.SKIPPED
              || (NodeRecord.areOutEverywhere(record.target(step.undo()))
                  && (record.isToChange() || draft.rollout().service().isBlueGreen()));
      default -> step.status() == StepStatus.SKIPPED;
    };
  }

  static void answered(Draft draft, Phase.RollingBack back, AgentEvent event) {
    int index = Batches.indexOf(draft.rollout().steps(), back.step(), event.head().node());
    Step step = draft.rollout().steps().get(index);
    if (step.name() == StepName.HOOK) {
      Hooking.answered(draft, index, event);
      return;
    }
    Failure failure = Steps.failure(draft, event);
    if (failure != null) {
      failed(draft, back, index, failure);
      return;
    }
    Steps.applied(draft, step, event);
    String how = Steps.detail(draft.rollout(), event);
    draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
    draft.emit(
        Draft.SERIN,
        how,
        head -> new RolloutEvent.StepSucceeded(head, step.name().shown(), step.node(), true, how));
    Steps.shifted(draft, step);
    goOn(draft, index);
  }

  static void late(Draft draft, Phase.RollingBack back, Pending pending) {
    if (draft.rollout().steps().get(back.step()).name() == StepName.HOOK) {
      Hooking.late(draft, back.step(), pending);
      return;
    }
    draft.answered(pending.head().commandId());
    int index = Batches.indexOf(draft.rollout().steps(), back.step(), pending.head().node());
    failed(draft, back, index, Steps.unanswered(pending));
  }

  private static void failed(Draft draft, Phase.RollingBack back, int index, Failure failure) {
    Step step = draft.rollout().steps().get(index);
    boolean outlasts = ComingBack.outlasts(draft, step, failure);
    boolean again =
        outlasts
            || (step.attempt() < Deadlines.UNDO_ATTEMPTS
                && failure.reason() != Failure.Reason.FOREIGN);
    Step next = again ? ComingBack.again(step, failure.sentence(), outlasts) : step;
    if (!again || next.attempt() > step.attempt()) {
      draft.emit(
          Draft.SERIN,
          failure.sentence(),
          head ->
              new RolloutEvent.StepFailed(
                  head, step.name().shown(), step.node(), true, failure, step.attempt(), !again));
    }
    if (again && ComingBack.holdsUp(draft, step)) {
      goOnWithout(draft, index);
      return;
    }
    if (again) {
      draft.step(index, it -> next);
      draft.askLater(
          Commands.agentOf(step),
          step.node(),
          Deadlines.backOff(draft.rollout().rolloutId(), step),
          Deadlines.deadline(draft.rollout().service(), step));
      return;
    }
    draft.step(index, it -> it.ended(StepStatus.FAILED, draft.at, failure.sentence()));
    if (step.name() == StepName.DRAIN
        && failure.reason() != Failure.Reason.FOREIGN
        && goesOnUndrained(draft, back, step)) {
      goOn(draft, index);
    } else {
      giveUp(draft, step, failure);
      goOn(draft, index);
    }
  }

  /// A peer that does not come back has its turn once more at the end; those beside it, and those
  /// after it, don't wait for it.
  private static void goOnWithout(Draft draft, int index) {
    List<Step> steps = draft.rollout().steps();
    List<Integer> together = Batches.together(steps, index);
    int first = together.getFirst();
    String peer = Objects.requireNonNull(steps.get(index).node());
    draft.steps(ComingBack.last(steps, peer));
    Pausing.tell(
        draft,
        peer
            + " does not come back within "
            + View.shown(draft.rollout().service().rollback().waitForPeers())
            + "; the canary leaves without it, and it is tried once more after that");
    if (together.size() == 1) {
      begin(draft, first);
    } else {
      draft.enter(phase(draft).at(first));
      goOn(draft, first);
    }
  }

  /// A node that is out of rotation already needs no drain; and a bad binary is worse for its users
  /// than a restart in rotation. Where only a person wanted it back, the node is left as it is.
  private static boolean goesOnUndrained(Draft draft, Phase.RollingBack back, Step step) {
    NodeRecord record =
        Objects.requireNonNull(draft.rollout().nodes().get(Objects.requireNonNull(step.node())));
    return Boolean.FALSE.equals(record.inRotation())
        || back.cause() == Outcome.BREACHED
        || back.cause() == Outcome.FAILED
        || back.cause() == Outcome.HALTED;
  }

  /// The node stays as it is, out of rotation; the next one is taken back.
  private static void giveUp(Draft draft, Step step, Failure failure) {
    NodeRecord record =
        Objects.requireNonNull(draft.rollout().nodes().get(Objects.requireNonNull(step.node())));
    leave(
        draft,
        step,
        Remedies.of(draft, record, step, failure),
        failure.reason() == Failure.Reason.FOREIGN);
  }

  /// @param foreign whether somebody else is at work there
  private static void leave(Draft draft, Step step, String sentence, boolean foreign) {
    String node = Objects.requireNonNull(step.node());
    Phase.RollingBack back = phase(draft);
    List<Step> steps = new ArrayList<>();
    for (Step it : draft.rollout().steps()) {
      boolean moot = it.undo() && node.equals(it.node()) && it.status() == StepStatus.PENDING;
      steps.add(moot ? it.marked(StepStatus.SKIPPED) : it);
    }
    draft.steps(steps);
    List<String> left = new ArrayList<>(back.left());
    left.add(sentence);
    List<String> leftNodes = new ArrayList<>(back.leftNodes());
    leftNodes.add(node);
    draft.enter(back.leaving(left, leftNodes, back.foreign() || foreign));
  }
}
