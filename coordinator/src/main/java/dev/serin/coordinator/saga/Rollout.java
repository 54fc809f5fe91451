package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The active rollout of a service.
///
/// @param service the definition it runs by, as it was at the start, with the release's overrides
/// @param sequence of its newest event
/// @param steps forward, then those of a rollback
/// @param nodes by name; empty before preflight has passed
/// @param message one sentence on why it is where it is
public record Rollout(
    String rolloutId,
    ReleaseRequested request,
    ServiceDefinition service,
    Instant queuedAt,
    Instant startedAt,
    long sequence,
    Phase phase,
    List<Step> steps,
    Map<String, NodeRecord> nodes,
    List<Pending> pending,
    @Nullable ProbeView lastProbe,
    String message) {
  public Rollout {
    steps = List.copyOf(steps);
    nodes = Map.copyOf(nodes);
    pending = List.copyOf(pending);
  }
}
