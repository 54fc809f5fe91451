package dev.serin.cli.follow;

import dev.serin.contracts.rollout.RolloutState;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Whoever wants to see a rollout go: lines, JSON or a live view. Called on one thread.
public interface Follower {
  /// What happened, each event once and in order.
  void happened(JsonNode event);

  /// The rollout is in this state now; called for each poll, also when nothing changed.
  void isNow(RolloutState state);

  /// The coordinator doesn't answer; said once, until [#reached].
  void lost(String sentence);

  /// The coordinator answers again.
  void reached();

  /// A moment passed; several a second.
  ///
  /// @return the way out, when the person wants to leave
  default Optional<Ending> tick() {
    return Optional.empty();
  }
}
