package dev.serin.simulation;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.simulation.fault.FaultKind;
import dev.serin.simulation.world.Mishap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The cells that must be reached: each event that is awaited in a phase, with each fault just
/// before it. What can't be is named here, with the reason; anything else that many seeds don't
/// reach is a gap in the simulation.
final class Cells {
  private Cells() {}

  /// What is awaited in each phase. A guard tells of what others did in the two phases in which a
  /// rollout goes forward.
  private static final List<Awaited> AWAITED =
      List.of(
          new Awaited(
              RolloutPhase.PREFLIGHT, "pool-checked", "instances-inspected", "slis-checked"),
          new Awaited(
              RolloutPhase.ROLLING,
              "server-drained",
              "binary-kept",
              "artifact-pushed",
              "units-restarted",
              "health-passed",
              "server-ready",
              "server-serving",
              "servers-weighed",
              "haproxy-failed",
              "incus-failed",
              "traffic-observed"),
          new Awaited(RolloutPhase.ANALYSING, "slot-probed", "traffic-observed"),
          new Awaited(
              RolloutPhase.ROLLING_BACK,
              "server-drained",
              "binary-restored",
              "units-restarted",
              "health-passed",
              "server-ready",
              "server-serving",
              "servers-weighed",
              "haproxy-failed",
              "incus-failed",
              "traffic-observed"));

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
    return cells.stream();
  }

  /// Those that were not reached.
  static List<Coverage.Cell> unreached(Coverage coverage) {
    return wanted().filter(cell -> !coverage.cells().containsKey(cell)).toList();
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
