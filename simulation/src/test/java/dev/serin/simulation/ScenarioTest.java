package dev.serin.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.service.ServiceReader;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScenarioTest {
  @Test
  void everySeedDefinesAServiceThatSerinTakes() {
    for (long seed = 0; seed < 2_000; seed++) {
      Scenario scenario = new Scenario(new Random(seed * 31 + 2));
      assertThat(ServiceReader.read(Json.mapper().readTree(scenario.definitionJson())))
          .as("seed %s", seed)
          .isInstanceOf(Parsed.Valid.class);
    }
  }
}
