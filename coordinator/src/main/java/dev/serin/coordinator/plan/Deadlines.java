package dev.serin.coordinator.plan;

import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.SmokeRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// How long each step may take, how often it is tried and after which pause (I6).
public final class Deadlines {
  /// What every deadline has on top, so that an agent may be restarted within it.
  public static final Duration SLACK = Duration.ofSeconds(60);

  /// How long the checks before the start may take.
  public static final Duration PREFLIGHT = Duration.ofSeconds(90);

  /// How long HAProxy may take to have a node in rotation, or out of it.
  public static final Duration READY = Duration.ofSeconds(60);

  /// How long a red probe waits for a look at the nodes before it is acted on.
  public static final Duration LOOK = Duration.ofSeconds(5);

  /// The longest slow start that is waited for.
  static final Duration LONGEST_RAMP = Duration.ofMinutes(5);

  /// How long an agent waits for a slow start at once: less than [#SLACK], so that it has answered
  /// by the step's deadline.
  static final Duration RAMP_ONCE = Duration.ofSeconds(30);

  /// How often a step that undoes something is tried before the node is left to a person.
  public static final int UNDO_ATTEMPTS = 5;

  /// How often a forward step is tried where its failure says that this may help.
  public static final int FORWARD_ATTEMPTS = 3;

  /// How long the pause before a second attempt is; before a third it is twice as long, and so on.
  public static final Duration BACK_OFF = Duration.ofSeconds(2);

  /// How long at most it is waited for others to be back in rotation, each time: twice that, less a
  /// quarter by chance, is longer than a takeover (10 s) and the guard's mending (5 s).
  private static final Duration OTHERS_BACK = Duration.ofSeconds(10);

  private Deadlines() {}

  /// How long the checks before the start may take, with whom they ask outside: all at once.
  public static Duration preflight(ServiceDefinition service) {
    return service.hooksAt(Hook.At.PREFLIGHT).stream()
        .map(hook -> hook.atMost().plus(SLACK))
        .reduce(PREFLIGHT, (one, other) -> one.compareTo(other) < 0 ? other : one);
  }

  /// How long one attempt of a step may take before it counts as failed.
  public static Duration deadline(ServiceDefinition service, Step step) {
    return switch (step.name()) {
      case DRAIN -> {
        Duration drain = service.drain().within().plus(service.drain().tunnels()).plus(SLACK);
        yield step.undo() ? drain.plus(service.rollback().waitForPeers()) : drain;
      }
      case KEEP, RESTORE -> Duration.ofMinutes(2).plus(SLACK);
      case PUSH -> Duration.ofMinutes(10).plus(SLACK);
      case RESTART -> Duration.ofMinutes(2).plus(SLACK);
      case HEALTH -> service.health().within().plus(SLACK);
      case SMOKE ->
          service.smoke().stream()
              .map(SmokeRequest::within)
              .reduce(Duration.ZERO, Duration::plus)
              .plus(SLACK);
      case PAUSE, CATCH_UP -> Duration.ZERO;
      case HOOK ->
          Plan.hook(service, Objects.requireNonNull(step.hook()))
              .orElseThrow()
              .atMost()
              .plus(SLACK);
      case READY, MAINT, SHIFT -> READY.plus(SLACK);
      case SERVING -> serving(service).plus(SLACK);
      case ANALYSE ->
          service
              .analysis()
              .initialDelay()
              .plus(Plan.analysis(service, step).window())
              .plus(mostMissing(service, step))
              .plus(service.noData().limit())
              .plus(SLACK);
    };
  }

  /// How long HAProxy's slow start of a node may take in all: its share of the requests is there
  /// only after that, and the next node does not leave before. On the way back the bad release is
  /// what has to go, so that waits for no ramp.
  public static Duration ramp(Step step) {
    boolean takes = step.name() == StepName.READY || step.name() == StepName.SHIFT;
    return takes && !step.undo() ? LONGEST_RAMP : Duration.ZERO;
  }

  /// For how long of it the agent waits before it answers how far it is, and is asked once more. So
  /// only a pool that ramps takes the time of a ramp: who is silent, or dies, is known as soon as
  /// anywhere else.
  public static Duration rampOnce(Step step) {
    return ramp(step).isZero() ? Duration.ZERO : RAMP_ONCE;
  }

  /// How much of an analysis may be without data, all gaps together: without a bound, data that
  /// comes and goes would lengthen the window for ever.
  public static Duration mostMissing(ServiceDefinition service, Step step) {
    return Plan.analysis(service, step).window().plus(service.noData().limit());
  }

  /// How long a step may take with all its attempts.
  public static Duration bound(ServiceDefinition service, Step step) {
    if (step.name() == StepName.ANALYSE || step.name() == StepName.HOOK) {
      return deadline(service, step);
    }
    int attempts = step.undo() ? UNDO_ATTEMPTS : FORWARD_ATTEMPTS;
    return deadline(service, step)
        .plus(ramp(step))
        .multipliedBy(attempts)
        .plus(
            step.name() == StepName.DRAIN && !step.undo()
                ? OTHERS_BACK.multipliedBy(attempts - 1)
                : BACK_OFF.multipliedBy(attempts * (attempts - 1) / 2));
  }

  /// The pause before a step is tried again: longer after each attempt, and up to half of it less
  /// by chance, since many rollouts that failed at once (a load balancer that was away) must not
  /// come back at once. Chance is drawn from the rollout's name, so that a decision stays what it
  /// is.
  public static Duration backOff(String rolloutId, Step step) {
    return backOff(rolloutId, step, BACK_OFF.multipliedBy(step.attempt()), 0.5);
  }

  /// The pause before a node is asked to leave once more, after too few others were in rotation.
  /// One of them may be out by an earlier command of Serin's own that an agent has obeyed late: by
  /// then another instance has its work, and its guard has put that right (I10).
  public static Duration untilOthersAreBack(String rolloutId, Step step) {
    return backOff(rolloutId, step, OTHERS_BACK, 0.25);
  }

  private static Duration backOff(String rolloutId, Step step, Duration pause, double spread) {
    return BackOff.drawn(
        pause, spread, rolloutId, step.name().shown(), step.node(), step.attempt());
  }

  /// How long the check through the load balancer may take.
  public static Duration serving(ServiceDefinition service) {
    var check = service.loadBalancerHealth();
    return check == null ? Duration.ofSeconds(30) : check.within();
  }

  /// How long steps may take, one after the other; what is under way together takes as long as one
  /// of it.
  static Duration bound(ServiceDefinition service, List<Step> steps) {
    Duration all = Duration.ZERO;
    for (int index = 0; index < steps.size(); index++) {
      if (Batches.together(steps, index).getFirst() == index) {
        all = all.plus(bound(service, steps.get(index)));
      }
    }
    return all;
  }
}
