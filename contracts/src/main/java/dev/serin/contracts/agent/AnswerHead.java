package dev.serin.contracts.agent;

import dev.serin.contracts.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What every event of an agent begins with: the command that it answers, and when.
///
/// @param commandId the command that is answered
/// @param at when the agent saw the outcome
public record AnswerHead(
    String commandId,
    String rolloutId,
    String service,
    @Nullable String node,
    long fence,
    Instant at) {
  public AnswerHead {
    Check.text("commandId", commandId);
    Check.text("rolloutId", rolloutId);
    Check.name("service", service);
    Check.atLeast("fence", 1, fence);
    Check.required("at", at);
  }
}
