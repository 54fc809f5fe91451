package dev.serin.haproxy.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads `show proc` of a master's socket.
final class OldWorkers {
  private OldWorkers() {}

  /// The pids of the workers that a reload left behind to finish their requests; none when the
  /// answer is no master's.
  static Optional<List<Long>> read(String answer) {
    if (!answer.contains("master")) {
      return Optional.empty();
    }
    List<Long> pids = new ArrayList<>();
    boolean old = false;
    for (String line : answer.lines().toList()) {
      if (line.startsWith("#")) {
        old = line.startsWith("# old workers");
        continue;
      }
      String[] cells = line.strip().split("\\s+", -1);
      if (old && cells.length >= 2 && cells[1].equals("worker") && cells[0].matches("[0-9]+")) {
        pids.add(Long.parseLong(cells[0]));
      }
    }
    return Optional.of(pids);
  }
}
