package dev.serin.lab.strategies;

import java.util.List;

/// A way to roll out, as the lab's service is defined for it.
///
/// @param strategy its name
/// @param more further lines of the definition
record Way(String strategy, String more) {
  private static final String IN_SHARES =
      """
      trafficSteps:
        - {share: 5, window: 3s}
        - {share: 25, window: 3s}
        - {share: 50, window: 3s}
        - {share: 100, window: 3s}
      """;

  /// Both peers at once, after the canary.
  static final Way IN_A_BATCH = new Way("canary-then-peers", "batch: 2\n");

  /// All that the lab tries.
  static final List<Way> ALL =
      List.of(
          IN_A_BATCH,
          new Way("traffic-steps", IN_SHARES),
          new Way("OneAtATime", ""),
          new Way("emergency", ""));

  /// The lab's definition, in this way.
  ///
  /// @param own the lab's own definition
  String definition(String own) {
    return own.replace("service: backend-api\n", "service: " + service() + "\n")
        .replace("strategy: canary-then-peers\n", "strategy: " + strategy + "\n" + more)
        .replace(
            "minAvailable: 2 ", more.contains("batch") ? "minAvailable: 1 " : "minAvailable: 2 ")
        .replace("{window: 15s, interval: 1s, initialDelay: 2s}", analysis());
  }

  private static String analysis() {
    return "{window: 4s, interval: 1s, initialDelay: 2s}";
  }

  /// A service's name is its own: what one way remembers is nothing to the next.
  String service() {
    return "by-" + strategy.toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public String toString() {
    return strategy;
  }
}
