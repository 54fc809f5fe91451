package dev.serin.simulation.invariant;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/// What waits in the broker is read before any window ends: none ends well where a red probe of one
/// of its slots lay there
/// 1. before the probe that made it green: both are in one log;
/// 2. for [#NOTICED] before the decision, where a person's promote ended it, or a clock: a pause
///    that nobody ended in time is taken back for what was read, not for the time.
///
/// A person who resumes has seen what was told by then.
final class ReadsItsBacklog implements Invariant {
  /// A coordinator that stood still for less does not notice.
  private static final Duration NOTICED = Duration.ofSeconds(3);

  private final Circumstances circumstances;
  private final Truth truth;
  private final Windows windows = new Windows();

  /// By the analysis's name, as they are in the log.
  private final Map<String, List<SlotProbed>> probes = new HashMap<>();

  private final Set<SlotProbed> all = new HashSet<>();

  /// All that could be read the last time: there are only ever more of them.
  private Set<SlotProbed> newest = Set.of();

  /// What could be read by then.
  private final NavigableMap<Instant, Set<SlotProbed>> readable = new TreeMap<>();

  private final Map<String, Set<Instant>> told = new HashMap<>();
  private final Set<String> resumed = new HashSet<>();

  ReadsItsBacklog(Truth truth, Circumstances circumstances) {
    this.truth = truth;
    this.circumstances = circumstances;
  }

  @Override
  public String name() {
    return "backlog";
  }

  @Override
  public void commanded(AgentCommand command) {
    windows.commanded(command);
  }

  @Override
  public void answered(AgentEvent event) {
    if (event instanceof SlotProbed probed) {
      probes.computeIfAbsent(probed.analysisId(), id -> new ArrayList<>()).add(probed);
      if (probed.verdict() == Verdict.FAIL) {
        all.add(probed);
      }
    }
  }

  @Override
  public void passed() {
    if (circumstances.isHeard(Topics.SLI_EVENTS)) {
      if (newest.size() != all.size()) {
        newest = Set.copyOf(all);
      }
      readable.put(truth.loop().now(), newest);
    }
  }

  @Override
  public void decided(RolloutEvent event, Instant at) {
    windows.published(event);
    String id = event.head().rolloutId();
    switch (event) {
      case RolloutEvent.SliProbed probed when probed.probe().verdict() == Verdict.FAIL ->
          told.computeIfAbsent(id, rollout -> new HashSet<>()).add(probed.probe().at());
      case RolloutEvent.RolloutResumed again ->
          told.getOrDefault(id, Set.of()).forEach(slotAt -> resumed.add(id + slotAt));
      case RolloutEvent.StepSucceeded step when Windows.isWatched(step.step()) -> {
        WatchSlis watch = windows.of(id);
        if (watch != null) {
          judge(event, Windows.isGreen(step) ? untilGreen(watch) : until(watch, at), step.step());
        }
      }
      case RolloutEvent.RollbackStarted back when isByTheClock(back) -> {
        WatchSlis watch = windows.of(id);
        if (watch != null) {
          judge(event, until(watch, at), "pause");
        }
      }
      default -> {}
    }
  }

  private static boolean isByTheClock(RolloutEvent.RollbackStarted back) {
    return back.cause() == Outcome.FAILED && back.head().why().startsWith("nobody promoted");
  }

  private void judge(RolloutEvent event, List<SlotProbed> read, String step) {
    for (SlotProbed probed : read) {
      if (isRed(probed)) {
        throw broken(
            event.head().version()
                + " is through with its "
                + step
                + " though the red probe of slot "
                + probed.slot()
                + " at "
                + probed.slotAt()
                + " waited in the broker");
      }
    }
  }

  private boolean isRed(SlotProbed probed) {
    return probed.verdict() == Verdict.FAIL
        && !resumed.contains(probed.head().rolloutId() + probed.slotAt());
  }

  /// The probes up to the one that made the window green: all where none did.
  private List<SlotProbed> untilGreen(WatchSlis watch) {
    List<SlotProbed> log = probes.getOrDefault(watch.analysisId(), List.of());
    Map<Integer, Verdict> judged = new HashMap<>();
    for (int i = 0; i < log.size(); i++) {
      SlotProbed probed = log.get(i);
      if (!isRed(probed)) {
        judged.putIfAbsent(probed.slot(), probed.verdict());
      }
      if (isGreen(judged, watch.lastSlot())) {
        return log.subList(0, i);
      }
    }
    return log;
  }

  /// @param needed how many green ones it takes: each slot that was not adds one
  private static boolean isGreen(Map<Integer, Verdict> judged, int needed) {
    int green = 0;
    for (int slot = 1; judged.containsKey(slot); slot++) {
      green += judged.get(slot) == Verdict.PASS ? 1 : 0;
    }
    return green >= needed;
  }

  private List<SlotProbed> until(WatchSlis watch, Instant at) {
    var then = readable.floorEntry(at.minus(NOTICED));
    return then == null
        ? List.of()
        : probes.getOrDefault(watch.analysisId(), List.of()).stream()
            .filter(then.getValue()::contains)
            .toList();
  }
}
