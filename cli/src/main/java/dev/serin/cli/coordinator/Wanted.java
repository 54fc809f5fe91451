package dev.serin.cli.coordinator;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Which events: of a service, of a rollout, or all.
public record Wanted(@Nullable String service, @Nullable String rolloutId) {
  public static Wanted ofService(@Nullable String service) {
    return new Wanted(service, null);
  }

  public static Wanted ofRollout(String rolloutId) {
    return new Wanted(null, rolloutId);
  }

  String query() {
    if (rolloutId != null) {
      return "?rolloutId=" + Coordinator.segment(rolloutId);
    }
    return service == null ? "" : "?service=" + Coordinator.segment(service);
  }

  /// Whether it is one of them, where the coordinator does not sort them out.
  public boolean has(JsonNode event) {
    return (service == null || service.equals(event.path("service").asString("")))
        && (rolloutId == null || rolloutId.equals(event.path("rolloutId").asString("")));
  }
}
