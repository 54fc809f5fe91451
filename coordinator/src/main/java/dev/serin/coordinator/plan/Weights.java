package dev.serin.coordinator.plan;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The weights that give the canaries a share of a pool's requests. HAProxy's weights are whole
/// numbers from 0 to 256 (Configuration Manual, "weight"), so a share is met as nearly as they
/// allow:
/// 1. the peers keep their proportions, multiplied by 1, 2, 3, … for as long as none exceeds 256;
/// 2. the canaries' weights follow from the share, rounded, at least 1;
/// 3. the smallest multiple that is near enough is taken, else the nearest.
///
/// @param byNode each node's weight
/// @param share what the canaries get by these weights, in per cent
public record Weights(Map<String, Integer> byNode, double share) {
  /// HAProxy's greatest weight.
  private static final int GREATEST = 256;

  /// How far from the share asked is not worth a larger multiple, in points.
  private static final double NEAR = 0.05;

  /// How far the share may be from the one asked, in points.
  public static final double TOLERANCE = 0.5;

  public Weights {
    byNode = Map.copyOf(byNode);
  }

  /// @param home the weight that each node in rotation has by itself, 1 to 256; a canary and a peer
  ///   among them
  /// @param wanted the canaries' share in per cent, above 0 and below 100
  public static Weights of(Map<String, Integer> home, Set<String> canaries, double wanted) {
    Map<String, Integer> peers = new TreeMap<>(home);
    peers.keySet().removeAll(canaries);
    Map<String, Integer> mine = new TreeMap<>(home);
    mine.keySet().retainAll(canaries);
    int divisor = peers.values().stream().reduce(0, Weights::gcd);
    int greatest = peers.values().stream().max(Integer::compare).orElse(1) / divisor;
    Weights best = null;
    for (int times = 1; times * greatest <= GREATEST; times++) {
      Weights next = of(peers, mine, times, divisor, wanted);
      if (best == null || next.error(wanted) < best.error(wanted)) {
        best = next;
      }
      if (best.error(wanted) <= NEAR) {
        return best;
      }
    }
    if (best == null) {
      throw new IllegalArgumentException("expected weights from 1 to 256, was " + home);
    }
    return best;
  }

  private static Weights of(
      Map<String, Integer> peers,
      Map<String, Integer> mine,
      int times,
      int divisor,
      double wanted) {
    Map<String, Integer> weights = new TreeMap<>();
    peers.forEach((node, weight) -> weights.put(node, weight / divisor * times));
    int others = weights.values().stream().mapToInt(Integer::intValue).sum();
    double sum = wanted / (100 - wanted) * others;
    int all = mine.values().stream().mapToInt(Integer::intValue).sum();
    int got = 0;
    for (var each : mine.entrySet()) {
      int weight = (int) Math.clamp(Math.round(sum * each.getValue() / all), 1, (long) GREATEST);
      weights.put(each.getKey(), weight);
      got += weight;
    }
    return new Weights(weights, 100.0 * got / (got + others));
  }

  /// How far it is from what was asked, in points.
  public double error(double wanted) {
    return Math.abs(share - wanted);
  }

  private static int gcd(int one, int other) {
    return other == 0 ? one : gcd(other, one % other);
  }
}
