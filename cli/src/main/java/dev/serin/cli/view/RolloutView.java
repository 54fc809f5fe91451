package dev.serin.cli.view;

import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutEvent.SliProbed;
import dev.serin.contracts.rollout.RolloutEvent.StepStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One rollout on one page, the most urgent first: what it does, why, and what comes next; then the
/// nodes and their steps, the SLIs, and what happened last.
public final class RolloutView {
  private static final int LABEL = 6;
  private static final int FEWEST_EVENTS = 3;

  private RolloutView() {}

  /// The whole page, as long as it gets, for people who scroll.
  public static List<Text> report(Scene scene, int width) {
    List<Text> lines = new ArrayList<>(top(scene, width, 20));
    add(lines, new NodeLines(scene, width).within(Integer.MAX_VALUE));
    add(lines, ProbeLines.of(scene, width));
    return lines;
  }

  /// The page cut to a screen.
  ///
  /// @param footer the last line
  public static List<Text> page(Scene scene, int width, int height, Text footer) {
    List<Text> lines = new ArrayList<>(top(scene, width, 2));
    List<Text> probes = ProbeLines.of(scene, width);
    int events = Math.min(FEWEST_EVENTS, noteworthy(scene).size());
    int taken = lines.size() + with(probes.size()) + with(events) + 2;
    add(lines, new NodeLines(scene, width).within(Math.max(1, height - taken - 1)));
    add(lines, probes);
    int left = height - 2 - lines.size() - 1;
    if (left > 0) {
      add(lines, newest(scene, width, left));
    }
    while (lines.size() < height - 1) {
      lines.add(Text.empty());
    }
    List<Text> page = new ArrayList<>(lines.subList(0, Math.max(0, height - 1)));
    page.add(footer);
    return page.stream().map(line -> line.cut(width, scene.marks())).toList();
  }

  private static int with(int size) {
    return size == 0 ? 0 : size + 1;
  }

  private static void add(List<Text> lines, List<Text> section) {
    if (!section.isEmpty()) {
      lines.add(Text.empty());
      lines.addAll(section);
    }
  }

  private static List<Text> top(Scene scene, int width, int most) {
    RolloutState state = scene.state();
    List<Text> lines = new ArrayList<>();
    Text phase = Text.of(plate(state.phase()), " " + words(state.phase()) + " ");
    Duration age = age(scene);
    lines.add(
        Text.of(Style.STRONG, state.service() + "  " + state.version())
            .withRight(phase.and(" " + Times.about(age)), width, scene.marks()));
    lines.add(asked(scene).cut(width, scene.marks()));
    lines.add(Text.empty());
    if (state.phase().isOver()) {
      lines.addAll(ended(scene, width, most));
    } else {
      sentence(lines, "now", Style.STRONG, now(state), scene, width, most, null);
      sentence(lines, "why", Style.PLAIN, why(state), scene, width, most, null);
      sentence(lines, "next", Style.PLAIN, state.next(), scene, width, most, countdown(scene));
    }
    for (String problem : state.problems()) {
      String bullet = "- ";
      for (String part : Text.wrapped(problem, width - LABEL - 2, most, scene.marks())) {
        lines.add(Text.of(" ".repeat(LABEL) + bullet).and(Style.BAD, part));
        bullet = "  ";
      }
    }
    return lines;
  }

  /// What it does; where it does nothing, that it waits.
  public static String now(RolloutState state) {
    boolean idle = state.phase() == RolloutPhase.QUEUED || state.phase() == RolloutPhase.PAUSED;
    return (idle ? "waits for " : "") + state.waitingFor();
  }

  /// Its message, unless that only says what the problems below it say.
  static String why(RolloutState state) {
    return state.message().equals(String.join("; ", state.problems())) ? "" : state.message();
  }

  private static Duration age(Scene scene) {
    RolloutState state = scene.state();
    Instant from = state.startedAt() == null ? state.queuedAt() : state.startedAt();
    Instant to = state.endedAt() == null ? scene.now() : state.endedAt();
    return Duration.between(from, to);
  }

  private static Text asked(Scene scene) {
    RolloutState state = scene.state();
    Instant from = state.startedAt() == null ? state.queuedAt() : state.startedAt();
    String since =
        (state.startedAt() == null ? "queued " : "since ")
            + Times.at(from, scene.now(), scene.zone());
    String dot = " " + scene.marks().dot() + " ";
    return Text.of("by " + state.requestedBy() + ", " + since)
        .and(state.reason().isBlank() ? "" : dot + state.reason())
        .and(Style.FAINT, dot + state.rolloutId());
  }

