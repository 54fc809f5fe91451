package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.Comparing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonsTest {
  private static final String COMPARE =
      "{'name': 'errors', 'query': 'q{n=`$canary`}', 'max': 1, 'compare': {'bad': 'e{n=`$canary`}',"
          + " 'all': 'r{i=`$canary.instance`}'}}";

  @Test
  void eachSideHasItsNodes() {
    assertThat(Queries.of(service(COMPARE), "1").getFirst().comparing())
        .isEqualTo(
            new Comparing(
                new Comparing.Side("e{n='b2'}", null, "r{i='two'}"),
                new Comparing.Side("e{n='b1'}", null, "r{i='one'}"),
                0.001,
                0.01,
                20));
  }

  @Test
  void isLeftOutWhereNoNodeIsLeftToCompareWith() {
    Step onAll = Step.analyse(100, Duration.ofMinutes(1));
    assertThat(Queries.of(service(COMPARE), "1", onAll).getFirst().comparing()).isNull();
  }

  @Test
  void tellsALabelThatNoNodeHas() {
    assertThat(Queries.problems(service(COMPARE.replace("instance", "pod"))))
        .hasSize(2)
        .allMatch(it -> it.contains("pod"));
  }

  @Test
  void othersAreNotCompared() {
    assertThat(
            Queries.of(service("{'name': 'a', 'query': 'q', 'max': 1}"), "1")
                .getFirst()
                .comparing())
        .isNull();
  }

  private static ServiceDefinition service(String sli) {
    return with(
        canariesThenPeers(List.of("b2"), List.of("b1")),
        """
        {"nodes": [{"name": "b1", "labels": {"instance": "one"}},
                   {"name": "b2", "canary": true, "labels": {"instance": "two"}}],
         "slis": [%s]}
        """
            .formatted(sli.replace('\'', '"').replace('`', '\'')));
  }
}
