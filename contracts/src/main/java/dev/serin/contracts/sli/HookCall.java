package dev.serin.contracts.sli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.serin.contracts.Check;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.Hook;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a hook is told: the body of the call, without a `type` of its own.
///
/// @param hook the hook's name
/// @param at why it is called now
/// @param sha256 the artifact's digest
/// @param share the canary's share of the requests now, in per cent; none where the strategy shares
///   nothing, or not yet
/// @param outcome what a rollback ends as, or that the rollout halts; none on the way forward
/// @param why why it was taken back, or halts, one sentence; none on the way forward
/// @param evidence the newest probe, one sentence for each SLI; then what a rollback, or a rollout
///   that halts, has left
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"hook", "at"})
public record HookCall(
    String hook,
    Hook.At at,
    String rolloutId,
    String requestId,
    String service,
    String version,
    String sha256,
    RolloutPhase phase,
    String requestedBy,
    String reason,
    @Nullable Double share,
    @Nullable Outcome outcome,
    @Nullable String why,
    List<String> evidence) {
  public HookCall {
    Check.name("hook", hook);
    Check.required("at", at);
    Check.text("rolloutId", rolloutId);
    Check.text("requestId", requestId);
    Check.name("service", service);
    Check.text("version", version);
    Check.sha256("sha256", sha256);
    Check.required("phase", phase);
    Check.required("requestedBy", requestedBy);
    Check.required("reason", reason);
    evidence = Check.list(evidence);
  }
}
