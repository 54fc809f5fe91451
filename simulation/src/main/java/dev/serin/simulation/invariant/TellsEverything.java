package dev.serin.simulation.invariant;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I9: each decision is on `serin.rollouts.v1` with who, why and the evidence, numbered without
/// gaps, and each state is that of its newest event.
final class TellsEverything implements Invariant {
  private final Truth truth;
  private final Map<String, Long> sequences = new HashMap<>();

  TellsEverything(Truth truth) {
    this.truth = truth;
  }

  @Override
  public String name() {
    return "I9";
  }

  @Override
  public void published(RolloutEvent event) {
    var head = event.head();
    long expected = sequences.getOrDefault(head.rolloutId(), 0L) + 1;
    sequences.put(head.rolloutId(), head.sequence());
    if (head.sequence() != expected) {
      throw broken(head.version() + ": expected event " + expected + ", found " + head.sequence());
    }
    if (head.by().isBlank() || head.why().isBlank()) {
      throw broken(head.version() + ": event " + expected + " says not who or why");
    }
    if (event instanceof RolloutEvent.RollbackStarted rollback
        && rollback.cause() == Outcome.BREACHED
        && rollback.evidence().isEmpty()
        && !head.why().startsWith("no green probe")) {
      throw broken(head.version() + " is rolled back for a breach without evidence");
    }
  }

  @Override
  public void reached(RolloutState state) {
    List<RolloutEvent> events = truth.events().getOrDefault(state.rolloutId(), List.of());
    RolloutEvent newest = events.isEmpty() ? null : events.getLast();
    if (newest == null
        || newest.head().sequence() != state.sequence()
        || newest.head().phase() != state.phase()) {
      throw broken(
          state.version()
              + " is "
              + state.phase()
              + " at "
              + state.sequence()
              + ", its newest event is "
              + (newest == null
                  ? "missing"
                  : newest.head().phase() + " at " + newest.head().sequence()));
    }
  }
}
