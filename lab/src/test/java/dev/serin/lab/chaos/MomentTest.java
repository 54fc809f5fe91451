package dev.serin.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MomentTest {
  private static JsonNode event(String json) {
    return Json.mapper().readTree(json);
  }

  @Test
  void aStepBeginsItsOwnMomentOnly() {
    JsonNode push = event("{\"type\": \"step-started\", \"step\": \"push\", \"undo\": false}");
    assertThat(Arrays.stream(Moment.values()).filter(it -> it.begins(push)))
        .containsExactly(Moment.AT_ONCE, Moment.PUSH);
  }

  @Test
  void aStepOfTheWayBackIsNoneOfTheWayForward() {
    JsonNode drain = event("{\"type\": \"step-started\", \"step\": \"drain\", \"undo\": true}");
    assertThat(Arrays.stream(Moment.values()).filter(it -> it.begins(drain)))
        .containsExactly(Moment.AT_ONCE, Moment.BACK);
  }
}
