package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an answer means for a step, forward or back.
final class Steps {
  private Steps() {}

  /// What an agent that leaves further files out has done to the binary is noted all the same.
  ///
  /// @param event that ends a step
  static @Nullable Failure failure(Draft draft, AgentEvent event) {
    Failure failure = failure(event);
    if (failure != null) {
      return failure;
    }
    Failure untold = FileRecords.untold(draft.rollout(), event);
    if (untold != null && event instanceof IncusEvent.ArtifactPushed pushed) {
      draft.node(node(event), it -> it.running(pushed.sha256()));
    }
    if (untold != null && event instanceof IncusEvent.BinaryRestored restored) {
      draft.node(node(event), it -> it.running(restored.sha256()));
    }
    return untold;
  }

  private static String node(AgentEvent event) {
    return Objects.requireNonNull(event.head().node());
  }

  static @Nullable Failure failure(AgentEvent event) {
    return switch (event) {
      case HaproxyEvent.Failed(var head, Failure failure) -> failure;
      case IncusEvent.Failed(var head, Failure failure) -> failure;
      case SliEvent.Failed(var head, Failure failure) -> failure;
      default -> null;
    };
  }

  /// What a slow start still withholds, in the agent's words.
  static List<String> ramping(AgentEvent event) {
    return switch (event) {
      case HaproxyEvent.ServerReady ready -> ready.ramping();
      case HaproxyEvent.ServersWeighed weighed -> weighed.ramping();
      default -> List.of();
    };
  }

  /// What is under way begins anew later on; of a batch, what has ended stays as it is.
  ///
  /// @param index of the step that is gone on with
  static void toBeginAnew(Draft draft, int index) {
    List<Step> steps = new ArrayList<>();
    for (Step step : draft.rollout().steps()) {
      steps.add(step.status() == StepStatus.RUNNING ? step.marked(StepStatus.PENDING) : step);
    }
    draft.steps(steps);
    draft.step(index, it -> it.batch() == null ? it.marked(StepStatus.PENDING) : it);
  }

  /// Whether a drain forward is one of those that a breach has put before a wait for a person
  /// (`onBreach: pause`): no plan has such a wait.
  static boolean isForABreach(List<Step> steps, int drain) {
    int next = drain;
    while (next < steps.size() && steps.get(next).name() == StepName.DRAIN) {
      next++;
    }
    return next < steps.size() && steps.get(next).name() == StepName.PAUSE;
  }

  static Failure unanswered(Pending pending) {
    return new Failure(
        Failure.Reason.TIMED_OUT,
        "an answer of the " + pending.agent().shown() + " by " + pending.deadline(),
        "none",
        "look whether it runs and reaches the broker",
        false);
  }

  /// Notes what the answer says of the node.
  static void applied(Draft draft, Step step, AgentEvent event) {
    String node = Objects.requireNonNull(step.node());
    switch (event) {
      case HaproxyEvent.ServerDrained drained -> draft.node(node, NodeRecord::drained);
      case HaproxyEvent.ServersWeighed weighed -> Shifting.applied(draft, step);
      case HaproxyEvent.ServerReady ready ->
          draft.node(
              node,
              it ->
                  it.settled(
                      it.target(step.undo()),
                      ready.servers().stream().allMatch(HaproxyEvent.ServerSeen::inRotation)));
      case IncusEvent.ArtifactPushed pushed ->
          draft.node(node, it -> it.running(pushed.sha256()).having(pushed.files()));
      case IncusEvent.BinaryRestored restored ->
          draft.node(node, it -> it.running(restored.sha256()).having(restored.files()));
      case IncusEvent.UnitsRestarted restarted ->
          draft.node(node, it -> it.started(restarted.units(), restarted.boot()));
      default -> {
        // The other answers change neither the node's binary nor its rotation.
      }
    }
  }

