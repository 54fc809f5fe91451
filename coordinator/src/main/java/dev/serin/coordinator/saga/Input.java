package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Instant;
import java.util.List;
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

  /// This ledger is gone, or older than what was published.
  ///
  /// @param gone whether there is none at all
  /// @param open the rollouts that were published as not over
  /// @param definition the service's, as it was given last
  /// @param newest when something was published of it last
  record Lost(
      boolean gone,
      List<RolloutState> open,
      @Nullable ServiceDefinition definition,
      Instant newest,
      Instant at)
      implements Input {
    public Lost {
      open = List.copyOf(open);
    }
  }

  /// A turn was granted.
  record Granted(String rolloutId, Instant at) implements Input {}

  /// The time that a decision asked to be woken at has come.
  record Woken(Instant at) implements Input {}
}
