package dev.serin.cli.view;

import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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
    if (scene.state().phase() == RolloutPhase.REJECTED
        && stretches.stream().allMatch(Stretch::isSkipped)) {
      return List.of(Text.of(Style.FAINT, "Nothing was changed."));
    }
    List<Text> full = lines(stretch -> true);
    if (full.size() <= height) {
      return full;
    }
    List<Text> mixed = lines(Stretch::isBusy);
    if (mixed.size() <= height) {
      return mixed;
    }
    List<Text> short_ = lines(stretch -> false);
    return short_.size() <= height ? short_ : folded(height);
  }

  /// Each node where its first step is in the plan.
  ///
  /// @param whole which nodes' steps are written out
  private List<Text> lines(Predicate<Stretch> whole) {
    List<Text> lines = new ArrayList<>();
    List<String> told = new ArrayList<>();
    for (Stretch stretch : stretches) {
      String node = stretch.node();
      if (node == null) {
        lines.add(cells(stretch));
        lines.addAll(failure(stretch));
      } else if (!told.contains(node)) {
        told.add(node);
        Stretch newest = of(node).getLast();
        lines.addAll(
            whole.test(newest) && !newest.isUntouched() ? full(node) : List.of(oneLine(newest)));
      }
    }
    for (NodeView node : scene.state().nodes()) {
      if (!told.contains(node.name())) {
        lines.add(described(node).cut(width, scene.marks()));
      }
    }
    return lines;
  }

  private List<Stretch> of(String node) {
    return stretches.stream().filter(stretch -> node.equals(stretch.node())).toList();
  }

  /// The node, its steps forward, and its steps back.
  private List<Text> full(String name) {
    List<Stretch> its = of(name);
    Stretch newest =
        its.reversed().stream().filter(one -> !one.isAhead()).findFirst().orElse(its.getFirst());
    List<Text> lines = new ArrayList<>();
    lines.add(named(name).withRight(took(newest), width, scene.marks()));
    for (Stretch stretch : its) {
      lines.add(cells(stretch));
      lines.addAll(failure(stretch));
    }
    return lines;
  }

  private Text named(String name) {
    return scene.state().nodes().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .map(this::described)
        .orElseGet(() -> Text.of(Style.STRONG, name));
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
        + (node.weight() == null ? "" : ", weight " + node.weight())
        + (node.traffic() == null ? "" : share(node.traffic()));
  }

  /// What the node got of the last seconds' requests, and of the new sessions where that is another
  /// share: users follow their cookie. What it should have got where that differs from what the
  /// load balancers have.
  private static String share(NodeView.Traffic traffic) {
    Double observed = traffic.observed();
    Double configured = traffic.configured();
    Double fresh = traffic.newSessions();
    String got = observed == null ? "" : ", " + percent(observed) + " of requests";
    if (observed != null && fresh != null && Math.abs(fresh - observed) > 1) {
      got += ", " + percent(fresh) + " of new sessions";
    }
    boolean asAsked = configured == null || Math.abs(configured - traffic.asked()) < 0.1;
    return asAsked ? got : got + " (asked " + percent(traffic.asked()) + ")";
  }

  private static String percent(double share) {
    return (share >= 10
            ? String.valueOf(Math.round(share))
            : String.valueOf(Math.round(share * 10) / 10.0))
        + " %";
  }

  /// The steps beside each other, with as many durations as there is room for.
  private Text cells(Stretch stretch) {
    Text start = Text.of("  ").and(Style.CAREFUL, stretch.back() ? "back " : "");
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
              .and(style(step.status()), " " + Stretch.name(step));
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
      boolean told = step.detail() != null && scene.state().message().contains(step.detail());
      if (step.status() == StepStatus.FAILED && step.detail() != null && !told) {
        Text.wrapped(Stretch.name(step) + ": " + step.detail(), width - 4, 3, scene.marks())
            .forEach(line -> lines.add(Text.of("    ").and(Style.BAD, line)));
      }
    }
    return lines;
  }

  /// Marks only, and the name of the step that is under way or failed.
  private Text oneLine(Stretch stretch) {
    String name = stretch.node();
    if (name == null) {
      return cells(stretch).cut(width, scene.marks());
    }
    Text line = named(name).and("  ");
    if (stretch.isUntouched()) {
      return line.and(Style.FAINT, scene.marks().skipped() + " not touched")
          .cut(width, scene.marks());
    }
    if (stretch.back()) {
      line = line.and(Style.CAREFUL, "back ");
    }
    for (StepView step : stretch.steps()) {
      line = line.and(scene.marks().step(step.status()));
    }
    for (StepView step : stretch.steps()) {
      if (step.status() == StepStatus.RUNNING || step.status() == StepStatus.FAILED) {
        line = line.and(style(step.status()), " " + Stretch.name(step));
      }
    }
    return line.cut(width, scene.marks());
  }

  /// The newest stretch of each node.
  private List<Stretch> newest() {
    return stretches.stream()
        .filter(stretch -> stretch.node() != null && of(stretch.node()).getLast().equals(stretch))
        .toList();
  }

  /// Those at work, and how many are done and still to come.
  private List<Text> folded(int height) {
    List<Stretch> shown = newest();
    List<Stretch> busy =
        shown.stream().filter(stretch -> stretch.isBusy() || isHalfway(stretch)).toList();
    long ahead = shown.stream().filter(one -> one.isAhead()).count();
    long done = shown.stream().filter(one -> !one.isAhead() && !busy.contains(one)).count();
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
