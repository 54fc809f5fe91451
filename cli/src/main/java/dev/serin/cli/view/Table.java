package dev.serin.cli.view;

import java.util.ArrayList;
import java.util.List;

/// Rows under headings, each column as wide as its widest cell.
public final class Table {
  private final List<List<Text>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings).stream().map(heading -> Text.of(Style.FAINT, heading)).toList());
  }

  public Table row(Text... cells) {
    rows.add(List.of(cells));
    return this;
  }

  public List<Text> lines() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<Text> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).width());
      }
    }
    List<Text> lines = new ArrayList<>();
    for (List<Text> row : rows) {
      Text line = Text.empty();
      int at = 0;
      for (int i = 0; i < columns; i++) {
        line = line.padded(at).and(row.get(i));
        at += widths[i] + 2;
      }
      lines.add(line);
    }
    return lines;
  }
}
