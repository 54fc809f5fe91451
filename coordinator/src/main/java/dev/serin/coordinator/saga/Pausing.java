package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftRemains;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What the guard over the load balancers tells, and what follows. A person's hand comes first: the
/// rollout pauses and says what changed. What Serin has put back is told.
final class Pausing {
  private static final String ACTS = "a person: resume or abort";
  private static final String ACTS_AT_THE_WINDOW =
      "a person: resume (watches anew), promote (goes on without) or abort";
  private static final String ACTS_AT_A_HOLD =
      "a person: resume (the plan's pause begins anew), promote (goes on without it) or abort";
  private static final String ACTS_AT_A_PAUSE =
      "a person: resume (the canary is ready again and watched anew) or abort";
  private static final String ACTS_AT_A_LATE_PAUSE =
      "a person: resume (the canary is ready again, and is not watched anew) or abort";

  private Pausing() {}

  /// Somebody else has changed servers in the middle of a rollout. A rollback goes on, by commands
  /// that leave alone what they don't know.
  static void changedByHand(Draft draft, ServersChangedByHand changed) {
    if (isOutdated(draft.rollout(), changed.drifts())) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    String why = "somebody has changed " + sentence(changed.drifts()) + "; nothing was reverted";
    boolean watches = !isAtTheCanary(draft.rollout(), changed.drifts());
    if (!watches) {
      KeptWatch.end(draft);
    }
    waitsForAPerson(draft, why, watches);
  }

  /// Whether it was compared with something else than what is asked by now: by an agent that had
  /// not heard yet, or that hears nothing any more since another has its work.
  private static boolean isOutdated(Rollout rollout, List<Drift> drifts) {
    return drifts.stream()
        .anyMatch(drift -> {
          NodeRecord record = rollout.nodes().get(drift.node());
          return record == null
              || !record.asked().contains(drift.asked())
              || Guarding.isUnsettled(rollout, drift.node());
        });
  }

  static void mended(Draft draft, DriftMended mended) {
    String cause =
        switch (mended.cause()) {
          case FORGOTTEN -> "was reloaded and had forgotten what Serin asked";
          case MISSED -> "did not answer and had missed what Serin asked";
          case LATE -> "had obeyed an earlier command of Serin's late";
          case SWITCH -> "had lost a node to the dead man's switch";
        };
    String where =
        mended.drifts().stream()
            .map(drift -> drift.asked().loadBalancer())
            .distinct()
            .collect(Collectors.joining(", "));
    tell(draft, where + " " + cause + "; it is as asked again: " + asked(mended.drifts()));
  }

  /// A drain or a weight that can't be put back: the rollout must not go on as if it were there.
  static void remains(Draft draft, DriftRemains remains) {
    String why =
        "not as asked, and can't be put back: "
            + sentence(remains.drifts())
            + "; "
            + remains.failure().sentence();
    waitsForAPerson(draft, why, true);
  }

  /// Who is at work on the canary has the wheel: that it answers nobody any more is not its fault.
  private static boolean isAtTheCanary(Rollout rollout, List<Drift> drifts) {
    return rollout.service().canaries().stream()
        .anyMatch(canary -> drifts.stream().anyMatch(drift -> canary.name().equals(drift.node())));
  }

  /// A pause of the plan that only waits becomes one that no clock ends.
  ///
  /// @param watches whether canaries that serve alone are watched on
  static void waitsForAPerson(Draft draft, String why, boolean watches) {
    switch (draft.rollout().phase()) {
      case Phase.Rolling(int step) when !watches -> pauseAt(draft, step, Draft.SERIN, why);
      case Phase.Watching(int step, Watch watch) when !watches ->
          pauseAt(draft, step, Draft.SERIN, why);
      case Phase.Rolling rolling -> pause(draft, why);
      case Phase.Watching watching -> pause(draft, why);
      case Phase.Paused paused when Holds.isHeld(draft.rollout()) ->
          pauseAt(draft, paused.step(), Draft.SERIN, why);
      case Phase.Paused paused -> tell(draft, why);
      case Phase.RollingBack back -> tell(draft, why);
      case Phase.Preflight preflight -> draft.ignore(Decision.Ignored.NOT_AWAITED);
    }
  }

