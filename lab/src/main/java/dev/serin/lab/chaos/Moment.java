package dev.serin.lab.chaos;

import dev.serin.lab.cluster.Story;
import tools.jackson.databind.JsonNode;

/// Where in a rollout a fault begins, by what the rollout says of itself.
enum Moment {
  /// Wherever the rollout is, and whatever is broken already.
  AT_ONCE("at once"),
  PREFLIGHT("preflight"),
  DRAIN("drain"),
  PUSH("push"),
  RESTART("restart"),
  READY("ready"),
  ANALYSE("analyse"),
  /// Something is taken back.
  BACK("way back");

  private final String words;

  Moment(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /// Whether this event is its beginning.
  boolean begins(JsonNode event) {
    return switch (this) {
      case AT_ONCE -> true;
      case PREFLIGHT -> Story.text(event, "type").equals("rollout-started");
      case BACK -> isStep(event) && event.path("undo").asBoolean(false);
      case DRAIN, PUSH, RESTART, READY, ANALYSE ->
          isStep(event)
              && Story.text(event, "step").equals(words)
              && !event.path("undo").asBoolean(false);
    };
  }

  private static boolean isStep(JsonNode event) {
    return Story.text(event, "type").equals("step-started");
  }
}
