package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What follows from one input.
///
/// @param next the ledger after it
/// @param commands to the agents, in order
/// @param events to the world, in order
/// @param states of the rollouts that changed
/// @param turns what is said to whoever keeps the turns
/// @param wakeAt when the saga wants to be woken; none when it waits for nothing
/// @param ignored why nothing followed; none where something did
public record Decision(
    Ledger next,
    List<AgentCommand> commands,
    List<RolloutEvent> events,
    List<RolloutState> states,
    List<TurnWord> turns,
    @Nullable Instant wakeAt,
    @Nullable Ignored ignored) {
  /// Why an input changes nothing.
  public enum Ignored {
    /// The request's id is known.
    KNOWN_REQUEST,
    /// No command waits for this answer: it is late, repeated, or of another rollout (I10).
    NOT_AWAITED,
    /// The slot is judged already, or belongs to another analysis.
    SLOT_JUDGED,
    /// A probe of an analysis whose rollout is being taken back: the breach is acted on once (I8).
    ALREADY_ROLLING_BACK,
    /// A definition may not be deleted while a rollout is active.
    ROLLOUT_ACTIVE,
    /// Nothing is due yet.
    NOT_DUE
  }

  public Decision {
    commands = List.copyOf(commands);
    events = List.copyOf(events);
    states = List.copyOf(states);
    turns = List.copyOf(turns);
  }
}