  static void tell(Draft draft, String why) {
    draft.emit(Draft.SERIN, why, head -> new RolloutEvent.TrafficShifted(head, draft.nodeViews()));
  }

  /// A breach of a service that wants a person to decide: the canary stays as it is, or is drained
  /// first and waits out of rotation.
  static void breached(Draft draft, int analysis, String why, boolean drains) {
    List<String> canaries =
        draft.rollout().service().canaries().stream().map(ServiceDefinition.Node::name).toList();
    List<String> in = inRotation(draft);
    List<String> leaving =
        canaries.stream()
            .filter(in::contains)
            .limit(Math.max(0, in.size() - draft.rollout().service().minimum()))
            .toList();
    List<String> staying =
        canaries.stream().filter(it -> in.contains(it) && !leaving.contains(it)).toList();
    if (!drains || leaving.isEmpty()) {
      int step = underWay(draft.rollout());
      pauseAt(draft, step, Draft.SERIN, why, actsAfterABreach(draft), true);
      return;
    }
    String told =
        staying.isEmpty()
            ? why
            : why
                + "; "
                + String.join(", ", staying)
                + " can't leave rotation too, since at least "
                + draft.rollout().service().minimum()
                + " nodes have to stay";
    drainAndWait(draft, analysis, told, leaving);
  }

  /// Whom the service counts on now (I2): who is in maintenance, or has left, is no one to spare.
  private static List<String> inRotation(Draft draft) {
    return draft.rollout().nodes().values().stream()
        .filter(record -> !record.leaving() && !NodeRecord.areOut(record.asked()))
        .map(NodeRecord::name)
        .toList();
  }

  /// A probe that comes after its window is over finds another step under way: that is what begins
  /// anew, so the window is not watched once more, and there is nothing to promote.
  private static String actsAfterABreach(Draft draft) {
    if (!(draft.rollout().phase() instanceof Phase.Rolling(int index))) {
      return ACTS_AT_THE_WINDOW;
    }
    return "a person: resume (goes on with '"
        + Steps.sentence(draft.rollout().steps().get(index))
        + "', the window that was breached is not watched anew) or abort";
  }

  /// Behind the window that was breached, which is watched anew after it; or, where that was an
  /// earlier one, before what is under way, which begins anew after it.
  private static void drainAndWait(Draft draft, int analysis, String why, List<String> canaries) {
    int current = underWay(draft.rollout());
    if (draft.rollout().phase() instanceof Phase.Watching watching) {
      draft.stopWatching(watching.watch().id());
    }
    draft.forgetPending();
    if (current != analysis) {
      Steps.toBeginAnew(draft, current);
    }
    Step breached = draft.rollout().steps().get(analysis);
    List<Step> steps = new ArrayList<>(draft.rollout().steps());
    steps.set(analysis, breached.ended(StepStatus.FAILED, draft.at, why));
    List<Step> inserted = new ArrayList<>();
    canaries.forEach(node -> inserted.add(Step.forward(StepName.DRAIN, node)));
    inserted.add(Step.forward(StepName.PAUSE, null));
    for (String node : canaries) {
      inserted.add(Step.forward(StepName.READY, node));
      inserted.add(Step.forward(StepName.SERVING, node));
    }
    if (current == analysis) {
      inserted.add(breached.anew());
    }
    int first = current == analysis ? analysis + 1 : current;
    steps.addAll(first, inserted);
    draft.steps(steps);
    draft.enter(new Phase.Rolling(first), why);
    Rolling.begin(draft, first);
  }

  /// A step that waits for a person.
  static void begin(Draft draft, int index) {
    draft.step(index, it -> it.begun(draft.at).marked(StepStatus.PENDING));
    String acts = isWatchedAnew(draft.rollout(), index) ? ACTS_AT_A_PAUSE : ACTS_AT_A_LATE_PAUSE;
    draft.enter(new Phase.Paused(index, null, acts, null, false));
    draft.emit(
        Draft.SERIN, draft.rollout().message(), head -> new RolloutEvent.RolloutPaused(head, acts));
  }

