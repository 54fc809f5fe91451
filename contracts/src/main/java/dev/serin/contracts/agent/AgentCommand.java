package dev.serin.contracts.agent;

/// A command of the coordinator to one of the agents.
public interface AgentCommand {
  CommandHead head();

  /// Whether everything older that is under way for its service's nodes ends with it, unanswered.
  default boolean endsOthers() {
    return false;
  }
}
