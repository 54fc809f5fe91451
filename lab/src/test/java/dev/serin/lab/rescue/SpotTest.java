package dev.serin.lab.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.lab.fleet.Standing;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SpotTest {
  private static JsonNode step(String step, String node, boolean undo) {
    return Json.mapper()
        .readTree(
            "{\"type\": \"step-started\", \"step\": \"%s\", \"node\": \"%s\", \"undo\": %s}"
                .formatted(step, node, undo));
  }

  private static final Standing SERVES = new Standing("v1", false);
  private static final Standing STANDS_BY = new Standing("v0", true);

  private static List<Spot> begun(Strategy strategy, JsonNode event) {
    return strategy.spots().stream()
        .filter(spot -> spot.begins(event, Set.of("backend-api-2")))
        .toList();
  }

  private static List<Spot> begun(JsonNode event) {
    return begun(Strategy.TRAFFIC_STEPS, event);
  }

  @Test
  void tellsTheCanarysDrainFromAPeersAndFromTheWayBack() {
    assertThat(begun(step("drain", "backend-api-2", false))).containsExactly(Spot.DRAIN);
    assertThat(begun(step("drain", "backend-api-1", false))).containsExactly(Spot.PEER_DRAIN);
    assertThat(begun(step("drain", "backend-api-2", true))).containsExactly(Spot.BACK_DRAIN);
    assertThat(begun(step("drain", "backend-api-1", true))).isEmpty();
    assertThat(begun(step("restore", "backend-api-2", true))).containsExactly(Spot.RESTORE);
    assertThat(begun(step("ready", "backend-api-2", false))).containsExactly(Spot.READY);
    assertThat(begun(step("ready", "backend-api-2", true))).containsExactly(Spot.BACK_READY);
    assertThat(begun(step("shift", "", false))).containsExactly(Spot.SHIFT);
    assertThat(begun(step("shift", "", true))).containsExactly(Spot.BACK_SHIFT);
  }

  @Test
  void tellsWhoComesFromWhoLeaves() {
    assertThat(begun(Strategy.BLUE_GREEN, step("ready", "backend-api-2", true)))
        .containsExactly(Spot.BACK_READY);
    assertThat(begun(Strategy.BLUE_GREEN, step("ready", "backend-api-1", true)))
        .containsExactly(Spot.PEER_BACK_READY);
    Map<String, Standing> before =
        Map.of("backend-api-1", SERVES, "backend-api-2", SERVES, "backend-api-3", STANDS_BY);
    assertThat(Strategy.BLUE_GREEN.first(before)).containsExactly("backend-api-3");
    assertThat(Strategy.BATCH.first(before)).containsExactly("backend-api-2");
  }

  @Test
  void whoLeavesKeepsItsBinaryAndStandsBy() {
    assertThat(Strategy.BLUE_GREEN.after(Map.of("blue", SERVES, "green", STANDS_BY), "v2"))
        .containsEntry("blue", new Standing("v1", true))
        .containsEntry("green", new Standing("v2", false));
    assertThat(Strategy.BATCH.after(Map.of("one", SERVES), "v2"))
        .containsEntry("one", new Standing("v2", false));
  }

  @Test
  void aRollbackIsOnlyTakenBack() {
    assertThat(Spot.values())
        .filteredOn(Spot::isOnTheWayBack)
        .containsExactly(
            Spot.BACK_DRAIN,
            Spot.RESTORE,
            Spot.BACK_RESTART,
            Spot.BACK_SHIFT,
            Spot.BACK_READY,
            Spot.PEER_BACK_RESTART,
            Spot.PEER_BACK_READY)
        .allSatisfy(spot -> assertThat(spot.directions()).containsExactly(Direction.BACK));
    assertThat(Spot.READY.directions()).containsExactly(Direction.BACK, Direction.FINISH);
  }

  @Test
  void everyKindOfStepIsMetOnSomeWay() {
    assertThat(Arrays.stream(Strategy.values()).flatMap(it -> it.spots().stream()))
        .contains(Spot.values());
    assertThat(Strategy.CANARY_THEN_PEERS.spots())
        .contains(Spot.BACK_DRAIN, Spot.RESTORE, Spot.BACK_RESTART, Spot.BACK_READY)
        .doesNotContain(Spot.SHIFT);
  }

  @Test
  void goesBackFromTheLastPlaceWhereSomebodyWatches() {
    assertThat(Strategy.TRAFFIC_STEPS.abortedAt()).isEqualTo(Spot.ANALYSE);
    assertThat(Strategy.BATCH.abortedAt()).isEqualTo(Spot.SOAK);
    assertThat(Strategy.BLUE_GREEN.abortedAt()).isEqualTo(Spot.SOAK);
  }

  @Test
  void whatIsWrongIsInTheReport() {
    Rescue.Run right =
        new Rescue.Run(
            Strategy.TRAFFIC_STEPS,
            Spot.PEER_DRAIN,
            Direction.FINISH,
            Duration.ofMillis(1_200),
            List.of());
    assertThat(RunRescue.page(List.of(right)))
        .contains("| traffic-steps | peer drain | finish | 1.2 s |", "no request failed");
    Rescue.Run wrong =
        new Rescue.Run(
            Strategy.CANARY_THEN_PEERS,
            Spot.PUSH,
            Direction.BACK,
            Duration.ofMillis(900),
            List.of("a node is out"));
    assertThat(RunRescue.page(List.of(right, wrong)))
        .contains("NOT AS IT SHOULD BE", "push | back | 0.9 s | a node is out")
        .doesNotContain("no request failed");
  }
}
