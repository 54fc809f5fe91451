package dev.serin.contracts.agent;

/// What an agent tells the coordinator, always as an answer to a command.
public interface AgentEvent {
  AnswerHead head();
}
