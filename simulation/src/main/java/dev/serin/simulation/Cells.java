package dev.serin.simulation;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.simulation.fault.FaultKind;
import dev.serin.simulation.world.Mishap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The cells that must be reached: each event in each phase in which it says something, with each
/// fault just before it. What a guard or a look tells by itself is the trace of a fault already (a
/// hand, a reload, a silence): it must come in each of its phases, after whatever it was.
///
/// What can't be is named in [#IMPOSSIBLE], with the reason; anything else that many seeds don't
/// reach is a gap in the simulation.
final class Cells {
  /// Stands for every fault, and for none.
  static final String WHATEVER = "whatever went wrong";

  private Cells() {}

  /// What is awaited in each phase. A pause of the plan is watched, and so is told as one.
  private static final List<Awaited> AWAITED =
      List.of(
          new Awaited(
              RolloutPhase.PREFLIGHT,
              "pool-checked",
              "instances-inspected",
              "slis-checked",
              "hook-answered"),
          new Awaited(
              RolloutPhase.ROLLING,
              "server-drained",
              "binary-kept",
              "artifact-pushed",
              "units-restarted",
              "health-passed",
              "smoke-test-passed",
              "server-ready",
              "server-serving",
              "servers-weighed",
              "hook-answered",
              "haproxy-failed",
              "incus-failed",
              "traffic-observed"),
          new Awaited(RolloutPhase.ANALYSING, "slot-probed", "traffic-observed"),
          new Awaited(RolloutPhase.PAUSED, "slot-probed", "traffic-observed"),
          new Awaited(
              RolloutPhase.ROLLING_BACK,
              "server-drained",
              "binary-restored",
              "units-restarted",
              "health-passed",
              "server-ready",
              "server-serving",
              "servers-weighed",
              "hook-answered",
              "haproxy-failed",
              "incus-failed",
              "traffic-observed"));

  /// What is told by itself, once something has gone wrong.
  private static final List<Awaited> TOLD =
      List.of(
          new Awaited(
              RolloutPhase.ROLLING,
              "dead-man-went-off",
              "drift-mended",
              "drift-remains",
              "servers-changed-by-hand",
              "instances-changed-by-hand"),
          new Awaited(
              RolloutPhase.ANALYSING,
              "dead-man-went-off",
              "drift-mended",
              "drift-remains",
              "servers-changed-by-hand",
              "instances-changed-by-hand"),
          new Awaited(
              RolloutPhase.PAUSED,
              "dead-man-went-off",
              "drift-mended",
              "drift-remains",
              "servers-changed-by-hand",
              "instances-changed-by-hand"),
          new Awaited(
              RolloutPhase.ROLLING_BACK,
              "dead-man-went-off",
              "drift-mended",
              "drift-remains",
              "servers-changed-by-hand"));

  /// What can't be, and why.
  static final Map<RolloutPhase, Map<String, String>> IMPOSSIBLE =
      Map.of(
          RolloutPhase.PREFLIGHT,
          Map.of(
              "dead-man-went-off, drift-mended, drift-remains, servers-changed-by-hand",
              "nothing is guarded before preflight has passed",
              "instances-changed-by-hand",
              "what the instances are like is only being asked",
              "haproxy-failed, incus-failed, sli-failed",
              "a check's answer has its own problems in it; an agent refuses one only for a fence"
                  + " that is more than an hour ahead of its clock, and no clock here is"),
          RolloutPhase.ROLLING,
          Map.of(
              "sli-failed",
              "commands to the watcher are about no node, so that none is older than another"),
          RolloutPhase.ANALYSING,
          Map.of(
              "sli-failed",
              "commands to the watcher are about no node, so that none is older than another",
              "smoke-test-passed, hook-answered",
              "no step but the analysis is under way"),
          RolloutPhase.PAUSED,
          Map.of(
              "sli-failed",
              "commands to the watcher are about no node, so that none is older than another",
              "smoke-test-passed, hook-answered",
              "what comes of a step that was under way is not awaited: it is asked anew"),
          RolloutPhase.ROLLING_BACK,
          Map.of(
              "instances-changed-by-hand",
              "nobody looks: a restore compares before it changes anything",
              "smoke-test-passed",
              "what the old version answers is another thing: there is none on the way back",
              "sli-failed",
              "commands to the watcher are about no node, so that none is older than another"));

  private record Awaited(RolloutPhase phase, List<String> events) {
    Awaited(RolloutPhase phase, String... events) {
      this(phase, List.of(events));
    }
  }

  /// All faults by name.
  static Set<String> faults() {
    Set<String> names = new TreeSet<>();
    for (FaultKind kind : FaultKind.values()) {
      names.add(kind.name());
    }
    for (Mishap.Kind kind : Mishap.Kind.values()) {
      if (kind != Mishap.Kind.NONE) {
        names.add(kind.name());
      }
    }
    return names;
  }

  static Stream<Coverage.Cell> wanted() {
    List<Coverage.Cell> cells = new ArrayList<>();
    for (Awaited awaited : AWAITED) {
      for (String event : awaited.events()) {
        for (String fault : faults()) {
          cells.add(new Coverage.Cell(awaited.phase(), event, fault));
        }
      }
    }
    for (Awaited told : TOLD) {
      for (String event : told.events()) {
        cells.add(new Coverage.Cell(told.phase(), event, WHATEVER));
      }
    }
    return cells.stream();
  }

  /// Those that were not reached.
  static List<Coverage.Cell> unreached(Coverage coverage) {
    return wanted().filter(cell -> !coverage.isReached(cell)).toList();
  }

  /// What the report says.
  static String report(Coverage coverage) {
    List<Coverage.Cell> unreached = unreached(coverage);
    StringBuilder text =
        new StringBuilder(
            "%n%,d of %,d cells (phase × event × fault) reached%n"
                .formatted(wanted().count() - unreached.size(), wanted().count()));
    unreached.forEach(cell ->
        text.append(
            "- unreached: %s, %s, %s%n".formatted(cell.phase(), cell.event(), cell.fault())));
    return text.toString();
  }
}
