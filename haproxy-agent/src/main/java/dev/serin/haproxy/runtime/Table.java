package dev.serin.haproxy.runtime;

import dev.serin.contracts.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A table of HAProxy's, read by its header: which columns there are, and in which order, varies
/// with the version. A row that is shorter than the header, a text that is none and a number that
/// is none are [Garbled]; a column that is missing, or empty, is not.
final class Table {
  private final Map<String, Integer> columns;
  private final List<List<String>> rows = new ArrayList<>();

  private final int width;

  private Table(List<String> header) throws Garbled {
    columns = new java.util.HashMap<>();
    width = header.size();
    for (int i = 0; i < width; i++) {
      columns.putIfAbsent(legible(header.get(i)), i);
    }
  }

  /// A table whose header line begins with `#` and whose cells are parted by commas, with quotes
  /// around texts that hold some.
  static Table commas(String header) throws Garbled {
    return new Table(cells(header.substring(1).strip()));
  }

  /// A table whose header line begins with `#` and whose cells are parted by spaces.
  static Table spaces(String header) throws Garbled {
    return new Table(words(header.substring(1).strip()));
  }

  void addCommas(String line) throws Garbled {
    add(line, cells(line));
  }

  /// Such a row is HAProxy's own from end to end; those with commas carry words of others.
  void addSpaces(String line) throws Garbled {
    add(line, words(legible(line).strip()));
  }

  private void add(String line, List<String> row) throws Garbled {
    if (row.size() < width) {
      throw new Garbled(Check.printable(line));
    }
    rows.add(row);
  }

  private static String legible(String text) throws Garbled {
    if (!Legible.is(text)) {
      throw new Garbled(Check.printable(text));
    }
    return text;
  }

  List<Row> rows() {
    List<Row> all = new ArrayList<>(rows.size());
    for (List<String> row : rows) {
      all.add(new Row(row));
    }
    return all;
  }

  /// What spaces part, however many.
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    int from = 0;
    for (int to = line.indexOf(' '); to >= 0; to = line.indexOf(' ', from)) {
      if (to > from) {
        words.add(line.substring(from, to));
      }
      from = to + 1;
    }
    words.add(line.substring(from));
    return words;
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  /// One line of the table.
  final class Row {
    private final List<String> cells;

    private Row(List<String> cells) {
      this.cells = cells;
    }

    /// The cell under this header; none where the column or the value is missing.
    @Nullable String text(String column) throws Garbled {
      Integer at = columns.get(column);
      if (at == null || at >= cells.size() || cells.get(at).isEmpty()) {
        return null;
      }
      return legible(cells.get(at));
    }

    /// The number under this header, 0 where there is none.
    long number(String column) throws Garbled {
      String text = text(column);
      try {
        return text == null ? 0 : Long.parseLong(text);
      } catch (NumberFormatException other) {
        throw new Garbled(column + " " + Check.printable(String.valueOf(text)));
      }
    }
  }
}
