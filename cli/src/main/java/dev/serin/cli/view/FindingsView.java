package dev.serin.cli.view;

import dev.serin.contracts.migration.Finding;
import dev.serin.contracts.migration.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/// What is found in migrations: where, what, why it matters, what to do, and the verdict last.
public final class FindingsView {
  private static final int MOST_LINES = 20;
  private static final String INDENT = "    ";

  private final Marks marks;
  private final int width;

  public FindingsView(Marks marks, int width) {
    this.marks = marks;
    this.width = width;
  }

  /// @param files how many were read
  /// @param changed what is wrong with migrations that were there before
  /// @param leftOut the files that are for the way back
  public List<Text> lines(
      int files, List<Finding> findings, List<String> changed, List<String> leftOut) {
    List<Text> lines = new ArrayList<>();
    for (Finding finding : findings) {
      lines.add(
          mark(finding.severity())
              .and(" ")
              .and(Style.STRONG, finding.path() + ":" + finding.line())
              .and("  " + finding.statement())
              .cut(width, marks));
      wrapped(lines, Style.PLAIN, INDENT, finding.why());
      if (!finding.instead().isEmpty()) {
        wrapped(lines, Style.FAINT, INDENT + marks.arrow() + " ", finding.instead());
      }
    }
    for (String one : changed) {
      wrapped(lines, Style.PLAIN, mark(Severity.BREAKS).and(" "), one);
    }
    if (!leftOut.isEmpty()) {
      wrapped(
          lines,
          Style.FAINT,
          marks.skipped() + " ",
          "left out, since they are for the way back: " + String.join(", ", leftOut));
    }
    lines.add(verdict(files, findings, changed));
    return lines;
  }

  private Text verdict(int files, List<Finding> findings, List<String> changed) {
    long breaking = of(Severity.BREAKS, findings);
    long others = findings.size() - breaking;
    if (files == 0 && changed.isEmpty()) {
      return Text.of("migrations: none given");
    }
    Text mark =
        breaking == 0 && changed.isEmpty()
            ? Text.of(Style.GOOD, marks.done())
            : Text.of(Style.BAD, marks.failed());
    return mark.and(" " + counted(files, "file") + ": ")
        .and(
            breaking == 0
                ? "all of it additive"
                : breaking
                    + (breaking == 1 ? " statement breaks" : " statements break")
                    + " the version that still runs")
        .and(others == 0 ? "" : ", " + counted(others, "warning"))
        .and(changed.isEmpty() ? "" : ", " + counted(changed.size(), "older file") + " changed");
  }

  private static long of(Severity severity, List<Finding> findings) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private Text mark(Severity severity) {
    return switch (severity) {
      case BREAKS -> Text.of(Style.BAD, marks.failed());
      case WARNS -> Text.of(Style.CAREFUL, "!");
      case SCANNED -> Text.of(Style.CAREFUL, "?");
    };
  }

  private void wrapped(List<Text> lines, Style style, String before, String sentence) {
    wrapped(lines, style, Text.of(style, before), sentence);
  }

  private void wrapped(List<Text> lines, Style style, Text before, String sentence) {
    Text head = before;
    for (String part : Text.wrapped(sentence, width - before.width(), MOST_LINES, marks)) {
      lines.add(head.and(style, part));
      head = Text.of(" ".repeat(before.width()));
    }
  }
}
