package dev.serin.contracts.agent;

import dev.serin.contracts.agent.CommandDesk.Refusal;
import dev.serin.contracts.json.Quantities;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What of a command no coordinator can mean, or a newer one has outdone.
public final class Credence {
  private static final Logger log = LoggerFactory.getLogger(Credence.class);

  /// How far a fence may be ahead of this clock.
  private static final Duration CLOCKS_APART = Duration.ofHours(1);

  private final InstantSource clock;

  public Credence(InstantSource clock) {
    this.clock = clock;
  }

  /// Why a command is not obeyed; none where it is.
  ///
  /// @param highestFence of what was obeyed for the same node
  public @Nullable Refusal refusalOf(AgentCommand command, long highestFence) {
    CommandHead head = command.head();
    if (isFuture(head)) {
      return future(head);
    }
    AgentCommand.Ahead far = tooFarAhead(command);
    if (far != null) {
      return future(head, far);
    }
    return head.fence() < highestFence ? stale(head, highestFence) : null;
  }

  /// Whether it would be obeyed as far as its times go.
  boolean isGivenTo(AgentCommand command) {
    return !isFuture(command.head()) && tooFarAhead(command) == null;
  }

  private boolean isFuture(CommandHead head) {
    return head.fence() > clock.instant().plus(CLOCKS_APART).toEpochMilli();
  }

  /// The first of the command's instants that no coordinator can mean; none where all are near.
  private AgentCommand.@Nullable Ahead tooFarAhead(AgentCommand command) {
    for (AgentCommand.Ahead ahead : command.ahead()) {
      if (ahead.time().isAfter(clock.instant().plus(ahead.atMost()))) {
        return ahead;
      }
    }
    return null;
  }

  private Refusal stale(CommandHead head, long highest) {
    return new Refusal(
        head.answered(clock.instant()),
        new Failure(
            Failure.Reason.STALE,
            "a command with fence " + highest + " or more for " + head.node(),
            "fence " + head.fence(),
            "",
            false));
  }

  private Refusal future(CommandHead head) {
    Instant now = clock.instant();
    return new Refusal(
        head.answered(now),
        new Failure(
            Failure.Reason.INVALID,
            "a fence that is at most an hour ahead of the agent's clock",
            "fence " + head.fence() + ", the clock is at " + now.toEpochMilli() + " (" + now + ")",
            "set the clocks of the coordinator and of the agent",
            false));
  }

  private Refusal future(CommandHead head, AgentCommand.Ahead far) {
    Instant now = clock.instant();
    log.atWarn()
        .addKeyValue("command", head.commandId())
        .log("refused: {} is {}, the clock is at {}", far.field(), far.time(), now);
    return new Refusal(
        head.answered(now),
        new Failure(
            Failure.Reason.INVALID,
            far.field()
                + " at most "
                + Quantities.shown(far.atMost())
                + " ahead of the agent's clock",
            far.field() + " " + far.time() + ", the clock is at " + now,
            "set the clocks of the coordinator and of the agent",
            false));
  }
}
