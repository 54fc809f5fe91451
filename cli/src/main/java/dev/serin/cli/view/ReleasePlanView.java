package dev.serin.cli.view;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.rollout.PlanView.PlannedStep;
import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.ReleasePlan.CheckResult;
import dev.serin.contracts.rollout.ReleasePlan.NodeNow;
import dev.serin.contracts.rollout.ReleasePlan.PlannedFile;
import dev.serin.contracts.rollout.ReleasePlan.PlannedSli;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// A plan on one page: how it goes and how long, what each node has now, the steps, the way back,
/// and every check.
public final class ReleasePlanView {
  private static final int MOST_LINES = 20;

  private final ReleasePlan plan;
  private final Marks marks;
  private final int width;

  private ReleasePlanView(ReleasePlan plan, Marks marks, int width) {
    this.plan = plan;
    this.marks = marks;
    this.width = width;
  }

  /// The page, each line at most `width` columns.
  public static List<Text> lines(ReleasePlan plan, Marks marks, int width) {
    ReleasePlanView view = new ReleasePlanView(plan, marks, width);
    List<Text> lines = new ArrayList<>();
    view.top(lines);
    lines.add(Text.empty());
    lines.addAll(view.nodes());
    lines.add(Text.empty());
    lines.addAll(view.steps());
    lines.add(Text.empty());
    if (!plan.slis().isEmpty()) {
      lines.addAll(view.slis());
      lines.add(Text.empty());
    }
    for (List<Text> found : new BeforeLines(plan, marks, width).all()) {
      lines.addAll(found);
      lines.add(Text.empty());
    }
    if (!plan.files().isEmpty()) {
      lines.addAll(view.files());
      lines.add(Text.empty());
    }
    view.checks(lines);
    return lines.stream().map(line -> line.cut(width, marks)).toList();
  }

  private void top(List<Text> lines) {
    PlanView steps = plan.plan();
    boolean green = plan.problems().isEmpty();
    Text verdict =
        green
            ? Text.of(Style.GOOD_PLATE, " would start ")
            : Text.of(Style.BAD_PLATE, " would be rejected ");
    lines.add(
        Text.of(Style.STRONG, plan.service() + "  " + plan.version())
            .withRight(verdict, width, marks));
    lines.add(Text.of(Style.FAINT, "what a release would do; nothing was changed"));
    lines.add(Text.empty());
    labelled(
        lines,
        "strategy",
        steps.strategy()
            + ", at least "
            + steps.minAvailable()
            + " of "
            + plan.nodes().size()
            + " nodes stay in rotation");
    labelled(
        lines,
        "takes",
        "about "
            + Times.about(steps.expected())
            + (steps.window().isZero()
                ? ", nothing is watched"
                : ", of which "
                    + Quantities.shown(steps.window())
                    + " watched, a probe every "
                    + Quantities.shown(steps.interval()))
            + "; at most "
            + Times.about(steps.atMost())
            + ", a rollback included");
    PlanView.Overlap overlap = steps.overlap();
    if (overlap != null) {
      labelled(lines, "overlap", sentence(overlap));
    }
    PlanView.Alone alone = steps.alone();
    if (alone != null) {
      labelled(lines, "alone", sentence(alone));
    }
    labelled(lines, "back", back());
  }

  private static String sentence(PlanView.Overlap overlap) {
    return overlap.comes()
        + " comes before "
        + overlap.leaves()
        + " leaves: both take requests for at most "
        + Times.about(overlap.atMost())
        + (overlap.watched().isZero()
            ? ""
            : ", of which " + Quantities.shown(overlap.watched()) + " watched");
  }

  private static String sentence(PlanView.Alone alone) {
    int serve = alone.serve().size();
    return "peers leave rotation: "
        + (serve == 1 ? "1 node serves" : serve + " nodes serve")
        + " alone ("
        + String.join(", ", alone.serve())
        + "), minAvailable "
        + alone.minAvailable()
        + " of the strategy; at most "
        + Times.about(alone.atMost())
        + " until every peer serves again"
        + (alone.watched().isZero()
            ? ", nothing is watched"
            : ", of which " + Quantities.shown(alone.watched()) + " watched");
  }

  private void labelled(List<Text> lines, String label, String sentence) {
    Text head = Text.of(Style.FAINT, label).padded(10);
    for (String part : Text.wrapped(sentence, width - 10, MOST_LINES, marks)) {
      lines.add(head.and(part));
      head = Text.of(" ".repeat(10));
    }
  }

