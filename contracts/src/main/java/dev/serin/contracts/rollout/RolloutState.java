package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rollout as it is now: the value on `serin.rollout-states.v1`, and what the API answers.
///
/// @param rolloutId derived from service and request id
/// @param reason why it was asked for
/// @param steps all steps of the plan, in order, then those of a rollback
/// @param lastProbe the newest probe; none before the first
/// @param waitingFor what it waits for now, one sentence; empty when it is over
/// @param next what happens then, one sentence; empty when it is over
/// @param nextAt when that is at the latest; none where no clock decides
/// @param outcome none until it is over
/// @param message one sentence on how it ended, or why it is where it is
/// @param problems everything that preflight or acceptance found against it
/// @param sequence the sequence number of the newest event that is in this state
/// @param updatedAt when this state was reached
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RolloutState(
    String rolloutId,
    String service,
    String version,
    String requestId,
    RolloutPhase phase,
    List<StepView> steps,
    List<NodeView> nodes,
    @Nullable ProbeView lastProbe,
    String waitingFor,
    String next,
    @Nullable Instant nextAt,
    String requestedBy,
    String reason,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable Outcome outcome,
    String message,
    List<String> problems,
    String strategy,
    long sequence,
    Instant queuedAt,
    Instant updatedAt) {
  public RolloutState {
    Check.text("rolloutId", rolloutId);
    Check.name("service", service);
    Check.text("version", version);
    Check.text("requestId", requestId);
    Check.required("phase", phase);
    steps = Check.list(steps);
    nodes = Check.list(nodes);
    Check.required("waitingFor", waitingFor);
    Check.required("next", next);
    Check.required("requestedBy", requestedBy);
    Check.required("reason", reason);
    Check.required("message", message);
    problems = Check.list(problems);
    Check.required("strategy", strategy);
    Check.required("queuedAt", queuedAt);
    Check.required("updatedAt", updatedAt);
  }
}
