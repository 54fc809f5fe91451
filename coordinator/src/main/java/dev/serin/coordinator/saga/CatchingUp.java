package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.Strategies;
import dev.serin.coordinator.plan.Batches;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Load balancers that don't answer, of a service that goes on without them:
/// 1. preflight finds them missing, or the guard finds them silent later on; another one answers;
/// 2. steps are about those that answer: the agent asks the missing first, and does without those
///    that are still silent. What is under way is asked for anew when that changes, and who has
///    left rotation without one that is back is drained once more before it is restarted;
/// 3. the guard asks of the missing what it asks of the others: one that is back has it a second
///    later;
/// 4. at its end, forward or back, the rollout waits until nobody is missing and every node is in
///    rotation, or out of it, everywhere as it is to be. It goes on by itself then.
///
/// What a missing load balancer had is taken to be what another one had: a pair has one
/// configuration.
final class CatchingUp {
  private static final Set<StepName> BEFORE_ITS_RESTART =
      EnumSet.of(StepName.DRAIN, StepName.KEEP, StepName.PUSH);

  /// A load balancer that comes and goes does not hold a rollout up for ever.
  private static final int DRAINED_AT_MOST = 5;

  private CatchingUp() {}

  /// What a node has on the load balancers that answer, and with it what it is taken to have on
  /// those that don't.
  static List<ServerSetting> assumed(
      ServiceDefinition service, List<String> missing, List<ServerSetting> seen) {
    List<ServerSetting> all = new ArrayList<>(seen);
    for (String name : missing) {
      for (String pool : service.pool()) {
        seen.stream()
            .filter(it -> it.pool().equals(pool))
            .findFirst()
            .map(it -> new ServerSetting(name, pool, it.server(), it.weight(), it.state()))
            .ifPresent(all::add);
      }
    }
    return all;
  }

  /// Takes note of who does not answer the guard. Where nobody does, what was known is kept: then a
  /// step fails by itself.
  ///
  /// @return what the rollout makes of it; none where nothing has changed for it
  static @Nullable String observed(Draft draft, List<String> silent) {
    Rollout rollout = draft.rollout();
    ServiceDefinition service = rollout.service();
    if (!service.goesOnWithout() || silent.containsAll(service.loadBalancers())) {
      return null;
    }
    List<String> missing = service.loadBalancers().stream().filter(silent::contains).toList();
    if (missing.equals(rollout.missing())) {
      return null;
    }
    boolean back = !missing.containsAll(rollout.missing());
    draft.change(it -> it.without(missing));
    if (!back || !drainsOnceMore(draft)) {
      draft.askAnew(Agent.HAPROXY, pending -> deadline(draft, pending));
    }
    return missing.isEmpty()
        ? "nobody is missing any more: steps are about every load balancer"
        : "the rollout goes on without "
            + String.join(", ", missing)
            + ", and waits for it before its end";
  }

  /// Whoever left rotation without a load balancer that is back now may have its requests still: it
  /// is drained there too before it is restarted.
  ///
  /// @return whether somebody is
  private static boolean drainsOnceMore(Draft draft) {
    if (!(draft.rollout().phase() instanceof Phase.Rolling(int underWay))) {
      return false;
    }
    List<Step> steps = new ArrayList<>(draft.rollout().steps());
    int last = Batches.together(steps, underWay).getLast();
    int first = last + 1;
    while (first > 0 && isBeforeRestart(steps.get(first - 1), steps.get(last))) {
      first--;
    }
    boolean drained =
        steps.subList(first, last + 1).stream()
            .anyMatch(step ->
                step.name() == StepName.DRAIN
                    && step.status() == StepStatus.SUCCEEDED
                    && step.attempt() < DRAINED_AT_MOST);
    if (!drained || !isRestarted(steps, last)) {
      return false;
    }
    for (int index = first; index <= last; index++) {
      steps.set(index, steps.get(index).anew());
    }
    draft.forgetPending();
    draft.steps(steps);
    Rolling.begin(draft, first);
    return true;
  }

  /// Whether a step stands between its node's rotation and its restart, together with another one.
  private static boolean isBeforeRestart(Step step, Step other) {
    return BEFORE_ITS_RESTART.contains(step.name())
        && !step.undo()
        && Objects.equals(step.batch(), other.batch())
        && (step.batch() != null || Objects.equals(step.node(), other.node()));
  }

