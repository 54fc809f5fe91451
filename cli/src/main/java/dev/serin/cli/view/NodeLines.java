package dev.serin.cli.view;

import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The nodes, what each runs and takes, and the steps on each: two lines a node where there is
/// room, one where there isn't, and only those that matter where even that is too much.
final class NodeLines {
  private static final Duration NOTABLE = Duration.ofMillis(950);

  private final Scene scene;
  private final int width;
  private final List<Stretch> stretches;

  NodeLines(Scene scene, int width) {
    this.scene = scene;
    this.width = width;
    this.stretches = Stretch.of(scene.state().steps());
  }

  /// At most `height` lines.
  List<Text> within(int height) {
    List<Text> full = full();
    if (full.size() <= height) {
      return full;
    }
    List<Text> short_ = new ArrayList<>();
    shown().forEach(stretch -> short_.add(oneLine(stretch)));
    return short_.size() <= height ? short_ : folded(height);
  }

  /// A forward stretch that a way back has replaced is history and makes room first.
  private List<Stretch> shown() {
    return stretches.stream()
        .filter(stretch ->
            stretch.back()
                || stretches.stream()
                    .noneMatch(later ->
                        later.back()
                            && later.node() != null
                            && later.node().equals(stretch.node())))
        .toList();
  }

  private List<Text> full() {
    List<Text> lines = new ArrayList<>();
    List<String> told = new ArrayList<>();
    for (Stretch stretch : stretches) {
      String node = stretch.node();
      if (node == null) {
        lines.add(cells(stretch, Text.empty()));
      } else {
        if (!told.contains(node)) {
          told.add(node);
          lines.add(nodeLine(node, stretch));
        }
        lines.add(cells(stretch, Text.of(Style.CAREFUL, stretch.back() ? "back" : "")));
      }
      failure(stretch).forEach(lines::add);
    }
    for (NodeView node : scene.state().nodes()) {
      if (!told.contains(node.name())) {
        lines.add(described(node).cut(width, scene.marks()));
      }
    }
    return lines;
  }

  private Text nodeLine(String name, Stretch stretch) {
    Text node =
        scene.state().nodes().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .map(this::described)
            .orElseGet(() -> Text.of(Style.STRONG, name));
    return node.withRight(took(stretch), width, scene.marks());
  }

  private Text took(Stretch stretch) {
    return stretch
        .took(scene.now())
        .map(time -> Text.of(Style.FAINT, Times.took(time)))
        .orElse(Text.empty());
  }

  private Text described(NodeView node) {
    RolloutState state = scene.state();
    int names = state.nodes().stream().mapToInt(one -> Text.width(one.name())).max().orElse(0);
    int versions = state.nodes().stream().mapToInt(one -> Text.width(version(one))).max().orElse(0);
    Style style =
        node.version() == null
            ? Style.FAINT
            : node.version().equals(state.version()) ? Style.BUSY : Style.PLAIN;
    return Text.of(Style.STRONG, node.name())
        .padded(names + 2)
        .and(style, version(node))
        .padded(names + 2 + versions + 2)
        .and(
            Boolean.FALSE.equals(node.inRotation()) ? Style.STRONG_CAREFUL : Style.PLAIN,
            rotation(node));
  }

  private static String version(NodeView node) {
    return node.version() == null ? "version unknown" : node.version();
  }

  /// Whether a node takes traffic, in words.
  static String rotation(NodeView node) {
    if (node.inRotation() == null) {
      return "";
    }
    return (node.inRotation() ? "in rotation" : "OUT OF ROTATION")
        + (node.weight() == null ? "" : ", weight " + node.weight());
  }

  /// The steps beside each other, with as many durations as there is room for.
  private Text cells(Stretch stretch, Text label) {
    Text start = label.width() == 0 ? Text.of("  ") : Text.of("  ").and(label).and(" ");
    Text all = cells(stretch, start, Duration.ZERO);
    if (all.width() <= width) {
      return all;
    }
    Text notable = cells(stretch, start, NOTABLE);
    return notable.width() <= width
        ? notable
        : cells(stretch, start, Duration.ofDays(9999)).cut(width, scene.marks());
  }

  private Text cells(Stretch stretch, Text start, Duration least) {
    Text line = start;
    boolean first = true;
    for (StepView step : stretch.steps()) {
      line =
          line.and(first ? "" : "  ")
              .and(scene.marks().step(step.status()))
              .and(style(step.status()), " " + step.name());
      first = false;
      Optional<Duration> time = Stretch.took(step, scene.now());
      if (time.isPresent() && time.get().compareTo(least) >= 0) {
        line = line.and(Style.FAINT, " " + Times.took(time.get()));
      }
    }
    return line;
  }

  private static Style style(StepStatus status) {
    return switch (status) {
      case PENDING, SKIPPED, UNDONE -> Style.FAINT;
      case RUNNING -> Style.STRONG_BUSY;
      case SUCCEEDED -> Style.PLAIN;
      case FAILED -> Style.BAD;
    };
  }

  private List<Text> failure(Stretch stretch) {
    List<Text> lines = new ArrayList<>();
    for (StepView step : stretch.steps()) {
      if (step.status() == StepStatus.FAILED && step.detail() != null) {
        Text.wrapped(step.name() + ": " + step.detail(), width - 4, 3, scene.marks())
            .forEach(line -> lines.add(Text.of("    ").and(Style.BAD, line)));
      }
    }
    return lines;
  }

  /// Marks only, and the name of the step that is under way or failed.
  private Text oneLine(Stretch stretch) {
    Text line;
    String name = stretch.node();
    if (name == null) {
      return cells(stretch, Text.empty()).cut(width, scene.marks());
    }
    line =
        scene.state().nodes().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .map(this::described)
            .orElseGet(() -> Text.of(Style.STRONG, name))
            .and("  ");
    if (stretch.back()) {
      line = line.and(Style.CAREFUL, "back ");
    }
    for (StepView step : stretch.steps()) {
      line = line.and(scene.marks().step(step.status()));
    }
    for (StepView step : stretch.steps()) {
      if (step.status() == StepStatus.RUNNING || step.status() == StepStatus.FAILED) {
        line = line.and(style(step.status()), " " + step.name());
      }
    }
    return line.cut(width, scene.marks());
  }

  /// Those at work, and how many are done and still to come.
  private List<Text> folded(int height) {
    List<Stretch> shown = shown();
    List<Stretch> busy =
        shown.stream().filter(stretch -> stretch.isBusy() || isHalfway(stretch)).toList();
    long ahead = shown.stream().filter(one -> one.node() != null && one.isAhead()).count();
    long done =
        shown.stream()
            .filter(one -> one.node() != null && !one.isAhead() && !busy.contains(one))
            .count();
    List<Text> lines = new ArrayList<>();
    lines.add(
        Text.of(Style.GOOD, done + (done == 1 ? " node" : " nodes") + " done")
            .and(", " + ahead + " to come")
            .and(busy.isEmpty() ? "" : ", at work:"));
    busy.stream().limit(Math.max(0, height - 1)).forEach(one -> lines.add(oneLine(one)));
    return lines;
  }

  private static boolean isHalfway(Stretch stretch) {
    return !stretch.isAhead() && stretch.has(StepStatus.PENDING);
  }
}
