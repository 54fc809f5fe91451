package dev.serin.cli.follow;

import dev.serin.contracts.rollout.RolloutState;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// How following a rollout ended.
public sealed interface Ending {
  /// The rollout is over.
  ///
  /// @param json the state as the coordinator gave it
  record Over(RolloutState state, JsonNode json) implements Ending {}

  /// It was refused, and has no state.
  record Refused(List<String> reasons, JsonNode event) implements Ending {}

  /// The time to wait is over; the rollout goes on.
  ///
  /// @param last the newest state known
  record TimedOut(Optional<JsonNode> last) implements Ending {}

  /// The coordinator stayed away for too long; the rollout goes on.
  record Lost(String why) implements Ending {}

  /// The person left; the rollout goes on.
  record Left() implements Ending {}
}