  private static boolean isRestarted(List<Step> steps, int after) {
    return steps.subList(after + 1, steps.size()).stream()
        .anyMatch(step ->
            step.name() == StepName.RESTART
                && !step.isBegun()
                && Objects.equals(step.node(), steps.get(after).node()));
  }

  /// What is asked anew begins anew, so it has its whole time anew; but a load balancer that comes
  /// and goes does not keep a step for longer than the plan gives it with all its attempts (I6).
  private static Instant deadline(Draft draft, Pending pending) {
    Rollout rollout = draft.rollout();
    int first =
        switch (rollout.phase()) {
          case Phase.Rolling(int step) -> step;
          case Phase.RollingBack back -> back.step();
          case Phase.Preflight preflight -> -1;
          case Phase.Watching watching -> -1;
          case Phase.Paused paused -> -1;
        };
    if (first < 0) {
      return pending.deadline();
    }
    Step step = rollout.steps().get(Batches.indexOf(rollout.steps(), first, pending.head().node()));
    Instant begun = step.startedAt() == null ? draft.at : step.startedAt();
    Instant latest = begun.plus(Deadlines.bound(rollout.service(), step));
    Instant anew = draft.at.plus(Deadlines.deadline(rollout.service(), step));
    Instant within = anew.isBefore(latest) ? anew : latest;
    return within.isAfter(pending.deadline()) ? within : pending.deadline();
  }

  /// Where something was done on the load balancers, for whoever reads the record: nothing more to
  /// say where none is missing.
  static String where(Rollout rollout) {
    return rollout.missing().isEmpty()
        ? ""
        : ", on "
            + rollout.service().loadBalancers().stream()
                .filter(name -> !rollout.missing().contains(name))
                .collect(Collectors.joining(", "))
            + "; "
            + String.join(", ", rollout.missing())
            + (rollout.missing().size() == 1 ? " is" : " are")
            + " missing";
  }

  /// Whether the rollout has to wait at its end.
  static boolean isDue(Rollout rollout) {
    boolean touched =
        rollout.steps().stream()
            .anyMatch(step ->
                step.isBegun()
                    && (step.name() == StepName.DRAIN
                        || step.name() == StepName.READY
                        || step.name() == StepName.SHIFT));
    boolean given =
        !rollout.steps().isEmpty() && rollout.steps().getLast().name() == StepName.CATCH_UP;
    return touched
        && !given
        && !rollout.missing().isEmpty()
        && !rollout.service().strategy().equals(Strategies.ANALYSIS_ONLY);
  }

  /// Waits, as one more step.
  ///
  /// @param back the rollback that waits; none on the way forward
  static void begin(Draft draft, Phase.@Nullable RollingBack back) {
    List<Step> steps = new ArrayList<>(draft.rollout().steps());
    steps.add(Step.catchUp(back != null).begun(draft.at).marked(StepStatus.PENDING));
    draft.steps(steps);
    await(draft, steps.size() - 1, back);
  }

  /// Says what is waited for at that step.
  static void await(Draft draft, int index, Phase.@Nullable RollingBack back) {
    String acts = acts(draft.rollout(), back);
    String why = words(draft.rollout());
    draft.enter(
        new Phase.Paused(index, null, acts, back, false), back == null ? why : back.waiting(why));
    draft.emit(Draft.SERIN, why, head -> new RolloutEvent.RolloutPaused(head, acts));
  }

  private static String acts(Rollout rollout, Phase.@Nullable RollingBack back) {
    return (rollout.missing().isEmpty()
            ? "every node as it is to be on every load balancer"
            : "somebody who brings back " + String.join(", ", rollout.missing()))
        + ": it goes on by itself then; or promote (ends without that)"
        + (back == null ? ", or abort" : "");
  }

