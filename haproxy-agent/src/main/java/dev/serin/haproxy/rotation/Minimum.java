package dev.serin.haproxy.rotation;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Whether a node may leave rotation (I2).
public sealed interface Minimum {
  /// Enough peers stay, or the node is in rotation nowhere and leaves nothing.
  record Kept() implements Minimum {}

  /// @param remaining the peers in rotation everywhere
  /// @param out the peers that are not, each with where and HAProxy's word for it
  record Broken(int minimum, List<String> remaining, List<String> out) implements Minimum {
    public Failure failure(String server) {
      return new Failure(
          Failure.Reason.MINIMUM,
          minimum + " or more nodes in rotation once " + server + " has left",
          remaining.size()
              + (remaining.isEmpty() ? "" : " (" + String.join(", ", remaining) + ")")
              + (out.isEmpty() ? "" : "; out of rotation: " + String.join(", ", out)),
          "bring the other nodes back into rotation, or lower the service's minAvailable",
          true);
    }
  }

  /// @param seen what each load balancer has, by its name
  static Minimum judge(
      String server,
      Collection<PoolServer> peers,
      Collection<String> pools,
      int minAvailable,
      Map<String, Snapshot> seen) {
    return inRotationAnywhere(server, pools, seen)
        ? judgePeers(peers, pools, minAvailable, seen)
        : new Kept();
  }

  /// As [#judge], where peers have been admitted just now, maybe from maintenance: HAProxy gives
  /// such a one requests before it has checked it, dead or alive, so it does not count yet.
  static Minimum judgeChecked(
      String server,
      Collection<PoolServer> peers,
      Collection<String> pools,
      int minAvailable,
      Map<String, Snapshot> seen) {
    return inRotationAnywhere(server, pools, seen)
        ? judgePeers(peers, pools, minAvailable, seen, ServerView::confirmedInRotation)
        : new Kept();
  }

  /// Whether enough peers are in rotation, whatever the node itself is.
  static Minimum judgePeers(
      Collection<PoolServer> peers,
      Collection<String> pools,
      int minAvailable,
      Map<String, Snapshot> seen) {
    return judgePeers(peers, pools, minAvailable, seen, ServerView::inRotation);
  }

  private static Minimum judgePeers(
      Collection<PoolServer> peers,
      Collection<String> pools,
      int minAvailable,
      Map<String, Snapshot> seen,
      Predicate<ServerView> counts) {
    List<String> remaining = new ArrayList<>();
    List<String> out = new ArrayList<>();
    for (PoolServer peer : peers) {
      List<String> missing = missing(peer.server(), pools, seen, counts);
      if (missing.isEmpty()) {
        remaining.add(peer.node());
      } else {
        out.add(peer.node() + " (" + String.join(", ", missing) + ")");
      }
    }
    return remaining.size() >= minAvailable ? new Kept() : new Broken(minAvailable, remaining, out);
  }

  private static boolean inRotationAnywhere(
      String server, Collection<String> pools, Map<String, Snapshot> seen) {
    return seen.values().stream()
        .anyMatch(snapshot ->
            pools.stream()
                .anyMatch(pool ->
                    snapshot.server(pool, server).map(ServerView::inRotation).orElse(false)));
  }

  /// Where the server is not in rotation, with HAProxy's word for it; empty when it is everywhere.
  static List<String> notInRotation(
      String server, Collection<String> pools, Map<String, Snapshot> seen) {
    return missing(server, pools, seen, ServerView::inRotation);
  }

  private static List<String> missing(
      String server,
      Collection<String> pools,
      Map<String, Snapshot> seen,
      Predicate<ServerView> counts) {
    List<String> missing = new ArrayList<>();
    seen.forEach((loadBalancer, snapshot) -> {
      for (String pool : pools) {
        String word =
            snapshot
                .server(pool, server)
                .map(view -> counts.test(view) ? "" : word(view))
                .orElse("unknown");
        if (!word.isEmpty()) {
          missing.add(word + " on " + loadBalancer);
        }
      }
    });
    return missing;
  }

  /// Why a server is not in rotation, in HAProxy's words.
  static String word(ServerView view) {
    return view.admitted() && view.weight() == 0 ? view.status() + " at weight 0" : view.status();
  }
}
