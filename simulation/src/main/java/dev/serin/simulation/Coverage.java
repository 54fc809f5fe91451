package dev.serin.simulation;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How often each event came in each phase, with which faults just before it.
final class Coverage {
  /// One cell.
  ///
  /// @param fault `none` where nothing had gone wrong of late
  record Cell(RolloutPhase phase, String event, String fault) implements Comparable<Cell> {
    @Override
    public int compareTo(Cell other) {
      return toString().compareTo(other.toString());
    }
  }

  /// Those in which something is awaited.
  static final List<RolloutPhase> PHASES =
      List.of(
          RolloutPhase.PREFLIGHT,
          RolloutPhase.ROLLING,
          RolloutPhase.ANALYSING,
          RolloutPhase.PAUSED,
          RolloutPhase.ROLLING_BACK);

  private final Map<Cell, Long> cells = new TreeMap<>();

  /// One event of the rollout that is under way; a late one of an earlier rollout says nothing.
  void event(@Nullable RolloutState active, AgentEvent event, Collection<String> faults) {
    if (active == null || !active.rolloutId().equals(event.head().rolloutId())) {
      return;
    }
    String type = type(event);
    if (faults.isEmpty()) {
      cells.merge(new Cell(active.phase(), type, "none"), 1L, Long::sum);
    }
    faults.forEach(fault -> cells.merge(new Cell(active.phase(), type, fault), 1L, Long::sum));
  }

  Map<Cell, Long> cells() {
    return cells;
  }

  boolean isReached(Cell cell) {
    return cell.fault().equals(Cells.WHATEVER)
        ? cells.keySet().stream()
            .anyMatch(it -> it.phase() == cell.phase() && it.event().equals(cell.event()))
        : cells.containsKey(cell);
  }

  /// How often each event came in each phase, and with how many different faults just before it.
  String table() {
    Map<String, Map<RolloutPhase, long[]>> rows = new TreeMap<>();
    cells.forEach((cell, count) -> {
      long[] sums =
          rows.computeIfAbsent(cell.event(), name -> new EnumMap<>(RolloutPhase.class))
              .computeIfAbsent(cell.phase(), phase -> new long[2]);
      sums[0] += count;
      sums[1]++;
    });
    StringBuilder table = new StringBuilder("| event |");
    PHASES.forEach(phase -> table.append(' ').append(phase).append(" |"));
    table.append("\n|---|").append("---|".repeat(PHASES.size())).append('\n');
    rows.forEach((event, byPhase) -> {
      table.append("| ").append(event).append(" |");
      for (RolloutPhase phase : PHASES) {
        long[] sums = byPhase.get(phase);
        table.append(sums == null ? " – |" : " %,d (%d) |".formatted(sums[0], sums[1]));
      }
      table.append('\n');
    });
    return table
        .append("\nIn parentheses: with how many kinds of faults just before.\n")
        .toString();
  }

  void add(Coverage other) {
    other.cells.forEach((cell, count) -> cells.merge(cell, count, Long::sum));
  }

  /// A failure's reason is a part of its type.
  static String type(AgentEvent event) {
    return switch (event) {
      case HaproxyEvent.Failed failed -> "haproxy-failed";
      case IncusEvent.Failed failed -> "incus-failed";
      case SliEvent.Failed failed -> "sli-failed";
      default -> EventHeaders.typeOf(event);
    };
  }

  /// What is renewed all the time would drown everything else.
  boolean isQuiet(AgentCommand command) {
    return command instanceof HaproxyCommand.GuardServers
        || command instanceof SliCommand.WatchSlis;
  }

  String words(AgentCommand command) {
    String node = command.head().node();
    return EventHeaders.typeOf(command)
        + (node == null ? "" : " " + node)
        + " #"
        + command.head().fence() % 1_000_000;
  }

  String words(AgentEvent event) {
    String node = event.head().node();
    String failure =
        switch (event) {
          case HaproxyEvent.Failed failed -> ": " + failed.failure().sentence();
          case IncusEvent.Failed failed -> ": " + failed.failure().sentence();
          case SliEvent.Failed failed -> ": " + failed.failure().sentence();
          case SliEvent.SlotProbed probed -> " " + probed.slot() + " " + probed.verdict();
          case HaproxyEvent.ServersChangedByHand changed -> ": " + changed.drifts();
          default -> "";
        };
    return type(event) + (node == null ? "" : " " + node) + failure;
  }
}
