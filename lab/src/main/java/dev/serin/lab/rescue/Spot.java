package dev.serin.lab.rescue;

import dev.serin.lab.cluster.Story;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A kind of step at whose beginning all of Serin dies.
public enum Spot {
  DRAIN("drain"),
  PUSH("push"),
  RESTART("restart"),
  READY("ready"),
  ANALYSE("analyse"),
  /// The canary gets its share of the requests.
  SHIFT("shift"),
  PEER_DRAIN("drain"),
  /// An aborted rollout puts the recorded binary back.
  RESTORE("restore");

  /// The lab's canary.
  static final String CANARY = "backend-api-2";

  private final String step;

  Spot(String step) {
    this.step = step;
  }

  /// Whether it lies on the way back, from where nothing is finished any more.
  public boolean isOnTheWayBack() {
    return this == RESTORE;
  }

  /// The ways that the sheet offers here.
  public List<Direction> directions() {
    return isOnTheWayBack() ? List.of(Direction.BACK) : List.of(Direction.values());
  }

  /// Whether this event is its beginning.
  boolean begins(JsonNode event) {
    String node = Story.text(event, "node");
    return Story.text(event, "type").equals("step-started")
        && Story.text(event, "step").equals(step)
        && event.path("undo").asBoolean(false) == isOnTheWayBack()
        && switch (this) {
          case DRAIN, PUSH, RESTART, READY, RESTORE -> node.equals(CANARY);
          case PEER_DRAIN -> !node.equals(CANARY);
          case ANALYSE, SHIFT -> true;
        };
  }
}