  /// Whether a window follows before the first peer's turn.
  private static boolean isWatchedAnew(Rollout rollout, int index) {
    List<String> peers = rollout.service().peers().stream().map(Node::name).toList();
    return rollout.steps().stream()
        .skip(index + 1L)
        .takeWhile(
            step -> step.node() == null || !peers.contains(step.node()) || Alone.isLeaving(step))
        .anyMatch(step -> step.name() == StepName.ANALYSE && step.status() == StepStatus.PENDING);
  }

  /// Whoever waited goes on: with the step that stopped, or after the one that only waited.
  static void goOn(Draft draft, int index, String by) {
    Step step = draft.rollout().steps().get(index);
    if (step.name() == StepName.PAUSE) {
      draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, "by " + by));
      Rolling.begin(draft, index + 1);
    } else {
      Rolling.begin(draft, index);
    }
  }

  /// Pauses where it is: the step or the analysis under way begins anew when a person says so.
  static void pause(Draft draft, String why) {
    pause(draft, Draft.SERIN, why);
  }

  static void pause(Draft draft, String by, String why) {
    pause(draft, by, why, ACTS);
  }

  /// Where the canaries serve alone nobody stands behind them while a person is awaited, so the
  /// watch goes on where it was Serin that stopped; who pauses himself has the wheel.
  static void pause(Draft draft, String by, String why, String acts) {
    boolean keeps = by.equals(Draft.SERIN) && !Alone.out(draft.rollout().steps()).isEmpty();
    pauseAt(draft, underWay(draft.rollout()), by, why, acts, keeps);
  }

  /// The step that a rollout on its way forward is at; of a batch, the first.
  static int underWay(Rollout rollout) {
    return switch (rollout.phase()) {
      case Phase.Rolling(int index) -> index;
      case Phase.Watching(int index, Watch watch) -> index;
      case Phase.Preflight preflight -> throw new IllegalStateException("nothing is touched");
      case Phase.Paused paused -> throw new IllegalStateException("it is paused already");
      case Phase.RollingBack back -> throw new IllegalStateException("a rollback goes on");
    };
  }

  /// Keeps a rollout in a pause of its plan: no clock and no probe ends it any more.
  static void hold(Draft draft, int step, String by, String why) {
    pauseAt(draft, step, by, why, ACTS_AT_A_HOLD, false);
  }

  static void pauseAt(Draft draft, int step, String by, String why) {
    pauseAt(draft, step, by, why, ACTS, false);
  }

  /// @param keeps whether the watch goes on that is under way
  private static void pauseAt(
      Draft draft, int step, String by, String why, String acts, boolean keeps) {
    Watch kept = keeps ? KeptWatch.of(draft, step) : null;
    KeptWatch.end(draft);
    if (draft.rollout().phase() instanceof Phase.Watching watching) {
      draft.stopWatching(watching.watch().id());
    }
    draft.forgetPending();
    Steps.toBeginAnew(draft, step);
    draft.enter(new Phase.Paused(step, kept, acts, null, false), why);
    draft.emit(by, why, head -> new RolloutEvent.RolloutPaused(head, acts));
    if (kept != null) {
      draft.watch(kept);
    }
  }

  private static String sentence(List<Drift> drifts) {
    return drifts.stream()
        .map(drift ->
            drift.node()
                + " on "
                + drift.asked().loadBalancer()
                + " (asked "
                + shown(drift.asked())
                + ", found "
                + shown(drift.found())
                + (drift.leavingAsked() == drift.leavingFound()
                    ? ""
                    : drift.leavingFound() ? ", on the leaving map" : ", off the leaving map")
                + ")")
        .collect(Collectors.joining(", "));
  }

  private static String asked(List<Drift> drifts) {
    return drifts.stream()
        .map(drift -> drift.node() + " " + shown(drift.asked()))
        .collect(Collectors.joining(", "));
  }

  private static String shown(ServerSetting setting) {
    return setting.state() + " at weight " + setting.weight();
  }
}
