package dev.serin.haproxy.runtime;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `show map <file>` and `show map`. A line that is none of a map's is no "not there".
final class MapEntries {
  /// An entry: where it is in memory, its key, its value.
  private static final Pattern ENTRY = Pattern.compile("0x[0-9a-f]+ +(\\S+).*");

  /// A map: its number, or -1, and its file.
  private static final Pattern MAP = Pattern.compile("-?[0-9]+ \\(([^)]*)\\).*");

  private MapEntries() {}

  /// The keys; none when HAProxy has no such map.
  static Optional<Set<String>> keys(String answer) throws Garbled {
    if (answer.startsWith("Unknown map")) {
      return Optional.empty();
    }
    return Optional.of(first(ENTRY, answer, new HashSet<>()));
  }

  /// The files of all maps, out of `show map` without a file.
  static Set<String> files(String answer) throws Garbled {
    if (!answer.startsWith("#")) {
      throw new Garbled(answer);
    }
    Set<String> files = first(MAP, answer.substring(answer.indexOf('\n') + 1), new TreeSet<>());
    files.remove("");
    return files;
  }

  private static Set<String> first(Pattern pattern, String answer, Set<String> found)
      throws Garbled {
    for (String line : answer.lines().toList()) {
      Matcher one = pattern.matcher(line);
      if (one.matches()) {
        found.add(one.group(1));
      } else if (!line.isBlank()) {
        throw new Garbled(line);
      }
    }
    return found;
  }
}
