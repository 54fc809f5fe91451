package dev.serin.lab.strategies;

import dev.serin.contracts.service.Strategies;
import dev.serin.lab.fleet.Fleet;
import java.util.List;
import java.util.stream.Stream;

/// A way to roll out, as the lab's service is defined for it.
///
/// @param strategy its name
/// @param more further lines of the definition
/// @param minimum how many nodes have to stay in rotation; 0 where nobody serves meanwhile
record Way(String strategy, String more, int minimum) {
  private static final String IN_SHARES =
      """
      trafficSteps:
        - {share: 5, window: 3s}
        - {share: 25, window: 3s}
        - {share: 50, window: 3s}
        - {share: 100, window: 3s}
      """;

  /// Both peers at once, after the canary, and all of them watched at the end.
  static final Way IN_A_BATCH = new Way("canary-then-peers", "batch: 2\nsoak: 4s\n", 1);

  /// One node stands by at first, and two serve; 5 % of the requests before the switch.
  static final Way BLUE_GREEN =
      new Way(
          Strategies.BLUE_GREEN,
          """
          groups: {blue: [backend-api-1, backend-api-2], green: [backend-api-3]}
          trafficSteps:
            - {share: 5, window: 3s}
            - {share: 100, window: 3s}
          """,
          1);

  /// All that the lab tries with every node in rotation.
  static final List<Way> ALL =
      List.of(
          IN_A_BATCH,
          new Way("traffic-steps", IN_SHARES, 2),
          new Way("OneAtATime", "", 2),
          new Way("HalfAtATime", "", 2),
          new Way("AllAtOnce", "", 0),
          new Way("emergency", "", 2),
          new Way(Strategies.RESTART, "", 2),
          new Way(Strategies.ANALYSIS_ONLY, "", 2));

  /// A preset by its CodeDeploy name, in the lab's time.
  static final Way PRESET = new Way("Canary10Percent5Minutes", "", 2);

  /// All that the lab tries.
  static final List<Way> EVERY =
      Stream.concat(ALL.stream(), Stream.of(PRESET, BLUE_GREEN)).toList();

  /// The lab's definition, in this way, on every load balancer that is there. What waits for a
  /// process waits as long as a busy machine needs: a batch that is late in its health is halted,
  /// and this is about the way, not about the machine. Nor is it about what another way's bad
  /// release has just left in the SLIs.
  ///
  /// @param own the lab's own definition
  String definition(String own) {
    return own.replace("service: backend-api\n", "service: " + service() + "\n")
        .replace("strategy: canary-then-peers\n", strategyLine() + more)
        .replace("[haproxy-1]", "[" + String.join(", ", Fleet.balancers()) + "]")
        .replace("/health\", within: 20s", "/health\", within: 60s")
        .replace("minAvailable: 2 ", "minAvailable: " + minimum + " ")
        .replace("{window: 15s, interval: 1s, initialDelay: 2s}", analysis());
  }

  /// What installs nothing is no service's own strategy: its requests name it.
  private String strategyLine() {
    return "strategy: " + (installs() ? strategy : "canary-then-peers") + "\n";
  }

  /// Whether it brings a binary.
  boolean installs() {
    return !strategy.equals(Strategies.RESTART) && !strategy.equals(Strategies.ANALYSIS_ONLY);
  }

  /// Whether two groups change, so that one of them stands by.
  boolean exchanges() {
    return strategy.equals(Strategies.BLUE_GREEN);
  }

  /// The lab's window in place of its own, by its requests' word: minutes are the name's.
  boolean isShortened() {
    return equals(PRESET);
  }

  /// Whether there is a moment in which nobody serves.
  boolean interrupts() {
    return minimum == 0;
  }

  private static String analysis() {
    return "{window: 4s, interval: 1s, initialDelay: 2s, redBaseline: warn}";
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
