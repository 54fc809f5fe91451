package dev.serin.lab.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SpotTest {
  private static JsonNode step(String step, String node, boolean undo) {
    return Json.mapper()
        .readTree(
            "{\"type\": \"step-started\", \"step\": \"%s\", \"node\": \"%s\", \"undo\": %s}"
                .formatted(step, node, undo));
  }

  private static List<Spot> begun(JsonNode event) {
    return Arrays.stream(Spot.values()).filter(spot -> spot.begins(event)).toList();
  }

  @Test
  void tellsTheCanarysDrainFromAPeersAndFromTheWayBack() {
    assertThat(begun(step("drain", "backend-api-2", false))).containsExactly(Spot.DRAIN);
    assertThat(begun(step("drain", "backend-api-1", false))).containsExactly(Spot.PEER_DRAIN);
    assertThat(begun(step("drain", "backend-api-2", true))).isEmpty();
    assertThat(begun(step("restore", "backend-api-2", true))).containsExactly(Spot.RESTORE);
    assertThat(begun(step("shift", "", false))).containsExactly(Spot.SHIFT);
  }

  @Test
  void aRollbackIsOnlyTakenBack() {
    assertThat(Spot.RESTORE.directions()).containsExactly(Direction.BACK);
    assertThat(Spot.READY.directions()).containsExactly(Direction.BACK, Direction.FINISH);
  }

  @Test
  void onlyTrafficStepsShift() {
    assertThat(Strategy.CANARY_THEN_PEERS.spots()).doesNotContain(Spot.SHIFT).hasSize(7);
    assertThat(Strategy.TRAFFIC_STEPS.spots()).containsExactly(Spot.values());
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
