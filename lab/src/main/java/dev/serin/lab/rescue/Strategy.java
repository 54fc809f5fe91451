package dev.serin.lab.rescue;

import static dev.serin.lab.rescue.Spot.ANALYSE;
import static dev.serin.lab.rescue.Spot.BACK_DRAIN;
import static dev.serin.lab.rescue.Spot.BACK_READY;
import static dev.serin.lab.rescue.Spot.BACK_RESTART;
import static dev.serin.lab.rescue.Spot.BACK_SHIFT;
import static dev.serin.lab.rescue.Spot.DRAIN;
import static dev.serin.lab.rescue.Spot.PEER_BACK_READY;
import static dev.serin.lab.rescue.Spot.PEER_BACK_RESTART;
import static dev.serin.lab.rescue.Spot.PEER_DRAIN;
import static dev.serin.lab.rescue.Spot.PEER_MAINT;
import static dev.serin.lab.rescue.Spot.PEER_RESTART;
import static dev.serin.lab.rescue.Spot.PUSH;
import static dev.serin.lab.rescue.Spot.READY;
import static dev.serin.lab.rescue.Spot.RESTART;
import static dev.serin.lab.rescue.Spot.RESTORE;
import static dev.serin.lab.rescue.Spot.SHIFT;
import static dev.serin.lab.rescue.Spot.SOAK;

import dev.serin.lab.cluster.Definitions;
import dev.serin.lab.fleet.Standing;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// How the rollouts go that are rescued. Those that go like another one up to some place are
/// rescued from there on.
public enum Strategy {
  CANARY_THEN_PEERS("canary-then-peers", 2, ""),
  TRAFFIC_STEPS(
      "traffic-steps",
      2,
      """
      trafficSteps:
        - {share: 10, window: 4s}
        - {share: 100, window: 3s}
      """),
  /// Both peers at once, and all of them watched at the end.
  BATCH("canary-then-peers", 1, "batch: 2\nsoak: 4s\n"),
  /// One node stands by at first, and two serve; then it is the other way round.
  BLUE_GREEN(
      "blue-green",
      1,
      """
      groups: {blue: [backend-api-1, backend-api-2], green: [backend-api-3]}
      trafficSteps:
        - {share: 5, window: 3s}
        - {share: 100, window: 3s}
      """);

  private final String strategy;
  private final int minimum;
  private final String more;

  Strategy(String strategy, int minimum, String more) {
    this.strategy = strategy;
    this.minimum = minimum;
    this.more = more;
  }

  public String shown() {
    return this == BATCH ? strategy + ", in a batch" : strategy;
  }

  /// A service of its own: what one strategy's rollouts remember is nothing to the other's.
  String service() {
    return "rescued-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The kinds of steps at which such a rollout is rescued.
  public List<Spot> spots() {
    return switch (this) {
      case CANARY_THEN_PEERS ->
          List.of(
              DRAIN,
              PUSH,
              RESTART,
              READY,
              ANALYSE,
              PEER_DRAIN,
              BACK_DRAIN,
              RESTORE,
              BACK_RESTART,
              BACK_READY);
      case TRAFFIC_STEPS ->
          List.of(
              DRAIN,
              PUSH,
              RESTART,
              READY,
              ANALYSE,
              SHIFT,
              PEER_DRAIN,
              BACK_DRAIN,
              RESTORE,
              BACK_RESTART,
              BACK_SHIFT,
              BACK_READY);
      case BATCH -> List.of(PEER_DRAIN, PEER_RESTART, SOAK, PEER_BACK_RESTART, BACK_READY);
      case BLUE_GREEN ->
          List.of(
              RESTART,
              READY,
              ANALYSE,
              PEER_DRAIN,
              PEER_MAINT,
              SOAK,
              PEER_BACK_READY,
              BACK_DRAIN,
              BACK_RESTART,
              BACK_READY);
    };
  }

  /// Where a rollout is aborted, so that its way back has the spots that it is to have.
  Spot abortedAt() {
    return spots().contains(SOAK) ? SOAK : ANALYSE;
  }

  /// Whether two groups change, so that one of them stands by.
  boolean exchanges() {
    return this == BLUE_GREEN;
  }

  /// The nodes that get the release first.
  Set<String> first(Map<String, Standing> before) {
    return exchanges()
        ? before.entrySet().stream()
            .filter(node -> node.getValue().standsBy())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet())
        : Set.of("backend-api-2");
  }

  /// What every node has once such a rollout has completed.
  Map<String, Standing> after(Map<String, Standing> before, String digest) {
    Map<String, Standing> after = new TreeMap<>();
    before.forEach((node, was) ->
        after.put(
            node,
            exchanges() && !was.standsBy()
                ? new Standing(was.digest(), true)
                : new Standing(digest, false)));
    return after;
  }

  /// @param own the lab's own definition
  String definition(String own) {
    return Definitions.evenIfRed(own)
        .replace("service: backend-api\n", "service: " + service() + "\n")
        .replace("minAvailable: 2 ", "minAvailable: " + minimum + " ")
        .replace("strategy: canary-then-peers\n", "strategy: " + strategy + "\n" + more)
        .replace("analysis: {window: 15s,", "analysis: {window: 4s,");
  }
}