  /// What takes it back: nodes that go the same way are told together.
  private String back() {
    List<Row> rows = rows(plan.rollback());
    if (rows.isEmpty()) {
      return "nothing to take back";
    }
    List<String> sentences = new ArrayList<>();
    List<String> nodes = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      nodes.add(row.node().isEmpty() ? "at last" : row.node());
      if (i + 1 == rows.size() || !rows.get(i + 1).words(marks).equals(row.words(marks))) {
        sentences.add(String.join(", then ", nodes) + ": " + row.words(marks));
        nodes.clear();
      }
    }
    return String.join("; ", sentences);
  }

  private List<Text> nodes() {
    Table table = new Table("node", "runs", "state", "weight", "");
    for (NodeNow node : plan.nodes()) {
      Integer weight = node.weight();
      table.row(
          Text.of(node.name()),
          Text.of(Objects.requireNonNullElse(node.version(), "?")),
          state(node),
          Text.of(weight == null ? "" : String.valueOf(weight)),
          Text.of(Style.FAINT, notes(node)));
    }
    return table.lines();
  }

  private static Text state(NodeNow node) {
    String state = node.state();
    if (state == null) {
      return Text.empty();
    }
    boolean isIn = Boolean.TRUE.equals(node.inRotation());
    return Text.of(isIn ? Style.GOOD : Style.CAREFUL, isIn ? state : state + ", out of rotation");
  }

  private static String notes(NodeNow node) {
    return node.leftOut() ? "left out by an earlier rollout, first" : node.canary() ? "canary" : "";
  }

  /// Steps that follow each other on one node, or on all nodes of a batch.
  private static final class Row {
    private final Set<String> nodes = new LinkedHashSet<>();
    private final List<PlannedStep> steps = new ArrayList<>();

    Row(PlannedStep first) {
      add(first);
    }

    /// A batch has each of its steps once.
    void add(PlannedStep step) {
      nodes.add(step.node());
      if (steps.stream().noneMatch(it -> it.name().equals(step.name()))) {
        steps.add(step);
      }
    }

    String node() {
      return String.join(", ", nodes);
    }

    boolean takes(PlannedStep next) {
      PlannedStep last = steps.getLast();
      boolean same =
          last.batch() == null
              ? next.batch() == null && next.node().equals(last.node())
              : last.batch().equals(next.batch());
      return same
          && !next.node().isEmpty()
          && next.window() == null
          && last.window() == null
          && (next.share() == null
              ? last.share() == null
              : next.share().equals(last.share()) && next.name().equals(last.name()));
    }

    String words(Marks marks) {
      return steps.stream()
          .map(step -> step.hook() == null ? step.name() : step.name() + " " + step.hook())
          .collect(Collectors.joining(" " + marks.arrow() + " "));
    }

    String share() {
      PlannedStep last = steps.getLast();
      Double share = last.share();
      // A shift without a share gives every node its own weight again.
      String none = last.name().equals("shift") ? "own" : "";
      return share == null ? none : Quantities.shown(share) + " %";
    }

    String window() {
      Duration window = steps.getLast().window();
      return window == null ? "" : Quantities.shown(window);
    }

    String deadline() {
      return Times.about(
          steps.stream().map(PlannedStep::deadline).reduce(Duration.ZERO, Duration::plus));
    }
  }

  private static List<Row> rows(List<PlannedStep> steps) {
    List<Row> rows = new ArrayList<>();
    for (PlannedStep step : steps) {
      if (!rows.isEmpty() && rows.getLast().takes(step)) {
        rows.getLast().add(step);
      } else {
        rows.add(new Row(step));
      }
    }
    return rows;
  }

  private List<Text> steps() {
    Table table = new Table("", "node", "steps", "share", "window", "at most");
    int number = 0;
    for (Row row : rows(plan.plan().steps())) {
      number++;
      table.row(
          Text.of(Style.FAINT, String.valueOf(number)),
          Text.of(row.node().isEmpty() ? "all" : row.node()),
          Text.of(row.words(marks)),
          Text.of(row.share()),
          Text.of(Style.BUSY, row.window()),
          Text.of(Style.FAINT, row.deadline()));
    }
    return table.lines();
  }

  private List<Text> slis() {
    Table table = new Table("SLI", "judged", "counts", "when red");
    for (PlannedSli sli : plan.slis()) {
      table.row(
          Text.of(sli.name()),
          Text.of(sli.judged()),
          Text.of(sli.from() == null ? "always" : "from " + Quantities.shown(sli.from()) + " % on"),
          Text.of(sli.onBreach() == OnBreach.WARN ? Style.CAREFUL : Style.PLAIN, red(sli)));
    }
    return table.lines();
  }

  private static String red(PlannedSli sli) {
    return switch (sli.onBreach()) {
      case ROLLBACK -> "rollback";
      case PAUSE -> "pause";
      case HOLD -> "hold";
      case WARN -> "only a warning";
    };
  }

  /// Never what is in them.
  private List<Text> files() {
    Table table = new Table("file", "owner", "mode", "content", "changes");
    for (PlannedFile file : plan.files()) {
      boolean removed = file.sha256().isEmpty();
      table.row(
          Text.of(file.path()),
          Text.of(removed ? "" : file.uid() + ":" + file.gid()),
          Text.of(removed ? "" : file.mode()),
          Text.of(removed ? "removed" : "sha256:" + file.sha256().substring(0, 12)),
          Text.of(Style.FAINT, changes(file)));
    }
    return table.lines();
  }

  private static String changes(PlannedFile file) {
    List<String> changes = new ArrayList<>();
    if (!file.adds().isEmpty()) {
      changes.add("new on " + String.join(", ", file.adds()));
    }
    if (!file.replaces().isEmpty()) {
      changes.add("replaced on " + String.join(", ", file.replaces()));
    }
    if (changes.isEmpty()) {
      return file.same().isEmpty() ? "" : "nothing, it is there already";
    }
    return String.join("; ", changes);
  }

  private void checks(List<Text> lines) {
    int label = plan.checks().stream().mapToInt(it -> it.name().length()).max().orElse(0) + 4;
    for (CheckResult check : plan.checks()) {
      Text mark =
          check.ok() ? Text.of(Style.GOOD, marks.done()) : Text.of(Style.BAD, marks.failed());
      Text head = mark.and(" " + check.name()).padded(label);
      for (String part : Text.wrapped(check.detail(), width - label, MOST_LINES, marks)) {
        lines.add(head.and(check.ok() ? Style.PLAIN : Style.BAD, part));
        head = Text.of(" ".repeat(label));
      }
    }
    for (String warning : plan.warnings()) {
      Text head = Text.of(Style.CAREFUL, "!").and(" warning").padded(label);
      for (String part : Text.wrapped(warning, width - label, MOST_LINES, marks)) {
        lines.add(head.and(Style.CAREFUL, part));
        head = Text.of(" ".repeat(label));
      }
    }
  }
}
