package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.CommandHead;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A command that waits for its answer.
///
/// @param askAt when it is sent (again)
/// @param deadline when it counts as failed
/// @param hook which hook it calls at preflight; none for every other command
public record Pending(
    Agent agent, CommandHead head, Instant askAt, Instant deadline, @Nullable String hook) {
  Pending askedAgainAt(Instant at) {
    return new Pending(agent, head, at, deadline, hook);
  }

  Pending postponed(Duration by) {
    return new Pending(agent, head, askAt, deadline.plus(by), hook);
  }
}
