package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// I8: data that is not there never counts as green, and a breach is acted on once. A window that
/// ended as green
/// 1. has a probe of each of its slots, from the first one on, as the sli-watcher published them;
/// 2. has as many green ones as it asked for when it began: one without data makes it longer, by
///    one;
/// 3. has green ones only where Prometheus gave a green value for that instant, and no red one.
///
/// What a promote skips, or a pause's clock ends, was not counted as green.
final class NoDataIsNotGreen implements Invariant {
  private final Truth truth;

  private final Windows windows = new Windows();
  private final Map<String, Map<Integer, Set<Verdict>>> probes = new HashMap<>();
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
    windows.commanded(command);
  }

  @Override
  public void answered(AgentEvent event) {
    if (event instanceof SlotProbed probed) {
      probes
          .computeIfAbsent(probed.analysisId(), id -> new HashMap<>())
          .computeIfAbsent(probed.slot(), slot -> EnumSet.noneOf(Verdict.class))
          .add(probed.verdict());
    }
  }

  @Override
  public void published(RolloutEvent event) {
    windows.published(event);
    String id = event.head().rolloutId();
    switch (event) {
      case RolloutEvent.RollbackStarted rollback -> {
        // An abort may widen a rollback that is under way; a breach is acted on once.
        if (rollback.cause() == Outcome.BREACHED && !rolledBack.add(id)) {
          throw broken(event.head().version() + " is rolled back twice for a breach");
        }
      }
      case RolloutEvent.StepSucceeded step when Windows.isGreen(step) ->
          judge(event, windows.of(id));
      case RolloutEvent.StepSucceeded step when step.step().equals("analyse") ->
          throw broken(
              event.head().version() + " passed its analysis by something else: " + step.detail());
      default -> {}
    }
  }

  private void judge(RolloutEvent event, @Nullable WatchSlis watch) {
    if (watch == null) {
      throw broken(event.head().version() + " was analysed, and nobody was asked to watch");
    }
    Map<Integer, Set<Verdict>> judged = probes.getOrDefault(watch.analysisId(), Map.of());
    int green = 0;
    int slot = 1;
    for (Set<Verdict> verdicts = judged.get(slot); verdicts != null; verdicts = judged.get(slot)) {
      if (verdicts.contains(Verdict.PASS)) {
        green++;
        compare(event, watch, slot);
      }
      slot++;
    }
    if (green < watch.lastSlot()) {
      throw broken(
          event.head().version()
              + " passed a window of "
              + watch.lastSlot()
              + " slots with "
              + green
              + " green ones: nobody has judged slot "
              + slot
              + " at "
              + at(watch, slot));
    }
  }

  private void compare(RolloutEvent event, WatchSlis watch, int slot) {
    Boolean was = truth.world().prometheus().wasGreen(at(watch, slot));
    if (!Boolean.TRUE.equals(was)) {
      throw broken(
          event.head().version()
              + " passed its analysis though slot "
              + slot
              + " at "
              + at(watch, slot)
              + (was == null ? " had no data" : " was red"));
    }
  }

  private static Instant at(WatchSlis watch, int slot) {
    return watch.start().plus(watch.interval().multipliedBy(slot));
  }
}
