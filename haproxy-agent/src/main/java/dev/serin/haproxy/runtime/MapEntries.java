package dev.serin.haproxy.runtime;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Reads `show map <file>`.
final class MapEntries {
  private MapEntries() {}

  /// The keys; none when HAProxy has no such map.
  static Optional<Set<String>> keys(String answer) {
    if (answer.startsWith("Unknown map")) {
      return Optional.empty();
    }
    Set<String> keys = new HashSet<>();
    for (String line : answer.lines().toList()) {
      String[] cells = line.strip().split(" +", 3);
      if (cells.length >= 2 && cells[0].startsWith("0x")) {
        keys.add(cells[1]);
      }
    }
    return Optional.of(keys);
  }

  /// The files of all maps, out of `show map` without a file.
  static Set<String> files(String answer) {
    Set<String> files = new java.util.TreeSet<>();
    for (String line : answer.lines().toList()) {
      int open = line.indexOf(" (");
      int close = line.indexOf(')', open + 2);
      if (!line.startsWith("#") && open > 0 && close > open + 2) {
        files.add(line.substring(open + 2, close));
      }
    }
    return files;
  }
}
