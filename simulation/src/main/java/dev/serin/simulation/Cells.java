package dev.serin.simulation;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.coordinator.saga.Due;
import dev.serin.simulation.Coverage.Input;
import dev.serin.simulation.fault.FaultKind;
import dev.serin.simulation.world.Mishap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The cells that must be reached: each input in each phase in which the coordinator decides on it,
/// with what has gone wrong just before.
///
/// - An answer, and what a guard sees all along: with each fault.
/// - What a guard or a look tells by itself is the trace of a fault already (a hand, a reload, a
///   silence): in each of its phases, after whatever it was.
/// - A request: any, in any phase and without a rollout, while all is well, and after something
///   went wrong. People know nothing of single faults.
/// - A wake-up: the same, in the phases that [WakeUps] names; one that only a fault can bring
///   about, after whatever it was.
///
/// What can't be is named in [#IMPOSSIBLE], [NotAwaited] and [WakeUps], with the reason; anything
/// else that many seeds don't reach is a gap in the simulation, and whatever is reached all the
/// same is a reason that does not hold.
final class Cells {
  /// Stands for every fault, and for none.
  static final String WHATEVER = "whatever went wrong";

  /// Stands for every fault, and not for none.
  static final String SOMETHING = "something went wrong";

  private Cells() {}

  /// What an agent's event is: an answer, or told by itself.
  static Input input(String event) {
    return UNASKED.contains(event) ? Input.TOLD : Input.ANSWER;
  }

  static String words(Due due) {
    return due.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// What can be asked for, each by what makes it another.
  static final List<String> REQUESTS =
      List.of(
          "release-requested queue",
          "release-requested latest",
          "release-requested supersede",
          "release-requested reject",
          "abort-requested",
          "promote-requested step",
          "promote-requested full",
          "pause-requested",
          "resume-requested",
          "retry-requested step",
          "retry-requested start",
          "rollback-requested",
          "freeze-requested",
          "unfreeze-requested",
          "hands-off-requested",
          "hands-on-requested");

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

  private static final Set<String> UNASKED =
      Stream.concat(
              Stream.of("traffic-observed"), TOLD.stream().flatMap(told -> told.events().stream()))
          .collect(Collectors.toUnmodifiableSet());

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
          cells.add(new Coverage.Cell(input(event), awaited.phase(), event, fault));
        }
      }
    }
    for (Awaited told : TOLD) {
      for (String event : told.events()) {
        cells.add(new Coverage.Cell(Input.TOLD, told.phase(), event, WHATEVER));
      }
    }
    Coverage.PHASES.forEach(phase -> addRequestsAndWakeUps(cells, phase));
    addRequestsAndWakeUps(cells, null);
    return cells.stream();
  }

  /// @param phase none where no rollout is under way
  private static void addRequestsAndWakeUps(
      List<Coverage.Cell> cells, @Nullable RolloutPhase phase) {
    for (String asked : REQUESTS) {
      add(cells, Input.REQUEST, phase, asked);
    }
    for (Due due : Due.values()) {
      if (WakeUps.isOfAFault(due) && WakeUps.reason(phase, due) == null) {
        cells.add(new Coverage.Cell(Input.WAKE_UP, phase, words(due), WHATEVER));
      } else if (WakeUps.reason(phase, due) == null) {
        add(cells, Input.WAKE_UP, phase, words(due));
      }
    }
  }

  private static void add(
      List<Coverage.Cell> cells, Input input, @Nullable RolloutPhase phase, String event) {
    cells.add(new Coverage.Cell(input, phase, event, Coverage.NONE));
    cells.add(new Coverage.Cell(input, phase, event, SOMETHING));
  }

  /// What was reached though there is a reason why it can't be.
  static List<String> contradicted(Coverage coverage) {
    return coverage.cells().keySet().stream()
        .flatMap(cell -> reasons(cell).stream().map(reason -> cell + ": " + reason))
        .toList();
  }

  private static List<String> reasons(Coverage.Cell cell) {
    return switch (cell.input()) {
      case ANSWER, TOLD ->
          cell.phase() == null ? List.of() : NotAwaited.reasons(cell.phase(), cell.event());
      case REQUEST -> List.of();
      case WAKE_UP ->
          Arrays.stream(Due.values())
              .filter(due -> words(due).equals(cell.event()))
              .flatMap(due -> Stream.ofNullable(WakeUps.reason(cell.phase(), due)))
              .toList();
    };
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
    unreached.forEach(cell -> text.append("- unreached: %s%n".formatted(cell)));
    contradicted(coverage)
        .forEach(it -> text.append("- reached, though it can't be: %s%n".formatted(it)));
    return text.toString();
  }
}
