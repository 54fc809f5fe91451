package dev.serin.incus.instance;

import dev.serin.contracts.Check;
import dev.serin.contracts.incus.UnitSeen;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a script told: `key value` lines, the last one its outcome.
final class Report {
  private final Map<String, List<String>> lines;
  private final List<String> outcome;
  private final String trouble;

  private Report(Map<String, List<String>> lines, List<String> outcome, String trouble) {
    this.lines = lines;
    this.outcome = outcome;
    this.trouble = trouble;
  }

  /// @param output what the script wrote
  /// @param errors what its tools complained about
  static Report read(String output, String errors) {
    Map<String, List<String>> lines = new LinkedHashMap<>();
    output
        .lines()
        .forEach(line -> {
          int space = line.indexOf(' ');
          String key = space < 0 ? line : line.substring(0, space);
          String value = space < 0 ? "" : line.substring(space + 1);
          lines.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
        });
    List<String> outcome =
        lines.containsKey("outcome")
            ? List.of(lines.get("outcome").getLast().split(" ", -1))
            : List.of("");
    return new Report(lines, outcome, lastLine(errors));
  }

  /// The last thing that a tool said before it gave up.
  static String lastLine(String errors) {
    List<String> said = errors.lines().filter(line -> !line.isBlank()).toList();
    return said.isEmpty() ? "" : Check.printable(said.getLast().strip());
  }

  /// The outcome's first word.
  String outcome() {
    return outcome.getFirst();
  }

  /// A further word of the outcome, counted from 1; `-` where there is none.
  String word(int number) {
    return number < outcome.size() ? outcome.get(number) : "-";
  }

  boolean has(String key) {
    return lines.containsKey(key);
  }

  boolean has(String key, String value) {
    return all(key).contains(value);
  }

  /// The value of a key that stands once; empty where it is missing.
  String value(String key) {
    return has(key) ? all(key).getFirst() : "";
  }

  /// A number of 0 or more; 0 where it is missing.
  long number(String key) {
    String value = value(key);
    return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
  }

  /// The units that the script identified.
  List<UnitSeen> units() {
    List<UnitSeen> units = new ArrayList<>();
    for (String line : all("identity")) {
      String[] words = line.split(" ", -1);
      if (words.length == 4 && words[2].matches("[0-9]{1,9}")) {
        units.add(
            new UnitSeen(
                words[0],
                words[1].equals("-") ? "" : words[1],
                Integer.parseInt(words[2]),
                words[3]));
      }
    }
    return units;
  }

  List<String> all(String key) {
    return lines.getOrDefault(key, List.of());
  }

  /// What the tools complained about last, as ` (…)`; empty where nothing.
  String trouble() {
    return trouble.isEmpty() ? "" : " (" + trouble + ")";
  }
}
