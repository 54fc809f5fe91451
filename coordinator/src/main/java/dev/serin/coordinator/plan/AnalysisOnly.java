package dev.serin.coordinator.plan;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.Strategies;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// The strategy that watches what somebody else deploys: Serin touches no node and no load
/// balancer, so there is nothing to guard, to drain, to ask or to take back. A breach ends it, and
/// so does data that stays away: the script that waits for the answer goes on.
final class AnalysisOnly {
  private AnalysisOnly() {}

  /// Takes everything out of the definition that would be touched.
  static void touchNothing(ObjectNode merged) {
    List.of(
            "pool",
            "loadBalancers",
            "onLoadBalancerDown",
            "trafficSteps",
            "smoke",
            "soak",
            "pauses")
        .forEach(merged::remove);
    endsBy(merged);
    merged
        .path("slis")
        .forEach(sli -> {
          if (sli instanceof ObjectNode fields && fields.hasNonNull("onBreach")) {
            endsBy(fields);
          }
        });
    if (merged.get("noData") instanceof ObjectNode noData) {
      noData.set("then", Json.mapper().valueToTree(NoDataThen.ROLLBACK));
    }
  }

  /// There is no canary to keep out, and nobody who would go on: but for what only warns, a breach
  /// ends it.
  private static void endsBy(ObjectNode fields) {
    if (!fields.path("onBreach").asString("").equals("warn")) {
      fields.set("onBreach", Json.mapper().valueToTree(OnBreach.ROLLBACK));
    }
  }

  /// What stands against an analysis.
  static List<String> problems(ServiceDefinition service) {
    return service.strategy().equals(Strategies.ANALYSIS_ONLY) && !service.isWatched()
        ? List.of(
            "analysis.window: expected one above 0, since strategy analysis-only does nothing but"
                + " watch, found none")
        : List.of();
  }
}
