package dev.serin.simulation.invariant;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.HashMap;
import java.util.Map;

/// I7: an abort outranks every other request in every state. What was on its way when it came may
/// still be told; nothing new goes forward.
final class AbortOutranks implements Invariant {
  /// An abort and an answer may be read in either order, once each for every topic.
  private static final int ON_THEIR_WAY = 3;

  private final Truth truth;
  private final Map<String, Integer> stepsSinceAbort = new HashMap<>();

  AbortOutranks(Truth truth) {
    this.truth = truth;
  }

  @Override
  public String name() {
    return "I7";
  }

  @Override
  public void requested(Request request) {
    RolloutState active = truth.active();
    if (request instanceof Request.AbortRequested && active != null) {
      stepsSinceAbort.putIfAbsent(active.rolloutId(), 0);
    }
  }

  @Override
  public void published(RolloutEvent event) {
    String id = event.head().rolloutId();
    if (event instanceof RolloutEvent.StepStarted step
        && !step.undo()
        && stepsSinceAbort.containsKey(id)
        && event.head().phase() != RolloutPhase.ROLLING_BACK
        && stepsSinceAbort.merge(id, 1, Integer::sum) > ON_THEIR_WAY) {
      throw broken(
          event.head().version() + " goes on with " + step.step() + " though it was aborted");
    }
  }
}
