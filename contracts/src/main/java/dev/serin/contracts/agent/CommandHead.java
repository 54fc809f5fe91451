package dev.serin.contracts.agent;

import dev.serin.contracts.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What every command to an agent begins with. It stands flat in the command's JSON.
///
/// @param commandId names the command for ever: asked again, it has its effect once
/// @param rolloutId the rollout that the command is a part of
/// @param service the service, and the record's key
/// @param node the node that it is about; none where it is about all of them
/// @param fence grows with every command of a service, over all rollouts, by the milliseconds of
///   the coordinator's clock; an agent refuses a command whose fence is below the highest that it
///   obeyed for the same node, and one that is more than an hour ahead of its own clock
/// @param sentAt when the coordinator first decided to send it
public record CommandHead(
    String commandId,
    String rolloutId,
    String service,
    @Nullable String node,
    long fence,
    Instant sentAt) {
  public CommandHead {
    Check.text("commandId", commandId);
    Check.text("rolloutId", rolloutId);
    Check.name("service", service);
    if (node != null) {
      Check.name("node", node);
    }
    Check.atLeast("fence", 1, fence);
    Check.required("sentAt", sentAt);
  }

  /// The head of an answer to this command.
  public AnswerHead answered(Instant at) {
    return new AnswerHead(commandId, rolloutId, service, node, fence, at);
  }
}
