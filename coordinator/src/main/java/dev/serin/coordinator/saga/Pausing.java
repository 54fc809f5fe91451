package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftRemains;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersChangedByHand;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficShare;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the guard over the load balancers tells, and what follows. A person's hand comes first: the
/// rollout pauses and says what changed. What Serin has put back is told. A canary that the dead
/// man's switch took out is taken back, or waits, as the service says of missing data.
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
    waitsForAPerson(draft, why);
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
    waitsForAPerson(draft, why);
  }

  /// A pause of the plan that only waits becomes one that no clock ends.
  private static void waitsForAPerson(Draft draft, String why) {
    switch (draft.rollout().phase()) {
      case Phase.Rolling rolling -> pause(draft, why);
      case Phase.Watching watching -> pause(draft, why);
      case Phase.Paused paused when Holds.isHeld(draft.rollout()) ->
          pauseAt(draft, paused.step(), Draft.SERIN, why);
      case Phase.Paused paused -> tell(draft, why);
      case Phase.RollingBack back -> tell(draft, why);
      case Phase.Preflight preflight -> draft.ignore(Decision.Ignored.NOT_AWAITED);
    }
  }

  private static void tell(Draft draft, String why) {
    draft.emit(Draft.SERIN, why, head -> new RolloutEvent.TrafficShifted(head, draft.nodeViews()));
  }

  /// The state shows it; it is no event of its own, but where load balancers fall silent or answer
  /// again. A service that says so goes on without them ([CatchingUp]); for another nothing follows
  /// from that: a step that needs one fails by itself.
  static void observed(Draft draft, TrafficObserved observed) {
    if (draft.rollout().seen().isNewerThan(observed.head())) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    Map<String, NodeView.Traffic> traffic = new HashMap<>();
    for (NodeRecord record : draft.rollout().nodes().values()) {
      List<TrafficShare> shares =
          observed.shares().stream().filter(it -> it.node().equals(record.name())).toList();
      if (!shares.isEmpty()) {
        traffic.put(
            record.name(),
            new NodeView.Traffic(
                askedShare(draft.rollout(), record),
                shares.stream().mapToDouble(TrafficShare::configured).min().orElseThrow(),
                lowest(shares, TrafficShare::observed),
                lowest(shares, TrafficShare::newSessions)));
      }
    }
    List<String> before = draft.rollout().seen().silent();
    List<String> silent =
        observed.silent().stream().map(SilentLoadBalancer::loadBalancer).sorted().toList();
    draft.change(it ->
        it.seeing(
            new Rollout.Seen(
                traffic,
                observed.inRotation(),
                silent,
                observed.head().fence(),
                observed.head().at())));
    String without = CatchingUp.observed(draft, silent);
    if (!silent.equals(before)) {
      tell(draft, reach(observed.silent(), before) + (without == null ? "" : "; " + without));
    } else if (without != null) {
      tell(draft, without);
    }
    CatchingUp.look(draft, observed);
  }

  /// None where a load balancer says nothing.
  private static @Nullable Double lowest(
      List<TrafficShare> shares, Function<TrafficShare, @Nullable Double> share) {
    double lowest = Double.MAX_VALUE;
    for (TrafficShare one : shares) {
      Double said = share.apply(one);
      if (said == null) {
        return null;
      }
      lowest = Math.min(lowest, said);
    }
    return lowest;
  }

  private static String reach(List<SilentLoadBalancer> silent, List<String> before) {
    return silent.isEmpty()
        ? String.join(", ", before)
            + (before.size() == 1 ? " answers" : " answer")
            + " the guard again; shares of the traffic are observed again"
        : silent.stream()
                .map(it ->
                    it.loadBalancer() + " does not answer the guard: " + it.failure().sentence())
                .collect(Collectors.joining("; "))
            + "; shares of the traffic are not observed";
  }

  /// The node's share by the weights that were asked for.
  static double askedShare(Rollout rollout, NodeRecord record) {
    long all = rollout.nodes().values().stream().mapToLong(Pausing::askedWeight).sum();
    return all == 0 ? 0 : Math.round(askedWeight(record) * 10_000.0 / all) / 100.0;
  }

  private static long askedWeight(NodeRecord record) {
    return record.asked().stream()
        .mapToLong(it -> it.state() == ServerSetting.AdminState.READY ? it.weight() : 0)
        .min()
        .orElse(0);
  }

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
      tell(draft, slow + "; it is left in rotation until its turn, as the service says");
    } else if (failure != null) {
      tell(draft, slow + "; it could not leave rotation before its turn: " + failure.sentence());
    } else {
      early.forEach(node -> draft.node(node, NodeRecord::drained));
      tell(draft, slow + "; it left rotation by itself, before its turn in the rollback");
    }
  }

  private static void wentOffUnwatched(Draft draft, DeadManWentOff off) {
    String unwatched = "nobody has watched the canary since " + off.expiredAt();
    Failure failure = off.failure();
    if (off.action() == DeadManAction.ALERT) {
      tell(draft, unwatched + "; it is left in rotation, as the service says");
    } else if (failure != null) {
      tell(draft, unwatched + "; it could not leave rotation: " + failure.sentence());
    } else {
      off.drained().forEach(node -> draft.node(node, NodeRecord::drained));
      // Who had left for the canary to serve alone was given back what it had, before that one
      // left.
      Alone.untouched(draft.rollout().steps())
          .forEach(node -> draft.node(node, NodeRecord::givenBack));
      tell(draft, unwatched + "; " + String.join(", ", off.drained()) + " left rotation by itself");
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
        pauseAt(draft, ready, Draft.SERIN, unwatched + "; it is out of rotation");
      }
    }
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

  /// What a batch has done from there on is to be done once more: else it would go on with whoever
  /// had not ended.
  private static void onceMore(Draft draft, int from) {
    List<Step> steps = new ArrayList<>(draft.rollout().steps());
    for (int index = from; index < steps.size(); index++) {
      Step step = steps.get(index);
      if (step.batch() != null && step.status() == StepStatus.SUCCEEDED) {
        steps.set(index, step.anew());
      }
    }
    draft.steps(steps);
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
      pause(draft, Draft.SERIN, why, actsAfterABreach(draft));
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

  static void pause(Draft draft, String by, String why, String acts) {
    pauseAt(draft, underWay(draft.rollout()), by, why, acts);
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
    pauseAt(draft, step, by, why, ACTS_AT_A_HOLD);
  }

  private static void pauseAt(Draft draft, int step, String by, String why) {
    pauseAt(draft, step, by, why, ACTS);
  }

  private static void pauseAt(Draft draft, int step, String by, String why, String acts) {
    if (draft.rollout().phase() instanceof Phase.Watching watching) {
      draft.stopWatching(watching.watch().id());
    }
    draft.forgetPending();
    Steps.toBeginAnew(draft, step);
    draft.enter(new Phase.Paused(step, null, acts, null, false), why);
    draft.emit(by, why, head -> new RolloutEvent.RolloutPaused(head, acts));
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
