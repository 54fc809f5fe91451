package dev.serin.cli.view;

import dev.serin.contracts.rollout.ReleasePlan;
import dev.serin.contracts.rollout.SliBefore;
import dev.serin.contracts.sli.SliPower;
import dev.serin.contracts.sli.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was measured before anything is changed: what each SLI is, and what its comparison will
/// find.
final class BeforeLines {
  private static final int MOST_LINES = 20;

  private final ReleasePlan plan;
  private final Marks marks;
  private final int width;

  BeforeLines(ReleasePlan plan, Marks marks, int width) {
    this.plan = plan;
    this.marks = marks;
    this.width = width;
  }

  /// Both, as far as they are there.
  List<List<Text>> all() {
    return Stream.of(
            plan.before().isEmpty() ? List.<Text>of() : before(),
            plan.power().isEmpty() ? List.<Text>of() : power())
        .filter(lines -> !lines.isEmpty())
        .toList();
  }

  /// What each SLI is now, before anything is changed.
  private List<Text> before() {
    Table table = new Table("SLI", "now", "requests");
    for (SliBefore sli : plan.before()) {
      table.row(
          Text.of(sli.name()),
          Text.of(style(sli.verdict()), shown(sli.value())),
          Text.of(shown(sli.requests())));
    }
    List<Text> heads = table.lines();
    int label = heads.stream().mapToInt(Text::width).max().orElse(0) + 2;
    List<Text> lines = new ArrayList<>(List.of(heads.getFirst()));
    for (int i = 0; i < plan.before().size(); i++) {
      SliBefore sli = plan.before().get(i);
      Style style = sli.verdict() == Verdict.PASS ? Style.PLAIN : style(sli.verdict());
      Text head = heads.get(i + 1).padded(label);
      for (String part :
          Text.wrapped(sli.detail(), Math.max(20, width - label), MOST_LINES, marks)) {
        lines.add(head.and(style, part));
        head = Text.of(" ".repeat(label));
      }
    }
    return lines;
  }

  /// What each window can find by comparison.
  private List<Text> power() {
    int label = plan.power().stream().mapToInt(it -> it.name().length()).max().orElse(0);
    label = Math.max(label, "compared".length()) + 2;
    List<Text> lines = new ArrayList<>();
    lines.add(Text.of(Style.FAINT, "compared").padded(label).and(Style.FAINT, "what can be found"));
    for (SliPower power : plan.power()) {
      Text head = Text.of(power.name()).padded(label);
      Style style = power.suffices() ? Style.PLAIN : Style.CAREFUL;
      for (String part :
          Text.wrapped(power.sentence(), Math.max(20, width - label), MOST_LINES, marks)) {
        lines.add(head.and(style, part));
        head = Text.of(" ".repeat(label));
      }
    }
    return lines;
  }

  private static String shown(@Nullable Double number) {
    return number == null ? "" : ProbeLines.number(number);
  }

  private static Style style(Verdict verdict) {
    return switch (verdict) {
      case PASS -> Style.GOOD;
      case FAIL -> Style.BAD;
      case NO_DATA, ERROR -> Style.CAREFUL;
    };
  }
}
