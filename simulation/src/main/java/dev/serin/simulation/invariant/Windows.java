package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which analysis each rollout is in.
final class Windows {
  /// What was commanded last. An analysis may end and the next one begin in one decision, whose
  /// commands are seen before its events.
  private final Map<String, WatchSlis> newest = new HashMap<>();

  private final Map<String, WatchSlis> underWay = new HashMap<>();
  private final Map<String, WatchSlis> first = new HashMap<>();

  void commanded(AgentCommand command) {
    if (command instanceof WatchSlis watch) {
      first.putIfAbsent(watch.analysisId(), watch);
      newest.put(watch.head().rolloutId(), watch);
    }
  }

  void published(RolloutEvent event) {
    String id = event.head().rolloutId();
    if (event instanceof RolloutEvent.StepStarted step
        && isWatched(step.step())
        && newest.containsKey(id)) {
      String analysis = Objects.requireNonNull(newest.get(id)).analysisId();
      underWay.put(id, Objects.requireNonNull(first.get(analysis)));
    }
  }

  /// The analysis of the step that is under way, or was last, as it was first asked for: then its
  /// last slot is how many green ones it takes.
  @Nullable WatchSlis of(String rolloutId) {
    return underWay.get(rolloutId);
  }

  static boolean isWatched(String step) {
    return step.equals("analyse") || step.equals("pause");
  }

  /// Whether that window was counted as green. A pause may end by its clock as well.
  static boolean isGreen(RolloutEvent.StepSucceeded step) {
    return isWatched(step.step()) && step.detail().endsWith("probes were green");
  }
}
