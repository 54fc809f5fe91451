package dev.serin.lab.chaos;

import dev.serin.lab.load.LoadSnapshot;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Who has failed requests: the bad release, of the status that it was made to give, by its
/// version; a fault by which users' requests fail whatever Serin does, in the ways in which they
/// do, while it lasts and until HAProxy notices, where no release has answered at all; and whatever
/// else, which no run may have.
final class Failures {
  /// HAProxy marks a node down after 3 checks, one a second, the last of which may take 2 s.
  static final java.time.Duration NOTICED = java.time.Duration.ofSeconds(5);

  private final Map<String, Long> byFaults = new ConcurrentHashMap<>();

  /// What came to be while such a fault lasted. What a release itself has answered is not the
  /// fault's.
  ///
  /// @param ways how requests fail by it
  void during(Set<String> ways, LoadSnapshot seen) {
    during(ways, seen.failedByVersionAndKind());
  }

  void during(Set<String> ways, Map<String, Long> failedByVersionAndKind) {
    for (String way : ways) {
      String what = LoadSnapshot.versionAndKind("unknown", way);
      byFaults.merge(what, failedByVersionAndKind.getOrDefault(what, 0L), Long::sum);
    }
  }

  Map<String, Long> byFaults() {
    return new TreeMap<>(byFaults);
  }

  /// What nothing explains, by version and kind, and how often.
  Map<String, Long> unexplained(Map<String, Long> failedByVersionAndKind, String failing) {
    Map<String, Long> rest = new TreeMap<>(failedByVersionAndKind);
    rest.remove(LoadSnapshot.versionAndKind(failing, "status 500"));
    rest.replaceAll((what, count) -> count - byFaults.getOrDefault(what, 0L));
    rest.values().removeIf(count -> count <= 0);
    return rest;
  }
}
