package dev.serin.haproxy.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one HAProxy process said of itself and its pools over one connection, hence all of it of
/// the same process.
///
/// @param pools by name, in HAProxy's order
public record Snapshot(ProcessSeen process, Map<String, PoolView> pools) {
  public Optional<ServerView> server(String pool, String server) {
    return Optional.ofNullable(pools.get(pool)).flatMap(found -> found.server(server));
  }

  public List<String> poolNames() {
    return List.copyOf(pools.keySet());
  }

  /// Whether anything at all has come to the pool since then, served or not; also where that can't
  /// be told, since another process counts now.
  public boolean hasCome(Snapshot before, String pool) {
    return process.replaced(before.process) || come(pool) > before.come(pool);
  }

  private long come(String pool) {
    PoolView view = pools.get(pool);
    return view == null
        ? 0
        : view.sessionsTotal()
            + view.servers().values().stream().mapToLong(ServerView::sessionsTotal).sum();
  }
}
