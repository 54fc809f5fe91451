package dev.serin.simulation;

import dev.serin.contracts.rollout.RolloutPhase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What comes in a phase only as an echo: the answer to a command that nobody waits for any more,
/// or that was never given there. It changes nothing (I10), so that no cell of it is wanted. With
/// [Cells#IMPOSSIBLE] and [Cells#wanted] it makes up all there is.
final class NotAwaited {
  private static final String STEP = "no step has begun: nothing but checks is asked";
  private static final String PREFLIGHT_IS_OVER =
      "preflight is over; a check's answer that comes again is one to a command that nobody awaits";
  private static final String NOBODY_WATCHES =
      "the analysis has ended: a probe that comes late belongs to none";
  private static final String ANEW =
      "what comes of a step that was under way is not awaited: it is asked anew";
  private static final String ONLY_ANALYSIS = "no step but the analysis is under way";

  /// Phases in which no rollout is under way, and why nothing is awaited.
  static final Map<RolloutPhase, String> NOT_UNDER_WAY =
      Map.of(
          RolloutPhase.QUEUED, "nothing was commanded yet",
          RolloutPhase.COMPLETED, "it is over: a late answer is told in the log, and counted",
          RolloutPhase.ROLLED_BACK, "it is over: a late answer is told in the log, and counted",
          RolloutPhase.REJECTED, "it never began",
          RolloutPhase.HALTED, "it is over: a late answer is told in the log, and counted",
          RolloutPhase.ROLLBACK_FAILED,
              "it is over: a late answer is told in the log, and counted");

  private static final Map<RolloutPhase, Map<String, String>> WHY =
      Map.of(
          RolloutPhase.PREFLIGHT,
          Map.of(
              "server-drained, server-ready, server-serving, servers-weighed, binary-kept,"
                  + " artifact-pushed, units-restarted, health-passed, smoke-test-passed,"
                  + " binary-restored",
              STEP,
              "traffic-observed, slot-probed",
              "nothing is guarded or watched before preflight has passed"),
          RolloutPhase.ROLLING,
          Map.of(
              "pool-checked, instances-inspected, slis-checked",
              PREFLIGHT_IS_OVER,
              "binary-restored",
              "only a way back restores, and is told as one",
              "slot-probed",
              NOBODY_WATCHES),
          RolloutPhase.ANALYSING,
          Map.of(
              "pool-checked, instances-inspected, slis-checked",
              PREFLIGHT_IS_OVER,
              "server-drained, server-ready, server-serving, servers-weighed, haproxy-failed,"
                  + " binary-kept, artifact-pushed, units-restarted, health-passed,"
                  + " binary-restored, incus-failed",
              ONLY_ANALYSIS),
          RolloutPhase.PAUSED,
          Map.of(
              "pool-checked, instances-inspected, slis-checked",
              PREFLIGHT_IS_OVER,
              "server-drained, server-ready, server-serving, servers-weighed, haproxy-failed,"
                  + " binary-kept, artifact-pushed, units-restarted, health-passed,"
                  + " binary-restored, incus-failed",
              ANEW),
          RolloutPhase.ROLLING_BACK,
          Map.of(
              "pool-checked, instances-inspected, slis-checked",
              PREFLIGHT_IS_OVER,
              "binary-kept, artifact-pushed",
              "nothing is installed on the way back but what was kept",
              "slot-probed",
              NOBODY_WATCHES));

  private NotAwaited() {}

  /// Every reason why the event is not wanted in the phase; one is enough, two are a contradiction.
  static List<String> reasons(RolloutPhase phase, String event) {
    List<String> reasons = new ArrayList<>();
    if (NOT_UNDER_WAY.containsKey(phase)) {
      reasons.add(NOT_UNDER_WAY.get(phase));
    }
    for (var all : List.of(WHY, Cells.IMPOSSIBLE)) {
      all.getOrDefault(phase, Map.of())
          .forEach((events, why) -> {
            if (Set.of(events.split(", ")).contains(event)) {
              reasons.add(why);
            }
          });
    }
    return reasons;
  }
}
