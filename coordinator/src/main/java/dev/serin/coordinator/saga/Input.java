package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What the saga decides on.
public sealed interface Input {
  /// When it reached the coordinator.
  Instant at();

  /// A request.
  ///
  /// @param known whether its id was seen for this service before
  record Asked(Request request, boolean known, Instant at) implements Input {}

  /// A definition; none deletes it.
  record Defined(@Nullable ServiceDefinition definition, Instant at) implements Input {}

  /// An agent's event.
  record Answered(AgentEvent event, Instant at) implements Input {}

  /// The time that a decision asked to be woken at has come.
  record Woken(Instant at) implements Input {}
}