  /// What a load balancer that is still missing has to be told, by whoever brings it back.
  static String words(Rollout rollout) {
    List<String> nodes =
        rollout.nodes().values().stream()
            .sorted(java.util.Comparator.comparing(NodeRecord::name))
            .filter(record -> !record.asked().isEmpty())
            .map(record -> {
              ServerSetting first = record.asked().getFirst();
              return record.name() + " " + first.state() + " at weight " + first.weight();
            })
            .toList();
    String who =
        rollout.missing().isEmpty()
            ? "not every load balancer has every node as it is to be"
            : String.join(", ", rollout.missing())
                + (rollout.missing().size() == 1 ? " does" : " do")
                + " not answer and has to catch up";
    return who + ": " + String.join(", ", nodes);
  }

  /// Whether nobody is missing, whoever is to be in rotation is, everywhere as asked, and whoever
  /// Serin has left out is out everywhere. A node that somebody else had taken out, and that the
  /// rollout has not touched, is nobody's to wait for: the guard does not put it back either.
  private static boolean isCaughtUp(Rollout rollout, TrafficObserved observed) {
    List<ServerSetting> found = observed.servers().stream().map(ServerSeen::setting).toList();
    return rollout.missing().isEmpty()
        && rollout.nodes().values().stream()
            .filter(record -> !record.asked().isEmpty() && !Guarding.isOthers(rollout, record))
            .allMatch(record ->
                (NodeRecord.areOut(record.asked()) || observed.inRotation().contains(record.name()))
                    && record.asked().stream().allMatch(asked -> isAsAsked(asked, found)));
  }

  private static boolean isAsAsked(ServerSetting asked, List<ServerSetting> found) {
    return NodeRecord.isOut(asked)
        ? found.stream().anyMatch(it -> NodeRecord.isSameLine(it, asked) && NodeRecord.isOut(it))
        : found.contains(asked);
  }

  static boolean isAwaited(Rollout rollout) {
    return rollout.phase() instanceof Phase.Paused paused
        && !paused.untilHandsOn()
        && rollout.steps().get(paused.step()).name() == StepName.CATCH_UP;
  }

  /// As [#isAwaited(Rollout)], where nobody keeps Serin's hands off.
  static boolean isAwaited(Draft draft) {
    return draft.handsOff == null && isAwaited(draft.rollout());
  }

  /// Goes on where the guard sees that everybody has caught up.
  static void look(Draft draft, TrafficObserved observed) {
    if (!isAwaited(draft)) {
      return;
    }
    Phase.Paused paused = (Phase.Paused) draft.rollout().phase();
    if (isCaughtUp(draft.rollout(), observed)) {
      ended(draft, paused.step(), paused.back());
    } else if (!paused.waitingFor().equals(acts(draft.rollout(), paused.back()))) {
      await(draft, paused.step(), paused.back());
    }
  }

  private static void ended(Draft draft, int index, Phase.@Nullable RollingBack back) {
    String how = "every load balancer has every node as asked";
    draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
    draft.enter(back == null ? new Phase.Rolling(index) : back);
    draft.emit(
        Draft.SERIN,
        how,
        head ->
            new RolloutEvent.StepSucceeded(
                head, StepName.CATCH_UP.shown(), null, back != null, how));
    goOn(draft, index, back);
  }

  private static void goOn(Draft draft, int index, Phase.@Nullable RollingBack back) {
    if (back == null) {
      Rolling.begin(draft, index + 1);
    } else {
      RollingBack.begin(draft, index + 1);
    }
  }

  /// A person ends the rollout without those that are missing: it says what is left for them.
  static void without(Draft draft, String by) {
    Phase.Paused paused = (Phase.Paused) draft.rollout().phase();
    Phase.RollingBack back = paused.back();
    String left = words(draft.rollout()) + "; " + by + " went on without it: see to it by hand";
    draft.step(paused.step(), it -> it.ended(StepStatus.SKIPPED, draft.at, "skipped by " + by));
    if (back == null) {
      draft.enter(new Phase.Rolling(paused.step()), left);
      Rolling.halt(draft, left, List.of(left), List.of());
      return;
    }
    List<String> all = new ArrayList<>(back.left());
    all.add(left);
    draft.enter(back.leaving(all, back.leftNodes(), back.foreign()));
    RollingBack.begin(draft, paused.step() + 1);
  }

  /// What stands against a resume or a retry.
  static String onlyPromote(Rollout rollout) {
    return "expected a pause that a person's word ends, found that it waits for "
        + ((Phase.Paused) rollout.phase()).waitingFor();
  }
}
