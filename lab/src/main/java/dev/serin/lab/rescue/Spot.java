package dev.serin.lab.rescue;

import dev.serin.lab.cluster.Story;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A kind of step at whose beginning all of Serin dies.
public enum Spot {
  DRAIN("drain", Whose.FIRST, Way.FORTH),
  PUSH("push", Whose.FIRST, Way.FORTH),
  RESTART("restart", Whose.FIRST, Way.FORTH),
  READY("ready", Whose.FIRST, Way.FORTH),
  ANALYSE("analyse", Whose.ANY, Way.FORTH),
  /// The canary gets its share of the requests.
  SHIFT("shift", Whose.ANY, Way.FORTH),
  PEER_DRAIN("drain", Whose.FURTHER, Way.FORTH),
  PEER_RESTART("restart", Whose.FURTHER, Way.FORTH),
  /// The group that leaves stands by.
  PEER_MAINT("maint", Whose.FURTHER, Way.FORTH),
  /// What is watched once the peers are done.
  SOAK("analyse", Whose.ANY, Way.FORTH),
  BACK_DRAIN("drain", Whose.FIRST, Way.BACK),
  /// The recorded binary is put back.
  RESTORE("restore", Whose.FIRST, Way.BACK),
  BACK_RESTART("restart", Whose.FIRST, Way.BACK),
  /// Every node gets its own weight again.
  BACK_SHIFT("shift", Whose.ANY, Way.BACK),
  BACK_READY("ready", Whose.FIRST, Way.BACK),
  PEER_BACK_RESTART("restart", Whose.FURTHER, Way.BACK),
  /// The group that had left takes requests again.
  PEER_BACK_READY("ready", Whose.FURTHER, Way.BACK);

  private enum Whose {
    /// Of a canary, or of the group that comes.
    FIRST,
    /// Of a peer, or of the group that leaves.
    FURTHER,
    ANY
  }

  private enum Way {
    FORTH,
    /// Somebody has aborted the rollout.
    BACK
  }

  private final String step;
  private final Whose whose;
  private final Way way;

  Spot(String step, Whose whose, Way way) {
    this.step = step;
    this.whose = whose;
    this.way = way;
  }

  /// Whether it lies on the way back, from where nothing is finished any more.
  public boolean isOnTheWayBack() {
    return way == Way.BACK;
  }

  /// The ways that the sheet offers here.
  public List<Direction> directions() {
    return isOnTheWayBack() ? List.of(Direction.BACK) : List.of(Direction.values());
  }

  /// What has begun before it, where its own event alone does not tell it from another spot.
  @Nullable Spot after() {
    return this == SOAK ? PEER_DRAIN : null;
  }

  /// Whether this event is its beginning.
  ///
  /// @param first the nodes that get the release first
  boolean begins(JsonNode event, Set<String> first) {
    boolean ofFirst = first.contains(Story.text(event, "node"));
    return Story.text(event, "type").equals("step-started")
        && Story.text(event, "step").equals(step)
        && event.path("undo").asBoolean(false) == isOnTheWayBack()
        && switch (whose) {
          case FIRST -> ofFirst;
          case FURTHER -> !ofFirst;
          case ANY -> true;
        };
  }
}
