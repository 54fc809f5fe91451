package dev.serin.simulation;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.coordinator.saga.Due;
import dev.serin.coordinator.saga.Phase;
import dev.serin.coordinator.saga.Rollout;
import dev.serin.coordinator.saga.Watch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How often the coordinator has decided on each input in each phase, with which faults just
/// before.
final class Coverage {
  /// What it decided on.
  enum Input {
    /// A command's answer that was awaited, or a probe of the analysis that was under way.
    ANSWER("answers"),
    /// What a guard or a look tells by itself.
    TOLD("what guards and looks tell"),
    /// What a person asked for.
    REQUEST("requests"),
    /// What was due.
    WAKE_UP("wake-ups");

    private final String words;

    Input(String words) {
      this.words = words;
    }
  }

  /// One cell.
  ///
  /// @param phase of the rollout that was under way; none without one
  /// @param fault `none` where nothing had gone wrong of late
  record Cell(Input input, @Nullable RolloutPhase phase, String event, String fault)
      implements Comparable<Cell> {
    private static final Comparator<Cell> ORDER =
        Comparator.comparing(Cell::input)
            .thenComparing(Cell::where)
            .thenComparing(Cell::event)
            .thenComparing(Cell::fault);

    @Override
    public int compareTo(Cell other) {
      return ORDER.compare(this, other);
    }

    String where() {
      return phase == null ? IDLE : phase.name();
    }

    @Override
    public String toString() {
      return where() + ", " + event + ", " + fault;
    }
  }

  /// Nothing had gone wrong of late.
  static final String NONE = "none";

  /// What the phase is called where no rollout is under way.
  private static final String IDLE = "nothing under way";

  /// Those in which something is awaited.
  static final List<RolloutPhase> PHASES =
      List.of(
          RolloutPhase.PREFLIGHT,
          RolloutPhase.ROLLING,
          RolloutPhase.ANALYSING,
          RolloutPhase.PAUSED,
          RolloutPhase.ROLLING_BACK);

  private final Map<Cell, Long> cells = new HashMap<>();

  /// One event of the rollout that is under way, if it is awaited there. A late one of an earlier
  /// rollout, and one that answers no command that is waited for, change nothing (I10).
  void event(@Nullable Rollout active, AgentEvent event, Collection<String> faults) {
    if (active == null || !active.rolloutId().equals(event.head().rolloutId())) {
      return;
    }
    Input input = Cells.input(type(event));
    if (input == Input.TOLD ? isHeard(active, event) : isAwaited(active, event)) {
      count(input, active, type(event), faults);
    }
  }

  /// What guards tell is heard in any phase; a look is one on the way forward, or before a red
  /// probe is acted on, and what it tells once the rollout goes another way is too late.
  private static boolean isHeard(Rollout active, AgentEvent event) {
    return !(event instanceof IncusEvent.InstancesChangedByHand)
        || active.doubt() != null
        || active.phase() instanceof Phase.Rolling
        || active.phase() instanceof Phase.Watching;
  }

  private static boolean isAwaited(Rollout active, AgentEvent event) {
    if (event instanceof SliEvent.SlotProbed probed) {
      Watch watch =
          switch (active.phase()) {
            case Phase.Watching watching -> watching.watch();
            case Phase.Paused paused -> paused.watch();
            case Phase.Preflight _, Phase.Rolling _, Phase.RollingBack _ -> null;
          };
      return watch != null && watch.id().equals(probed.analysisId());
    }
    return active.pending().stream()
        .anyMatch(pending -> pending.head().commandId().equals(event.head().commandId()));
  }

  void request(@Nullable Rollout active, Request request, Collection<String> faults) {
    count(Input.REQUEST, active, type(request), faults);
  }

  void woken(@Nullable Rollout active, Due due, Collection<String> faults) {
    count(Input.WAKE_UP, active, Cells.words(due), faults);
  }

  private void count(
      Input input, @Nullable Rollout active, String event, Collection<String> faults) {
    RolloutPhase phase = active == null ? null : active.phase().shown();
    for (String fault : faults.isEmpty() ? List.of(NONE) : faults) {
      cells.merge(new Cell(input, phase, event, fault), 1L, Long::sum);
    }
  }

  /// In their order.
  SortedMap<Cell, Long> cells() {
    return new TreeMap<>(cells);
  }

  boolean isReached(Cell cell) {
    return switch (cell.fault()) {
      case Cells.WHATEVER -> cells.keySet().stream().anyMatch(it -> isLike(cell, it));
      case Cells.SOMETHING ->
          cells.keySet().stream().anyMatch(it -> isLike(cell, it) && !it.fault().equals(NONE));
      default -> cells.containsKey(cell);
    };
  }

  private static boolean isLike(Cell one, Cell other) {
    return one.input() == other.input()
        && one.phase() == other.phase()
        && one.event().equals(other.event());
  }

  /// How often each was decided on in each phase, and with how many different faults just before.
  String table() {
    StringBuilder text = new StringBuilder();
    for (Input input : Input.values()) {
      text.append("Decisions on ").append(input.words).append(":\n\n").append(table(input));
    }
    return text.append("In parentheses: with how many kinds of faults just before.\n").toString();
  }

  private String table(Input input) {
    Map<String, Map<String, long[]>> rows = new TreeMap<>();
    cells.forEach((cell, count) -> {
      if (cell.input() == input) {
        long[] sums =
            rows.computeIfAbsent(cell.event(), name -> new TreeMap<>())
                .computeIfAbsent(cell.where(), phase -> new long[2]);
        sums[0] += count;
        sums[1]++;
      }
    });
    List<String> columns = new ArrayList<>(PHASES.stream().map(RolloutPhase::name).toList());
    if (rows.values().stream().anyMatch(byPhase -> byPhase.containsKey(IDLE))) {
      columns.addFirst(IDLE);
    }
    StringBuilder table = new StringBuilder("| |");
    columns.forEach(phase -> table.append(' ').append(phase).append(" |"));
    table.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
    rows.forEach((event, byPhase) -> {
      table.append("| ").append(event).append(" |");
      for (String phase : columns) {
        long[] sums = byPhase.get(phase);
        table.append(sums == null ? " – |" : " %,d (%d) |".formatted(sums[0], sums[1]));
      }
      table.append('\n');
    });
    return table.append('\n').toString();
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

  /// What makes requests of one type different is a part of it.
  static String type(Request request) {
    String type = EventHeaders.typeOf(request);
    return switch (request) {
      case Request.ReleaseRequested release -> type + " " + lower(release.ifBusy());
      case Request.PromoteRequested promote -> type + " " + lower(promote.scope());
      case Request.RetryRequested retry -> type + " " + lower(retry.from());
      case Request.AbortRequested _,
          Request.PauseRequested _,
          Request.ResumeRequested _,
          Request.RollbackRequested _,
          Request.FreezeRequested _,
          Request.UnfreezeRequested _,
          Request.HandsOffRequested _,
          Request.HandsOnRequested _ ->
          type;
    };
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
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
          case IncusEvent.InstancesChangedByHand changed -> ": " + changed.changes();
          default -> "";
        };
    return type(event) + (node == null ? "" : " " + node) + failure;
  }
}
