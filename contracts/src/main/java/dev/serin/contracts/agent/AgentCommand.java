package dev.serin.contracts.agent;

/// A command of the coordinator to one of the agents.
public interface AgentCommand {
  CommandHead head();
}
