package dev.serin.coordinator.view;

import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutEvent.RolloutResumed;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sound messages to test with.
public final class Samples {
  public static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private Samples() {}

  /// A definition as an operator writes it.
  public static String service(String name) {
    return """
    {
      "service": "%s",
      "pool": "api_pool",
      "loadBalancers": ["haproxy-1"],
      "nodes": [{"name": "%s-1"}, {"name": "%s-2", "canary": true}],
      "install": {"path": "/opt/app/app", "unit": "app"},
      "health": {"url": "http://127.0.0.1:8080/health", "within": "10s"},
      "analysis": {"window": "10s", "interval": "1s"},
      "slis": [{"name": "error-rate", "query": "errors", "max": "0.5%%"}]
    }
    """
        .formatted(name, name, name);
  }

  public static String release(String service, String requestId) {
    return """
    {
      "type": "release-requested",
      "requestId": "%s",
      "service": "%s",
      "requestedBy": "alice",
      "version": "2.0.0",
      "artifact": {"uri": "file:/artifacts/app", "sha256": "%s"}
    }
    """
        .formatted(requestId, service, "ab".repeat(32));
  }

  public static RolloutEvent event(String service, String rolloutId, long sequence) {
    return event(service, rolloutId, sequence, "because");
  }

  public static RolloutEvent event(String service, String rolloutId, long sequence, String why) {
    return new RolloutResumed(
        new EventHead(
            rolloutId,
            "r-1",
            service,
            "2.0.0",
            NOON.plusSeconds(sequence),
            sequence,
            RolloutPhase.ROLLING,
            "serin",
            why));
  }

  public static RolloutState state(
      String service, String rolloutId, RolloutPhase phase, long sequence) {
    return state(service, rolloutId, phase, sequence, NOON, null);
  }

  public static RolloutState state(
      String service,
      String rolloutId,
      RolloutPhase phase,
      long sequence,
      Instant queuedAt,
      @Nullable Instant endedAt) {
    return new RolloutState(
        rolloutId,
        service,
        "2.0.0",
        "r-1",
        phase,
        List.of(),
        List.of(),
        null,
        phase.isOver() ? "" : "the drain of " + service + "-2",
        phase.isOver() ? "" : "its binary is kept",
        null,
        "alice",
        "",
        queuedAt,
        endedAt,
        null,
        "",
        List.of(),
        "canary-then-peers",
        sequence,
        queuedAt,
        queuedAt.plusSeconds(sequence));
  }
}
