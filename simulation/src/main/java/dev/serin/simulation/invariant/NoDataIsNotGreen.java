package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// I8: data that is not there never counts as green, and a breach is acted on once.
final class NoDataIsNotGreen implements Invariant {
  private final Truth truth;

  /// What was commanded last. An analysis may end and the next one begin in one decision, whose
  /// commands are seen before its events.
  private final Map<String, WatchSlis> newest = new HashMap<>();

  private final Map<String, WatchSlis> watches = new HashMap<>();
  private final Set<String> promoted = new HashSet<>();
  private final Set<String> rolledBack = new HashSet<>();

  NoDataIsNotGreen(Truth truth) {
    this.truth = truth;
  }

  @Override
  public String name() {
    return "I8";
  }

  @Override
  public void commanded(AgentCommand command) {
    if (command instanceof WatchSlis watch) {
      newest.put(watch.head().rolloutId(), watch);
      watches.computeIfPresent(
          watch.head().rolloutId(),
          (id, under) -> under.analysisId().equals(watch.analysisId()) ? watch : under);
    }
  }

  @Override
  public void published(RolloutEvent event) {
    String id = event.head().rolloutId();
    switch (event) {
      case RolloutEvent.RolloutPromoted promotion -> promoted.add(id);
      case RolloutEvent.RollbackStarted rollback -> {
        // An abort may widen a rollback that is under way; a breach is acted on once.
        if (rollback.cause() == Outcome.BREACHED && !rolledBack.add(id)) {
          throw broken(event.head().version() + " is rolled back twice for a breach");
        }
      }
      case RolloutEvent.StepStarted step when step.node() == null && newest.containsKey(id) ->
          watches.put(id, Objects.requireNonNull(newest.get(id)));
      case RolloutEvent.StepSucceeded step
          when step.step().equals("analyse") && !promoted.contains(id) ->
          judge(event, id);
      default -> {}
    }
  }

  private void judge(RolloutEvent event, String id) {
    WatchSlis watch = watches.get(id);
    if (watch == null) {
      throw broken(event.head().version() + " was analysed, and nobody was asked to watch");
    }
    for (int slot = 1; slot <= watch.lastSlot(); slot++) {
      Instant slotAt = watch.start().plus(watch.interval().multipliedBy(slot));
      Boolean green = truth.world().prometheus().wasGreen(slotAt);
      if (!Boolean.TRUE.equals(green) && slot > watch.lastSlot() - needed(watch)) {
        throw broken(
            event.head().version()
                + " passed its analysis though slot "
                + slot
                + " at "
                + slotAt
                + (green == null ? " had no data" : " was red"));
      }
    }
  }

  /// A slot without data extends the window: as many as it asked for at first must be green, and
  /// the last one is.
  private static int needed(WatchSlis watch) {
    return watch.lastSlot() > 0 ? 1 : 0;
  }
}