  /// Tells the world when traffic has moved.
  static void shifted(Draft draft, Step step) {
    if (step.name() == StepName.SHIFT) {
      String why =
          step.share() == null
              ? "every node has its own weight"
              : "the canary is to get " + Shifting.percent(step.share()) + " of the requests";
      draft.emit(
          Draft.SERIN,
          why + CatchingUp.where(draft.rollout()),
          head -> new RolloutEvent.TrafficShifted(head, draft.nodeViews()));
    }
    if (Set.of(StepName.DRAIN, StepName.READY, StepName.MAINT).contains(step.name())) {
      NodeRecord record =
          Objects.requireNonNull(draft.rollout().nodes().get(Objects.requireNonNull(step.node())));
      String why =
          step.node()
              + switch (step.name()) {
                case DRAIN -> " is out of rotation";
                case MAINT -> " is in maintenance";
                default ->
                    NodeRecord.areOut(record.target(step.undo()))
                        ? " stays out of rotation, as it was before"
                        : " is in rotation";
              };
      draft.emit(
          Draft.SERIN,
          why + CatchingUp.where(draft.rollout()),
          head -> new RolloutEvent.TrafficShifted(head, draft.nodeViews()));
    }
  }

  /// Such as `, 2 WebSockets closed`; nothing where there was none.
  private static String counted(int number, String what, String how) {
    return number == 0 ? "" : ", " + number + " " + what + (number == 1 ? " " : "s ") + how;
  }

  /// How a step went, one sentence.
  static String detail(Rollout rollout, AgentEvent event) {
    String where = CatchingUp.where(rollout);
    return switch (event) {
      case HaproxyEvent.ServerDrained drained ->
          "no request left after "
              + View.shown(drained.took())
              + counted(drained.sessionsCut(), "session", "cut")
              + counted(drained.tunnelsClosed(), "WebSocket", "closed")
              + (drained.belowMinimum() ? ", below the pool's minimum" : "")
              + where;
      case HaproxyEvent.ServerReady ready ->
          (ready.governed().isEmpty()
                  ? "has the state and weight it is to have"
                  : "has the state it is to have")
              + (where.isEmpty() ? ", on every load balancer" : where)
              + (ready.governed().isEmpty() ? "" : "; " + String.join("; ", ready.governed()));
      case HaproxyEvent.ServersWeighed weighed -> weights(weighed) + where;
      case HaproxyEvent.ServerServing serving -> String.join("; ", serving.proof());
      case IncusEvent.BinaryKept kept ->
          "sha256:" + kept.sha256().substring(0, 12) + " kept as " + kept.path();
      case IncusEvent.ArtifactPushed pushed ->
          "sha256:"
              + pushed.sha256().substring(0, 12)
              + (pushed.unchanged() ? " was there already" : " installed")
              + FileRecords.counted(pushed.files().size())
              + pushed.warnings().stream()
                  .map(warning -> "; warning: " + warning)
                  .collect(Collectors.joining());
      case IncusEvent.UnitsRestarted restarted ->
          restarted.unchanged() ? "runs it already: " + restarted.detail() : restarted.detail();
      case IncusEvent.HealthPassed health ->
          "healthy after "
              + View.shown(health.took())
              + (health.attempts() == 1 ? ", at once" : ", " + health.attempts() + " attempts");
      case IncusEvent.SmokeTestPassed smoke ->
          "answers as expected"
              + (smoke.requests() == 1 ? "" : ", " + smoke.requests() + " requests")
              + ", after "
              + View.shown(smoke.took());
      case IncusEvent.BinaryRestored restored ->
          "sha256:"
              + restored.sha256().substring(0, 12)
              + " restored, from "
              + restored.source()
              + FileRecords.counted(files(rollout, restored))
              + FileRecords.left(rollout, restored);
      default -> event.getClass().getSimpleName();
    };
  }

  private static int files(Rollout rollout, AgentEvent event) {
    String node = event.head().node();
    return node == null ? 0 : rollout.request().filesOf(node).size();
  }

  /// Such as `b1 at weight 19, b2 at weight 2`.
  private static String weights(HaproxyEvent.ServersWeighed weighed) {
    return weighed.servers().stream()
        .map(seen -> seen.node() + " at weight " + seen.setting().weight())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /// What a step is about to do, one sentence.
  static String sentence(Step step) {
    if (step.name() == StepName.SHIFT) {
      return (step.undo() ? "rollback: " : "") + Shifting.described(step);
    }
    if (step.name() == StepName.HOOK) {
      return (step.undo() ? "rollback: " : "") + Hooking.described(step);
    }
    return (step.undo() ? "rollback: " : "")
        + step.name().shown()
        + " "
        + step.node()
        + (Alone.isLeaving(step) ? ", so that the canaries serve alone" : "");
  }
}
