package dev.serin.lab.cluster;

import dev.serin.lab.fleet.Fleet;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Watches a fleet at rest in HAProxy: whatever differs from how it was at first is a write of
/// somebody who did not know that he is late.
final class StaleWrites {
  private static final long EVERY_MILLIS = 10;

  private final Fleet fleet;
  private final Map<String, String> atRest;
  private final Set<String> seen = new LinkedHashSet<>();

  /// Takes how the fleet is now for how it has to be.
  StaleWrites(Fleet fleet) throws IOException {
    this.fleet = fleet;
    atRest = standing();
  }

  /// Whether each node is in rotation, and with which weight: who is down does not count.
  private Map<String, String> standing() throws IOException {
    Map<String, String> standing = new TreeMap<>();
    fleet
        .servers()
        .forEach((node, server) ->
            standing.put(node, (server.isOut() ? "out" : "in") + ", weight " + server.weight()));
    return standing;
  }

  /// How long it was not as at first, from when that was seen first until it was over; zero where
  /// it never was.
  ///
  /// @param watched so long it is looked at
  Duration watch(Duration watched) throws IOException, InterruptedException {
    long from = System.nanoTime();
    @Nullable Long first = null;
    long last = from;
    while (System.nanoTime() - from < watched.toNanos()) {
      Map<String, String> now = standing();
      if (!now.equals(atRest)) {
        seen.add(now.toString());
        first = first == null ? System.nanoTime() : first;
        last = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    }
    return first == null ? Duration.ZERO : Duration.ofNanos(Math.max(1, last - first));
  }

  /// How it was meanwhile.
  Set<String> seen() {
    return seen;
  }
}
