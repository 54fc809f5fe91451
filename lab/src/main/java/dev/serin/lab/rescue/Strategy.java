package dev.serin.lab.rescue;

import java.util.Arrays;
import java.util.List;

/// How the rollouts go that are rescued.
public enum Strategy {
  CANARY_THEN_PEERS("canary-then-peers", ""),
  TRAFFIC_STEPS(
      "traffic-steps",
      """
      trafficSteps:
        - {share: 10, window: 4s}
        - {share: 100, window: 3s}
      """);

  private final String shown;
  private final String more;

  Strategy(String shown, String more) {
    this.shown = shown;
    this.more = more;
  }

  public String shown() {
    return shown;
  }

  /// A service of its own: what one strategy's rollouts remember is nothing to the other's.
  String service() {
    return "rescued-by-" + shown;
  }

  /// The kinds of steps that such a rollout has.
  public List<Spot> spots() {
    return Arrays.stream(Spot.values())
        .filter(spot -> this == TRAFFIC_STEPS || spot != Spot.SHIFT)
        .toList();
  }

  /// @param own the lab's own definition
  String definition(String own) {
    return own.replace("service: backend-api\n", "service: " + service() + "\n")
        .replace("strategy: canary-then-peers\n", "strategy: " + shown + "\n" + more)
        .replace("analysis: {window: 15s,", "analysis: {window: 4s,");
  }
}
