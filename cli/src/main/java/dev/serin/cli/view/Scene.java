package dev.serin.cli.view;

import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/// What is known of a rollout at one moment.
///
/// @param events those known, oldest first; may be none
public record Scene(
    RolloutState state, List<RolloutEvent> events, Instant now, ZoneId zone, Marks marks) {
  public Scene {
    events = List.copyOf(events);
  }
}
