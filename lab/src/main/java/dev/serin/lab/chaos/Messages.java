package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Story;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Whether a message was lost, told twice or made up, by everything that is on `serin.rollouts.v1`.
final class Messages {
  private Messages() {}

  /// What is not as it should be.
  ///
  /// @param accepted the rollouts whose requests were answered 202
  /// @param steering the ids that acts on a rollout have of their own: one that came too late has
  ///   its refusal under it
  /// @param told every event, in the topic's order
  static List<String> violations(Set<String> accepted, Set<String> steering, List<JsonNode> told) {
    Map<String, List<JsonNode>> rollouts = new LinkedHashMap<>();
    accepted.forEach(rollout -> rollouts.put(rollout, new ArrayList<>()));
    told.forEach(event ->
        rollouts
            .computeIfAbsent(Story.text(event, "rolloutId"), _ -> new ArrayList<>())
            .add(event));
    List<String> violations = new ArrayList<>();
    rollouts.forEach((rollout, events) -> {
      if (steering.contains(rollout)) {
        refusal(rollout, events, violations);
        return;
      }
      if (!accepted.contains(rollout)) {
        violations.add(rollout + ": nobody asked for it");
      }
      sequence(rollout, events, violations);
      long ends = events.stream().filter(Story::isEnd).count();
      if (ends != 1) {
        violations.add(rollout + ": was accepted and has " + ends + " ends");
      } else if (!Story.isEnd(events.getLast())) {
        violations.add(rollout + ": its end is followed by " + events.getLast());
      }
    });
    return violations;
  }

  private static void refusal(String act, List<JsonNode> events, List<String> violations) {
    JsonNode first = events.getFirst();
    if (events.size() > 1 || !Story.text(first, "phase").equals("REJECTED")) {
      violations.add(act + ": expected its refusal alone, found " + events);
    }
  }

  private static void sequence(String rollout, List<JsonNode> events, List<String> violations) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).path("sequence").asInt(0) != i + 1) {
        violations.add(rollout + ": its sequence has a gap or a number twice at " + (i + 1));
        return;
      }
    }
  }
}
