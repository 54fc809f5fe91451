package dev.serin.cli.view;

import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The fleet at a glance: each service, its nodes, and what is going on or was last.
public final class FleetView {
  /// One service.
  ///
  /// @param nodes their names, in the order of the definition
  /// @param rollout the active one, else the last one
  public record Service(String name, List<String> nodes, Optional<RolloutState> rollout) {}

  private final Marks marks;
  private final ZoneId zone;
  private final Instant now;

  public FleetView(Marks marks, ZoneId zone, Instant now) {
    this.marks = marks;
    this.zone = zone;
    this.now = now;
  }

  public List<Text> lines(List<Service> services, int width) {
    List<Text> lines = new ArrayList<>();
    for (Service service : services) {
      if (!lines.isEmpty()) {
        lines.add(Text.empty());
      }
      Text name = Text.of(Style.STRONG, service.name());
      if (service.rollout().isEmpty()) {
        lines.add(name.and("  no rollout yet"));
        lines.add(Text.of("  " + String.join(", ", service.nodes())).cut(width, marks));
        continue;
      }
      RolloutState state = service.rollout().get();
      lines.add(
          name.and("  " + state.version() + "  ")
              .and(RolloutView.style(state.phase()), ended(state))
              .and("  " + when(state))
              .cut(width, marks));
      doing(state).forEach(line -> lines.add(line.cut(width, marks)));
      nodes(service, state).forEach(line -> lines.add(line.cut(width, marks)));
    }
    return lines;
  }

  private String when(RolloutState state) {
    Instant from = state.startedAt() == null ? state.queuedAt() : state.startedAt();
    Instant ended = state.endedAt();
    return ended == null
        ? "for " + Times.about(Duration.between(from, now)) + ", by " + state.requestedBy()
        : Times.about(Duration.between(ended, now)) + " ago, by " + state.requestedBy();
  }

  private List<Text> doing(RolloutState state) {
    List<Text> lines = new ArrayList<>();
    if (state.phase().isOver()) {
      boolean fine = state.phase() == dev.serin.contracts.rollout.RolloutPhase.COMPLETED;
      String why = RolloutView.why(state);
      if (!why.isBlank() && !fine) {
        lines.add(Text.of("  " + Times.local(why, now, zone)));
      }
      state.problems().forEach(problem -> lines.add(Text.of("  - ").and(Style.BAD, problem)));
      return lines;
    }
    if (!state.waitingFor().isBlank()) {
      lines.add(
          Text.of(Style.FAINT, "  now   ").and(Times.local(RolloutView.now(state), now, zone)));
    }
    if (!state.next().isBlank()) {
      Instant at = state.nextAt();
      String by = at == null ? "" : " (by " + Times.at(at, now, zone) + ")";
      lines.add(Text.of(Style.FAINT, "  next  ").and(state.next() + by));
    }
    return lines;
  }

  private static List<Text> nodes(Service service, RolloutState state) {
    int names = service.nodes().stream().mapToInt(Text::width).max().orElse(0);
    List<Text> lines = new ArrayList<>();
    for (String name : service.nodes()) {
      Text line = Text.of("  " + name).padded(names + 4);
      Optional<NodeView> known =
          state.nodes().stream().filter(node -> node.name().equals(name)).findFirst();
      if (known.isPresent()) {
        NodeView node = known.get();
        line =
            line.and(node.version() == null ? "" : node.version() + "  ")
                .and(
                    Boolean.FALSE.equals(node.inRotation()) ? Style.STRONG_CAREFUL : Style.PLAIN,
                    NodeLines.rotation(node));
      }
      lines.add(line);
    }
    return lines;
  }

  /// Rollouts below each other, one line each.
  public List<Text> list(List<RolloutState> states) {
    Table table = new Table("SERVICE", "VERSION", "PHASE", "WHEN", "TOOK", "BY", "ID");
    for (RolloutState state : states) {
      Instant from = state.startedAt() == null ? state.queuedAt() : state.startedAt();
      Instant to = state.endedAt() == null ? now : state.endedAt();
      table.row(
          Text.of(state.service()),
          Text.of(state.version()),
          Text.of(RolloutView.style(state.phase()), ended(state)),
          Text.of(Times.at(from, now, zone)),
          Text.of(Times.about(Duration.between(from, to))),
          Text.of(state.requestedBy()),
          Text.of(Style.FAINT, state.rolloutId()));
    }
    return table.lines();
  }

  /// The phase, and why it ended so where the phase doesn't say it.
  private static String ended(RolloutState state) {
    String phase = RolloutView.words(state.phase());
    return state.outcome() == null || !needsOutcome(state)
        ? phase
        : phase + " (" + EventSentence.word(state.outcome()) + ")";
  }

  private static boolean needsOutcome(RolloutState state) {
    return switch (state.phase()) {
      case ROLLED_BACK, ROLLBACK_FAILED -> true;
      case QUEUED,
          PREFLIGHT,
          ROLLING,
          ANALYSING,
          PAUSED,
          ROLLING_BACK,
          COMPLETED,
          REJECTED,
          HALTED ->
          false;
    };
  }
}
