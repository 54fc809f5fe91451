package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What an SLI is compared with, as long as there is a baseline.
class BaselineTest {
  private static final ServiceDefinition COMPARED =
      with(
          canaryThenPeers("b2", "b1"),
          """
          {"soak": "60s",
           "slis": [{"name": "errors", "query": "errors{n=~'$canary'}", "maxDelta": 0.5},
                    {"name": "p95", "query": "p95{n=~'$canary'}", "max": 1, "maxRatio": 1.1,
                     "floor": 0.01}]}
          """);

  private static List<SliQuery> asked(Story story) {
    return ((WatchSlis) Acts.steps(story.last()).getFirst()).slis();
  }

  private static List<SliQuery.Witness> newest(String series) {
    return List.of(new SliQuery.Witness(series, null, Duration.ofSeconds(165)));
  }

  @Test
  void theCanaryIsComparedWithThePeersUntilTheyHaveTheReleaseToo() {
    Story story = rollout(COMPARED).until("watch 1-3");
    assertThat(asked(story))
        .containsExactly(
            new SliQuery(
                "errors",
                "errors{n=~'b2'}",
                null,
                null,
                null,
                0,
                new SliQuery.Baseline(
                    "errors{n=~'b1'}", null, 0.5, null, 0, newest("errors{n=~'b1'}")),
                newest("errors{n=~'b2'}")),
            new SliQuery(
                "p95",
                "p95{n=~'b2'}",
                1.0,
                null,
                null,
                0,
                new SliQuery.Baseline(
                    "p95{n=~'b1'}", null, null, 1.1, 0.01, newest("p95{n=~'b1'}")),
                newest("p95{n=~'b2'}")));
    story.until("watch 1-2");
    assertThat(asked(story))
        .containsExactly(
            new SliQuery(
                "p95",
                "p95{n=~'(?:b2|b1)'}",
                1.0,
                null,
                null,
                0,
                null,
                newest("p95{n=~'(?:b2|b1)'}")));
  }
}
