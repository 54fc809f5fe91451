package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How long a rollout and each of its steps have taken by now, and how long the published plan lets
/// them. What is waited for visibly does not count (a person, unless the plan itself gives him only
/// so long), nor a second in which one of Serin's services was not there, or was not heard.
final class Bounds {
  /// Pauses and probes: nothing is tried again there.
  private static final Duration BACK_OFF = Duration.ofSeconds(2);

  private static final int FORWARD_ATTEMPTS = 3;
  private static final int UNDO_ATTEMPTS = 5;
  private static final Duration LONGEST_RAMP = Duration.ofMinutes(5);

  /// An outage that is over is noticed by the next tick, and what was sent is on its way.
  private static final Duration SLACK = Duration.ofSeconds(10);

  private final Function<String, Broken> broken;
  private final Map<String, PlanView> plans = new HashMap<>();
  private final Map<String, Duration> rollouts = new HashMap<>();
  private final Map<String, Duration> steps = new HashMap<>();

  Bounds(Function<String, Broken> broken) {
    this.broken = broken;
  }

  /// @param plan the newest one
  void planned(String rolloutId, @Nullable PlanView plan) {
    if (plan != null) {
      plans.put(rolloutId, plan);
    }
  }

  /// Somebody lets it go on: what was done is done once more.
  void begunAnew(String rolloutId) {
    rollouts.remove(rolloutId);
  }

  /// One more second that counts.
  ///
  /// @param clocksApart the most that any clock has been wrong: a deadline may be so much later
  void second(RolloutState state, Duration clocksApart) {
    Duration slack = SLACK.plus(clocksApart);
    PlanView plan = plans.get(state.rolloutId());
    if (plan == null) {
      return;
    }
    if (state.phase() != RolloutPhase.PAUSED) {
      Duration taken = more(rollouts, state.rolloutId());
      if (taken.compareTo(plan.atMost().plus(slack)) > 0) {
        throw broken.apply(
            state.version() + " takes longer than its plan's " + plan.atMost() + " in all");
      }
    }
    for (StepView step : state.steps()) {
      Duration bound =
          step.status() == StepStatus.RUNNING ? bound(plan, step, state.phase()) : null;
      if (bound == null) {
        continue;
      }
      String key = state.rolloutId() + step.name() + step.node() + step.startedAt();
      Duration taken = more(steps, key);
      if (taken.compareTo(bound.plus(slack)) > 0) {
        throw broken.apply(
            state.version()
                + ": "
                + step.name()
                + (step.node() == null ? "" : " " + step.node())
                + " takes longer than its plan's "
                + bound);
      }
    }
  }

  private static Duration more(Map<String, Duration> of, String key) {
    return of.merge(key, Duration.ofSeconds(1), Duration::plus);
  }

  /// None for a step whose end nobody has promised.
  private static @Nullable Duration bound(PlanView plan, StepView step, RolloutPhase phase) {
    boolean back = phase == RolloutPhase.ROLLING_BACK;
    Duration deadline =
        plan.steps().stream()
            .filter(planned -> planned.name().equals(step.name()))
            .map(PlanView.PlannedStep::deadline)
            .max(Duration::compareTo)
            .orElse(null);
    if (deadline == null) {
      return null;
    }
    return switch (step.name()) {
      case "analyse", "pause", "hook" -> deadline;
      // It may wait for peers, each attempt anew.
      case "drain" -> back ? null : tried(deadline, FORWARD_ATTEMPTS);
      case "ready", "shift" ->
          back
              ? tried(deadline, UNDO_ATTEMPTS)
              : tried(deadline.plus(LONGEST_RAMP), FORWARD_ATTEMPTS);
      default -> tried(deadline, back ? UNDO_ATTEMPTS : FORWARD_ATTEMPTS);
    };
  }

  private static Duration tried(Duration deadline, int attempts) {
    return deadline
        .multipliedBy(attempts)
        .plus(BACK_OFF.multipliedBy(attempts * (attempts - 1) / 2));
  }
}
