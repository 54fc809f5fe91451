package dev.serin.contracts.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A command of the coordinator to one of the agents.
public interface AgentCommand {
  CommandHead head();

  /// Whether everything older that is under way for its service's nodes ends with it, unanswered.
  default boolean endsOthers() {
    return false;
  }

  /// Whether the next of its kind for the same rollout says all that it says: a lease's renewal.
  default boolean renews() {
    return false;
  }

  /// The instants that its agent goes by. One further ahead is not obeyed: a lease in a thousand
  /// years would never end.
  default List<Ahead> ahead() {
    return List.of();
  }

  /// An instant in a command.
  ///
  /// @param field what it is called there
  /// @param atMost how far it may be ahead of the agent's clock
  record Ahead(String field, Instant time, Duration atMost) {
    /// What an agent does until it is told again: a few seconds by nature, and clocks may be apart.
    public static Ahead lease(Instant until) {
      return new Ahead("leaseUntil", until, Duration.ofHours(1));
    }

    /// What follows from the service's own durations, which may be long.
    public static Ahead planned(String field, Instant time) {
      return new Ahead(field, time, Duration.ofDays(31));
    }
  }
}
