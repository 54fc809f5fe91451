package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.ReleasePlan.PlannedSli;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.util.ArrayList;
import java.util.List;

/// What a plan says of each SLI: how it is judged, from when on, and what it comes to.
final class PlannedSlis {
  private PlannedSlis() {}

  static List<PlannedSli> of(ServiceDefinition service) {
    return service.slis().stream()
        .map(sli -> new PlannedSli(sli.name(), judged(sli), sli.from(), service.onBreach(sli)))
        .toList();
  }

  /// Such as `below 0.5; at most 1.1 times the baseline's`.
  private static String judged(Sli sli) {
    List<String> limits = new ArrayList<>();
    if (sli.max() != null) {
      limits.add("below " + Quantities.shown(sli.max()));
    }
    if (sli.min() != null) {
      limits.add("above " + Quantities.shown(sli.min()));
    }
    if (sli.maxDelta() != null) {
      limits.add("at most " + Quantities.shown(sli.maxDelta()) + " above the baseline's");
    }
    if (sli.maxRatio() != null) {
      limits.add("at most " + Quantities.shown(sli.maxRatio()) + " times the baseline's");
    }
    return String.join("; ", limits);
  }
}
