package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.time.Instant;

/// A command that waits for its answer.
///
/// @param askAt when it is sent (again)
/// @param deadline when it counts as failed
public record Pending(Agent agent, CommandHead head, Instant askAt, Instant deadline) {
  Pending askedAgainAt(Instant at) {
    return new Pending(agent, head, at, deadline);
  }

  Pending postponed(Duration by) {
    return new Pending(agent, head, askAt, deadline.plus(by));
  }
}
