package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Services.withoutWindow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.PlanView;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final ServiceDefinition SERVICE =
      canariesThenPeers(List.of("c1", "c2"), List.of("p1", "p2"));

  private static List<String> shown(List<Step> steps) {
    return steps.stream()
        .map(step -> step.name().shown() + (step.node() == null ? "" : " " + step.node()))
        .toList();
  }

  @Test
  void goesThroughTheCanariesThenTheWindowThenThePeers() {
    assertThat(shown(Plan.compile(canaryThenPeers("c1", "p1"))))
        .containsExactly(
            "drain c1",
            "keep c1",
            "push c1",
            "restart c1",
            "health c1",
            "ready c1",
            "serving c1",
            "analyse",
            "drain p1",
            "keep p1",
            "push p1",
            "restart p1",
            "health p1",
            "ready p1",
            "serving p1");
  }

  @Test
  void aSlowStartIsWaitedForOnTheWayForwardAlone() {
    for (StepName name : List.of(StepName.READY, StepName.SHIFT)) {
      assertThat(Deadlines.ramp(Step.forward(name, "c1"))).isEqualTo(Duration.ofMinutes(5));
      assertThat(Deadlines.deadline(SERVICE, Step.forward(name, "c1")))
          .as("only a pool that ramps takes the time of a ramp")
          .isEqualTo(Duration.ofMinutes(1).plus(Deadlines.SLACK));
      assertThat(Deadlines.bound(SERVICE, Step.forward(name, "c1")))
          .isGreaterThan(Duration.ofMinutes(7));
      assertThat(Deadlines.rampOnce(Step.undo(name, "c1"))).isZero();
      assertThat(Deadlines.ramp(Step.undo(name, "c1"))).isZero();
      assertThat(Deadlines.deadline(SERVICE, Step.undo(name, "c1")))
          .isEqualTo(Duration.ofMinutes(1).plus(Deadlines.SLACK));
    }
    assertThat(Deadlines.ramp(Step.forward(StepName.MAINT, "c1"))).isZero();
  }

  @Test
  void pausesAfterTheCanaryWhereAllIsTheOnlyShareToo() {
    ServiceDefinition all =
        with(
            SERVICE,
            """
            {"strategy": "traffic-steps", "trafficSteps": [{"share": 100, "window": "90s"}],
             "pauses": [{"after": "canary", "ask": ["no complaints"]}]}
            """);
    List<String> steps = shown(Plan.compile(all));
    assertThat(Plan.compile(all)).filteredOn(step -> step.pause() != null).hasSize(1);
    int pause = Plan.compile(all).stream().map(Step::pause).toList().indexOf(0);
    assertThat(steps.indexOf("serving c2")).isEqualTo(pause - 1);
    assertThat(steps.indexOf("drain p1")).isEqualTo(pause + 1);
  }

  @Test
  void undoesNothingThatWasNotBegun() {
    assertThat(Undo.of(SERVICE, Plan.compile(SERVICE))).isEmpty();
  }

  @Test
  void putsTheNodesFirstThatWereLeftOut() {
    ServiceDefinition first = Plan.leftOutFirst(SERVICE, Set.of("p2", "gone"));
    assertThat(first.nodes())
        .extracting(node -> node.name() + " " + node.canary())
        .containsExactly("p2 true", "c1 true", "c2 true", "p1 false");
  }

  @Test
  void sparesTheOthersWhereNobodyElseWouldBeLeft() {
    assertThat(Plan.leftOutFirst(canaryThenPeers("c1", "p1"), Set.of("p1")).nodes())
        .extracting(node -> node.name() + " " + node.canary())
        .containsExactly("p1 true", "c1 false");
  }

  @Test
  void sparesNobodyWhoseLabelTheQueriesNeed() {
    ServiceDefinition labelled =
        with(
            SERVICE,
            """
            {"nodes": [{"name": "c1", "canary": true, "labels": {"instance": "i1"}}, {"name": "p1"}],
             "slis": [{"name": "x", "query": "a{i=~'$canary.instance'}", "max": 1}]}
            """);
    assertThat(Plan.leftOutFirst(labelled, Set.of("p1")).nodes())
        .extracting(node -> node.name() + " " + node.canary())
        .containsExactly("p1 true", "c1 true");
  }

  @Test
  void changesNothingWhereNothingOrEverythingWasLeftOut() {
    assertThat(Plan.leftOutFirst(SERVICE, Set.of())).isEqualTo(SERVICE);
    assertThat(Plan.leftOutFirst(SERVICE, Set.of("c1", "c2", "p1", "p2"))).isEqualTo(SERVICE);
  }

  @Test
  void tellsWhatItIsGoingToDoAndHowLongThatTakesAtMost() {
    PlanView view = Plan.view(canaryThenPeers("c1", "p1"));
    assertThat(view.steps()).hasSize(15);
    assertThat(view.window()).isEqualTo(Duration.ofSeconds(90));
    assertThat(view.expected()).isEqualTo(Duration.ofSeconds(90 + 10 + 6 + 2 * 30));
    assertThat(view.atMost()).isGreaterThan(view.expected());
    assertThat(Plan.view(withoutWindow(SERVICE)).expected())
        .isEqualTo(Duration.ofSeconds(12 + 4 * 30));
  }

  @Test
  void countsTimedPausesAndTheGraceOfTunnelsAmongWhatItTakes() {
    ServiceDefinition service =
        with(
            withoutWindow(canaryThenPeers("c1", "p1", "p2")),
            "{\"drain\": {\"tunnels\": \"0s\"}, \"batch\": 2, \"minAvailable\": 1}");
    assertThat(Plan.view(service).expected()).isEqualTo(Duration.ofSeconds(9));
    ServiceDefinition tunnels = with(service, "{\"drain\": {\"tunnels\": \"5m\"}}");
    assertThat(Plan.view(tunnels).expected())
        .as("the canary's, and that of its peers, which leave together")
        .isEqualTo(Duration.ofSeconds(9).plusMinutes(10));
    ServiceDefinition pauses =
        with(
            service,
            """
            {"pauses": [{"after": "canary", "for": "4h"}, {"after": "peers", "for": "30m"},
                        {"after": "peers"}]}
            """);
    assertThat(Plan.view(pauses).expected())
        .as("nobody knows when a person promotes")
        .isEqualTo(Duration.ofSeconds(9).plusMinutes(270));
  }

  @Test
  void goesThroughThePeersInBatchesNameByName() {
    ServiceDefinition service =
        with(
            withoutWindow(canaryThenPeers("c1", "p1", "p2", "p3")),
            "{\"batch\": 2, \"minAvailable\": 2}");
    assertThat(shown(Plan.compile(service)).subList(7, 28))
        .startsWith("drain p1", "drain p2", "keep p1", "keep p2", "push p1", "push p2")
        .endsWith(
            "drain p3", "keep p3", "push p3", "restart p3", "health p3", "ready p3", "serving p3");
    assertThat(Plan.view(service).steps())
        .filteredOn(step -> step.name().equals("drain"))
        .extracting(step -> step.node() + " " + step.batch())
        .containsExactly("c1 null", "p1 1", "p2 1", "p3 2");
    assertThat(Plan.view(service).minAvailable()).isEqualTo(2);
  }

  @Test
  void neverTakesMoreAtOnceThanTheMinimumLets() {
    ServiceDefinition spared =
        Plan.leftOutFirst(
            with(
                canariesThenPeers(List.of("c1", "c2"), List.of("p1")),
                "{\"batch\": 2, \"minAvailable\": 2}"),
            Set.of("p1"));
    assertThat(spared.peers()).hasSize(2);
    assertThat(Plan.compile(spared)).allMatch(step -> step.batch() == null);
  }

  @Test
  void aBatchTakesNoLongerThanOneOfItsNodes() {
    ServiceDefinition one = withoutWindow(canaryThenPeers("c1", "p1"));
    ServiceDefinition many = with(one, "{\"strategy\": \"AllAtOnce\"}");
    assertThat(Plan.view(many).atMost()).isLessThan(Plan.view(one).atMost());
  }

  @Test
  void takesABatchBackAtOnceAndFirstWhoKeptItsBinary() {
    ServiceDefinition service =
        with(
            withoutWindow(canaryThenPeers("c1", "p1", "p2")),
            "{\"batch\": 2, \"minAvailable\": 1}");
    List<Step> steps = new java.util.ArrayList<>(Plan.compile(service));
    for (int index = 0; index < steps.size(); index++) {
      Step step = steps.get(index);
      if (List.of("drain", "keep").contains(step.name().shown())
          || (step.name() == StepName.PUSH && !"p2".equals(step.node()))) {
        steps.set(index, step.begun(Instant.EPOCH));
      }
    }
    assertThat(shown(Undo.of(service, steps)).subList(0, 8))
        .containsExactly(
            "ready p2",
            "serving p2",
            "drain p1",
            "restore p1",
            "restart p1",
            "health p1",
            "ready p1",
            "serving p1");
  }

  @Test
  void undoesTheNewestNodeFirstAndOnlyWhatMayHaveChanged() {
    List<Step> steps = Plan.compile(withoutWindow(canaryThenPeers("c1", "p1")));
    List<Step> begun = new java.util.ArrayList<>(steps);
    for (int index = 0; index < 8; index++) {
      begun.set(index, begun.get(index).begun(Instant.EPOCH));
    }
    assertThat(shown(Undo.of(canaryThenPeers("c1", "p1"), begun)))
        .containsExactly(
            "ready p1",
            "serving p1",
            "drain c1",
            "restore c1",
            "restart c1",
            "health c1",
            "ready c1",
            "serving c1");
  }
}
