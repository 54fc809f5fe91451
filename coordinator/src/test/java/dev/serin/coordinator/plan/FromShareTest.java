package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliQuery;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// An SLI may count from a share on.
class FromShareTest {
  private static final String SLIS =
      """
      "slis": [{"name": "always", "query": "q{n=~'$canary'}", "max": 1},
               {"name": "from-25", "query": "q{n=~'$canary'}", "max": 1, "from": 25},
               {"name": "from-all", "query": "q{n=~'$canary'}", "max": 1, "from": "100%"}]
      """;

  /// The SLIs of each window, in order.
  private static List<String> asked(ServiceDefinition service) {
    return Plan.compile(service).stream()
        .filter(step -> step.name() == StepName.ANALYSE)
        .map(step ->
            Queries.of(service, "1", step).stream()
                .map(SliQuery::name)
                .collect(Collectors.joining(" ")))
        .toList();
  }

  @Test
  void countsOnceTheShareIsThatLarge() {
    ServiceDefinition service =
        with(
            canaryThenPeers("b2", "b1", "b3"),
            """
            {"strategy": "traffic-steps", "soak": "60s",
             "trafficSteps": [{"share": 10, "window": "60s"}, {"share": 25, "window": "60s"},
                              {"share": 50, "window": "60s"}, {"share": 100, "window": "60s"}],
             %s}
            """
                .formatted(SLIS));
    assertThat(asked(service))
        .containsExactly("always", "always from-25", "always from-25", "always from-25 from-all");
  }

  /// Where nobody shares the requests, each node has its own part of them.
  @Test
  void aCanaryWithItsOwnWeightHasTheShareThatItIsOfTheNodes() {
    String more = "{\"soak\": \"60s\", " + SLIS + "}";
    assertThat(asked(with(canaryThenPeers("b1", "b2", "b3", "b4"), more)))
        .as("one of four")
        .containsExactly("always from-25", "always from-25 from-all");
    assertThat(asked(with(canaryThenPeers("b1", "b2", "b3", "b4", "b5"), more)))
        .as("one of five")
        .containsExactly("always", "always from-25 from-all");
    assertThat(asked(with(canariesThenPeers(List.of("b1", "b2"), List.of()), more)))
        .as("all of them")
        .containsExactly("always from-25 from-all", "always from-25 from-all");
  }

  @Test
  void preflightAsksAllOfThem() {
    assertThat(Queries.of(with(canaryThenPeers("b1", "b2"), "{" + SLIS + "}"), "1"))
        .extracting(SliQuery::name)
        .containsExactly("always", "from-25", "from-all");
  }
}
