package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.serin.contracts.Check;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.sli.SliPower;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that happens to a rollout, on `serin.rollouts.v1`, in the order of its sequence
/// numbers.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface RolloutEvent {
  EventHead head();

  /// It waits for another rollout of the same service, or for the end of a freeze.
  ///
  /// @param behind the rollout that it waits for, or the freeze in words
  /// @param position its place in the queue, 1 for the next one
  @JsonTypeName("rollout-queued")
  record RolloutQueued(@JsonUnwrapped EventHead head, String behind, int position)
      implements RolloutEvent {
    public RolloutQueued {
      Check.required("head", head);
      Check.required("behind", behind);
    }
  }

  /// No rollout of the service may start for a while; `rolloutId` is the freeze's own.
  ///
  /// @param from when it begins
  /// @param until when it ends by itself; none until it is lifted
  @JsonTypeName("service-frozen")
  record ServiceFrozen(@JsonUnwrapped EventHead head, Instant from, @Nullable Instant until)
      implements RolloutEvent {
    public ServiceFrozen {
      Check.required("head", head);
      Check.required("from", from);
    }
  }

  /// Rollouts of the service may start again, but for what its calendar says.
  ///
  /// @param lifted the freezes that were lifted
  @JsonTypeName("service-unfrozen")
  record ServiceUnfrozen(@JsonUnwrapped EventHead head, List<Freeze> lifted)
      implements RolloutEvent {
    public ServiceUnfrozen {
      Check.required("head", head);
      lifted = Check.list(lifted);
    }
  }

  /// It was refused; nothing was changed.
  ///
  /// @param reasons everything that stands against it
  @JsonTypeName("rollout-rejected")
  record RolloutRejected(@JsonUnwrapped EventHead head, List<String> reasons)
      implements RolloutEvent {
    public RolloutRejected {
      Check.required("head", head);
      reasons = Check.list(reasons);
    }
  }

  /// It is the service's active rollout now.
  ///
  /// @param plan what it is going to do
  @JsonTypeName("rollout-started")
  record RolloutStarted(@JsonUnwrapped EventHead head, PlanView plan) implements RolloutEvent {
    public RolloutStarted {
      Check.required("head", head);
      Check.required("plan", plan);
    }
  }

  /// All checks are green; what each node had is recorded.
  ///
  /// @param nodes what each node runs now
  /// @param warnings what does not stop it
  /// @param plan what it is going to do, where that follows from what was found: which of two
  ///   groups stands by, or who is ill in an incident and so comes first; none where the plan is
  ///   that of [RolloutStarted]
  /// @param before what each SLI is before anything is changed; empty where nothing is watched, or
  ///   nothing was measured
  /// @param power what each of its windows can find by comparison; empty where nothing is compared
  @JsonTypeName("preflight-passed")
  record PreflightPassed(
      @JsonUnwrapped EventHead head,
      List<NodeView> nodes,
      List<String> warnings,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PlanView plan,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliBefore> before,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliPower> power)
      implements RolloutEvent {
    /// With the plan as it was told, and nothing measured.
    public PreflightPassed(EventHead head, List<NodeView> nodes, List<String> warnings) {
      this(head, nodes, warnings, null, List.of(), List.of());
    }

    public PreflightPassed {
      Check.required("head", head);
      nodes = Check.list(nodes);
      warnings = Check.list(warnings);
      before = Check.list(before);
      power = Check.list(power);
    }
  }

  /// At least one check is red; nothing was changed.
  ///
  /// @param problems all failures together
  /// @param warnings what would not have stopped it
  /// @param before what each SLI is
  @JsonTypeName("preflight-failed")
  record PreflightFailed(
      @JsonUnwrapped EventHead head,
      List<String> problems,
      List<String> warnings,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SliBefore> before)
      implements RolloutEvent {
    /// With nothing measured.
    public PreflightFailed(EventHead head, List<String> problems, List<String> warnings) {
      this(head, problems, warnings, List.of());
    }

    public PreflightFailed {
      Check.required("head", head);
      problems = Check.list(problems);
      warnings = Check.list(warnings);
      before = Check.list(before);
    }
  }

  /// A step began.
  ///
  /// @param step the step's name
  /// @param node its node
  /// @param undo whether it is part of a rollback
  @JsonTypeName("step-started")
  record StepStarted(
      @JsonUnwrapped EventHead head, String step, @Nullable String node, boolean undo)
      implements RolloutEvent {
    public StepStarted {
      Check.required("head", head);
      Check.required("step", step);
    }
  }

  /// A step is done.
  ///
  /// @param step the step's name
  /// @param node its node
  /// @param undo whether it is part of a rollback
  /// @param detail how it went
  @JsonTypeName("step-succeeded")
  record StepSucceeded(
      @JsonUnwrapped EventHead head,
      String step,
      @Nullable String node,
      boolean undo,
      String detail)
      implements RolloutEvent {
    public StepSucceeded {
      Check.required("head", head);
      Check.required("step", step);
      Check.required("detail", detail);
    }
  }

  /// A step failed.
  ///
  /// @param step the step's name
  /// @param node its node
  /// @param undo whether it is part of a rollback
  /// @param failure expected, found, and what to do
  /// @param attempt how often it was tried
  /// @param isFinal whether it is not tried again
  @JsonTypeName("step-failed")
  record StepFailed(
      @JsonUnwrapped EventHead head,
      String step,
      @Nullable String node,
      boolean undo,
      Failure failure,
      int attempt,
      @JsonProperty("final") boolean isFinal)
      implements RolloutEvent {
    public StepFailed {
      Check.required("head", head);
      Check.required("step", step);
      Check.required("failure", failure);
    }
  }

  /// A node left or entered rotation, or got another weight.
  ///
  /// @param nodes who is in rotation now, with which weight
  @JsonTypeName("traffic-shifted")
  record TrafficShifted(@JsonUnwrapped EventHead head, List<NodeView> nodes)
      implements RolloutEvent {
    public TrafficShifted {
      Check.required("head", head);
      nodes = Check.list(nodes);
    }
  }

  /// One slot of the window is judged.
  ///
  /// @param probe query, value, limits and verdict of each SLI
  /// @param green how many probes of the window are green
  /// @param needed how many it takes
  @JsonTypeName("sli-probed")
  record SliProbed(@JsonUnwrapped EventHead head, ProbeView probe, int green, int needed)
      implements RolloutEvent {
    public SliProbed {
      Check.required("head", head);
      Check.required("probe", probe);
    }
  }

  /// It waits for a person.
  ///
  /// @param waitingFor which human act it waits for
  @JsonTypeName("rollout-paused")
  record RolloutPaused(@JsonUnwrapped EventHead head, String waitingFor) implements RolloutEvent {
    public RolloutPaused {
      Check.required("head", head);
      Check.required("waitingFor", waitingFor);
    }
  }

  /// It goes on.
  @JsonTypeName("rollout-resumed")
  record RolloutResumed(@JsonUnwrapped EventHead head) implements RolloutEvent {
    public RolloutResumed {
      Check.required("head", head);
    }
  }

  /// A person skipped a wait.
  ///
  /// @param scope `step` or `full`
  /// @param answers what was said to the questions of the pause that was ended
  @JsonTypeName("rollout-promoted")
  record RolloutPromoted(@JsonUnwrapped EventHead head, String scope, List<Request.Answer> answers)
      implements RolloutEvent {
    public RolloutPromoted {
      answers = Check.list(answers);
      Check.required("head", head);
      Check.required("scope", scope);
    }
  }

  /// Everything done is being undone, newest first.
  ///
  /// @param cause what it will end as
  /// @param evidence the probes that decided it
  /// @param nodes the nodes that are taken back, in that order
  @JsonTypeName("rollback-started")
  record RollbackStarted(
      @JsonUnwrapped EventHead head, Outcome cause, List<ProbeView> evidence, List<String> nodes)
      implements RolloutEvent {
    public RollbackStarted {
      Check.required("head", head);
      Check.required("cause", cause);
      evidence = Check.list(evidence);
      nodes = Check.list(nodes);
    }
  }

  /// Every touched node is as it was.
  ///
  /// @param outcome why it was taken back
  /// @param nodes what each node runs now
  @JsonTypeName("rollback-completed")
  record RollbackCompleted(@JsonUnwrapped EventHead head, Outcome outcome, List<NodeView> nodes)
      implements RolloutEvent {
    public RollbackCompleted {
      Check.required("head", head);
      Check.required("outcome", outcome);
      nodes = Check.list(nodes);
    }
  }

  /// At least one node could not be taken back, and stays out of rotation.
  ///
  /// @param outcome why it was taken back
  /// @param nodes what each node runs now
  /// @param left which node is left in what state, and what to do
  @JsonTypeName("rollback-failed")
  record RollbackFailed(
      @JsonUnwrapped EventHead head, Outcome outcome, List<NodeView> nodes, List<String> left)
      implements RolloutEvent {
    public RollbackFailed {
      Check.required("head", head);
      Check.required("outcome", outcome);
      nodes = Check.list(nodes);
      left = Check.list(left);
    }
  }

  /// A peer failed; the rollout is over.
  ///
  /// @param nodes what each node runs now
  /// @param left which node is left in what state, and what to do
  @JsonTypeName("rollout-halted")
  record RolloutHalted(@JsonUnwrapped EventHead head, List<NodeView> nodes, List<String> left)
      implements RolloutEvent {
    public RolloutHalted {
      Check.required("head", head);
      nodes = Check.list(nodes);
      left = Check.list(left);
    }
  }

  /// The release is the last known good one.
  ///
  /// @param nodes what each node runs now
  @JsonTypeName("rollout-completed")
  record RolloutCompleted(@JsonUnwrapped EventHead head, List<NodeView> nodes)
      implements RolloutEvent {
    public RolloutCompleted {
      Check.required("head", head);
      nodes = Check.list(nodes);
    }
  }
}
