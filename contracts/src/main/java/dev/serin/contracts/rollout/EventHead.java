package dev.serin.contracts.rollout;

import dev.serin.contracts.Check;
import java.time.Instant;

/// What every rollout event begins with. It stands flat in the event's JSON.
///
/// @param rolloutId derived from service and request id
/// @param requestId the request that the rollout comes from
/// @param service the service, and the record's key; `*` where a global freeze is answered
/// @param version the version that is rolled out
/// @param at when it was decided
/// @param sequence 1 for the rollout's first event, then one more each time, without gaps
/// @param phase the phase after it
/// @param by who: the requester of what caused it, or `serin`
/// @param why one sentence in plain words
public record EventHead(
    String rolloutId,
    String requestId,
    String service,
    String version,
    Instant at,
    long sequence,
    RolloutPhase phase,
    String by,
    String why) {
  public EventHead {
    Check.text("rolloutId", rolloutId);
    Check.text("requestId", requestId);
    if (!"*".equals(service)) {
      Check.name("service", service);
    }
    Check.text("version", version);
    Check.required("at", at);
    Check.atLeast("sequence", 1, sequence);
    Check.required("phase", phase);
    Check.text("by", by);
    Check.required("why", why);
  }
}
