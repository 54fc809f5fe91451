package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AloneTest {
  private static final ServiceDefinition SERVICE =
      with(
          canariesThenPeers(List.of("c1"), List.of("p1", "p2", "p3")),
          """
          {"strategy": "traffic-steps", "batch": 2, "soak": "90s",
           "hooks": [{"name": "board", "at": "before-promotion", "url": "http://h.example/"}],
           "trafficSteps": [{"share": 50, "window": "30s"},
                            {"share": 100, "window": "60s", "minAvailable": 1}]}
          """);

  private static List<String> shown(List<Step> steps) {
    return steps.stream()
        .map(step ->
            step.name().shown()
                + (step.node() == null ? "" : " " + step.node())
                + (step.batch() == null ? "" : " of " + step.batch())
                + (step.alone() ? " alone" : ""))
        .toList();
  }

  private static List<Step> begunUntil(String last, String node) {
    List<Step> steps = Plan.compile(SERVICE);
    int end = 0;
    while (!steps.get(end).name().shown().equals(last)
        || !node.equals(steps.get(end).node())
        || steps.get(end).alone()) {
      end++;
    }
    int first = end;
    return steps.stream()
        .map(step -> steps.indexOf(step) <= first ? step.begun(Instant.EPOCH) : step)
        .toList();
  }

  @Test
  void thePeersLeaveAtOnceThenTheWeightsComeHomeThenTheWindowThenTheirBatches() {
    assertThat(shown(Plan.compile(SERVICE)))
        .containsSubsequence(
            "shift c1",
            "ready c1",
            "serving c1",
            "analyse",
            "hook",
            "drain p1 of 1 alone",
            "drain p2 of 1 alone",
            "drain p3 of 1 alone",
            "shift c1",
            "analyse alone",
            "hook",
            "drain p1 of 2",
            "drain p2 of 2",
            "keep p1 of 2",
            "serving p2 of 2",
            "drain p3 of 3",
            "serving p3 of 3",
            "analyse")
        .filteredOn(step -> step.startsWith("shift"))
        .hasSize(2);
  }

  @Test
  void theirShareIsAllAndTheCanariesAloneAreWatchedWithNobodyToCompareWith() {
    List<Step> steps = Plan.compile(SERVICE);
    assertThat(steps).filteredOn(Step::alone).extracting(Step::share).containsOnly(100.0);
    Step alone =
        steps.stream()
            .filter(step -> step.name() == StepName.ANALYSE && step.alone())
            .findFirst()
            .orElseThrow();
    assertThat(Plan.watched(SERVICE, alone).canaries()).hasSize(1);
    assertThat(Plan.hasBaseline(alone)).isFalse();
    Step soak = steps.getLast();
    assertThat(soak.window()).isEqualTo(Duration.ofSeconds(90));
    assertThat(Plan.watched(SERVICE, soak).canaries()).hasSize(4);
  }

  @Test
  void withoutTheStrategysOwnWordThePeersLeaveBatchByBatch() {
    ServiceDefinition silent =
        with(
            SERVICE,
            "{\"minAvailable\": 1, \"trafficSteps\": [{\"share\": 50, \"window\": \"30s\"},"
                + " {\"share\": 100, \"window\": \"60s\"}]}");
    assertThat(Plan.compile(silent)).noneMatch(Step::alone);
    assertThat(Plan.view(silent).alone()).isNull();
    assertThat(Alone.minimum(silent, "p1")).isEqualTo(silent.minimum());
  }

  @Test
  void thePlanSaysWhoServesAloneForHowLongAtMostAndByWhoseWord() {
    PlanView view = Plan.view(SERVICE);
    PlanView.Alone alone = view.alone();
    assertThat(alone).isNotNull();
    assertThat(alone.serve()).containsExactly("c1");
    assertThat(alone.leave()).containsExactly("p1", "p2", "p3");
    assertThat(alone.minAvailable()).isEqualTo(1);
    assertThat(alone.watched()).isEqualTo(Duration.ofMinutes(1));
    assertThat(alone.atMost()).isGreaterThan(Duration.ofMinutes(30)).isLessThan(view.atMost());
    assertThat(view.minAvailable()).as("the least of the plan").isEqualTo(1);
    assertThat(SERVICE.minimum()).as("the service's own").isEqualTo(3);
    assertThat(view.window()).isEqualTo(Duration.ofMinutes(3));
  }

  @Test
  void onlyPeersThatLeaveOnTheWayForwardHaveTheStrategysMinimum() {
    assertThat(Alone.minimum(SERVICE, "p1")).isEqualTo(1);
    assertThat(Alone.minimum(SERVICE, "c1")).isEqualTo(3);
  }

  @Test
  void aSinglePeerLeavesAsWell() {
    ServiceDefinition two =
        with(
            canariesThenPeers(List.of("c1"), List.of("p1")),
            """
            {"strategy": "traffic-steps",
             "trafficSteps": [{"share": 100, "window": "60s", "minAvailable": 1}]}
            """);
    assertThat(shown(Plan.compile(two)))
        .containsSubsequence("serving c1", "drain p1 alone", "analyse alone", "drain p1", "keep p1")
        .as("no share was there, so no weight has to come home")
        .doesNotContain("shift c1");
  }

  @Test
  void whereAnEarlierRolloutHasMadeTheCanariesFewerThePeersLeaveBatchByBatch() {
    ServiceDefinition two =
        with(
            canariesThenPeers(List.of("c1", "c2"), List.of("p1")),
            """
            {"strategy": "traffic-steps",
             "trafficSteps": [{"share": 50}, {"share": 100, "minAvailable": 2}]}
            """);
    assertThat(Plan.compile(two)).anyMatch(Step::alone);
    ServiceDefinition fewer = Plan.leftOutFirst(two, Set.of("p1"));
    assertThat(fewer.canaries()).hasSize(1);
    assertThat(Plan.compile(fewer)).noneMatch(Step::alone);
  }

  @Test
  void onTheWayBackThosePeersComeFirstThatHaveOnlyLeft() {
    assertThat(shown(Undo.of(SERVICE, begunUntil("push", "p2"))))
        .containsSubsequence(
            "ready p3 of 1",
            "serving p3 of 1",
            "drain p2 of 2",
            "drain p1 of 2",
            "restore p2 of 2",
            "serving p1 of 2",
            "drain c1",
            "restore c1",
            "shift c1",
            "ready c1",
            "serving c1")
        .first()
        .isEqualTo("ready p3 of 1");
  }

  @Test
  void onTheWayBackFromTheWindowAllPeersAreReadyAtOnceBeforeTheCanaryLeaves() {
    List<Step> begun =
        Plan.compile(SERVICE).stream()
            .limit(indexOfTheWindow() + 1)
            .map(step -> step.begun(Instant.EPOCH))
            .toList();
    assertThat(shown(Undo.of(SERVICE, begun)))
        .startsWith(
            "ready p3 of 1",
            "ready p2 of 1",
            "ready p1 of 1",
            "serving p3 of 1",
            "serving p2 of 1",
            "serving p1 of 1",
            "drain c1");
  }

  private static long indexOfTheWindow() {
    List<Step> steps = Plan.compile(SERVICE);
    return steps.stream()
        .takeWhile(step -> !(step.alone() && step.name() == StepName.ANALYSE))
        .count();
  }
}