  private static List<Text> ended(Scene scene, int width, int most) {
    RolloutState state = scene.state();
    List<Text> lines = new ArrayList<>();
    String outcome =
        state.outcome() == null ? "" : " (" + EventSentence.word(state.outcome()) + ")";
    String at =
        state.endedAt() == null
            ? ""
            : " at " + Times.at(state.endedAt(), scene.now(), scene.zone());
    boolean repeated =
        state.outcome() == Outcome.COMPLETED
            || state.outcome() == Outcome.HALTED
            || state.outcome() == Outcome.REJECTED;
    lines.add(
        label("ended")
            .and(
                style(state.phase()),
                words(state.phase()).toLowerCase(java.util.Locale.ROOT) + (repeated ? "" : outcome))
            .and(at + ", after " + Times.about(age(scene))));
    sentence(lines, "why", Style.PLAIN, why(state), scene, width, most, null);
    return lines;
  }

  private static Text label(String label) {
    return Text.of(Style.FAINT, label).padded(LABEL);
  }

  private static void sentence(
      List<Text> lines,
      String label,
      Style style,
      String sentence,
      Scene scene,
      int width,
      int most,
      @Nullable Text right) {
    if (sentence.isBlank() && right == null) {
      return;
    }
    String local = Times.local(sentence, scene.now(), scene.zone());
    int room = width - LABEL - (right == null ? 0 : right.width() + 2);
    boolean first = true;
    for (String part : Text.wrapped(local, Math.max(20, room), most, scene.marks())) {
      Text line = label(first ? label : "").and(style, part);
      lines.add(first && right != null ? line.withRight(right, width, scene.marks()) : line);
      first = false;
    }
    if (first && right != null) {
      lines.add(label(label).withRight(right, width, scene.marks()));
    }
  }

  private static @Nullable Text countdown(Scene scene) {
    Instant at = scene.state().nextAt();
    if (at == null) {
      return null;
    }
    Duration left = Duration.between(scene.now(), at);
    String clock = "by " + Times.at(at, scene.now(), scene.zone());
    return left.isNegative()
        ? Text.of(Style.STRONG_CAREFUL, "due " + Times.about(left.negated()) + " ago")
        : Text.of(Style.STRONG, "within " + Times.about(left)).and(Style.FAINT, ", " + clock);
  }

  private static List<RolloutEvent> noteworthy(Scene scene) {
    return scene.events().stream()
        .filter(event -> !(event instanceof StepStarted || event instanceof SliProbed))
        .toList();
  }

  private static List<Text> newest(Scene scene, int width, int most) {
    EventSentence sentence = new EventSentence(scene.marks(), scene.zone());
    List<RolloutEvent> events = noteworthy(scene);
    return events.reversed().stream()
        .limit(most)
        .map(event -> sentence.line(event, scene.now()).cut(width, scene.marks()))
        .toList();
  }

  /// A phase in words, in capitals as it stands in the header.
  public static String words(RolloutPhase phase) {
    return phase.name().replace('_', ' ');
  }

  /// The phase of a rollout, as it stands in a line.
  public static Text badge(RolloutState state) {
    return Text.of(style(state.phase()), words(state.phase()));
  }

  private static Style plate(RolloutPhase phase) {
    return switch (phase) {
      case QUEUED -> Style.PLATE;
      case PREFLIGHT, ROLLING, ANALYSING -> Style.BUSY_PLATE;
      case PAUSED, ROLLING_BACK, ROLLED_BACK -> Style.CAREFUL_PLATE;
      case COMPLETED -> Style.GOOD_PLATE;
      case REJECTED, HALTED, ROLLBACK_FAILED -> Style.BAD_PLATE;
    };
  }

  public static Style style(RolloutPhase phase) {
    return switch (phase) {
      case QUEUED -> Style.STRONG;
      case PREFLIGHT, ROLLING, ANALYSING -> Style.STRONG_BUSY;
      case PAUSED, ROLLING_BACK, ROLLED_BACK -> Style.STRONG_CAREFUL;
      case COMPLETED -> Style.STRONG_GOOD;
      case REJECTED, HALTED, ROLLBACK_FAILED -> Style.BAD;
    };
  }
}
