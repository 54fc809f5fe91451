package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedSlisTest {

  @Test
  void tellsThatAllRequestsAreCompared() {
    var service =
        with(
            canariesThenPeers(List.of("b2"), List.of("b1")),
            """
            {"slis": [{"name": "errors", "query": "q", "max": 0.5,
                       "compare": {"bad": "e{n='$canary'}", "all": "r{n='$canary'}", "least": "0.5%"}}]}
            """);
    assertThat(PlannedSlis.of(service).getFirst().toString())
        .contains(
            "below 0.5; by all requests not shown to be worse than the baseline by 0.5 points");
  }
}
