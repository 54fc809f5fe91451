package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.promoteFully;
import static dev.serin.coordinator.saga.Acts.refuses;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The canary's share grows step by step, each watched for its window.
class TrafficStepsTest {
  private static final ServiceDefinition SERVICE =
      with(
          canaryThenPeers("b2", "b1", "b3"),
          """
          {"strategy": "traffic-steps",
           "trafficSteps": [{"share": 10, "window": "60s"},
                            {"share": 50, "window": "30s"},
                            {"share": 100, "window": "30s"}]}
          """);

  private static Map<String, Integer> weights(Story story) {
    Map<String, Integer> weights = new TreeMap<>();
    story.world().nodes().forEach((name, node) -> weights.put(name, node.weight()));
    return weights;
  }

  private static Guarding guarding(Story story) {
    return Objects.requireNonNull(Guarding.of(story.active()));
  }

  private static void isAsBefore(Story story, String version) {
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.state() == AdminState.READY && node.weight() == 100)
        .allMatch(node -> node.digest().equals(World.sha(version)));
  }

  @Test
  void goesThroughItsSharesThenTakesThePeers() {
    Story story =
        rollout(SERVICE)
            .until("drain b2")
            .until("health b2")
            .on(done("health b2"), sends("shift b2"))
            .on(done("shift b2"), sends("ready b2"));
    assertThat(weights(story)).hasToString("{b1=9, b2=2, b3=9}");
    assertThat(((ReadyServer) story.newest("ready b2")).settings())
        .allMatch(setting -> setting.weight() == 2 && setting.state() == AdminState.READY);
    assertThat(((ReadyServer) story.newest("ready b2")).ramp())
        .as("a slow start is waited for")
        .isPositive();
    assertThat(((ReadyServer) story.newest("ready b2")).weighed())
        .as("its weight is no agent check's")
        .isTrue();
    story
        .until("serving b2")
        .on(done("serving b2"), sends("watch 1-2"))
        .until("shift b2")
        .on(done("shift b2"), sends("watch 1-1"));
    assertThat(weights(story)).hasToString("{b1=1, b2=2, b3=1}");
    story.until("shift b2").on(done("shift b2"), sends("drain b1"));
    assertThat(weights(story)).hasToString("{b1=100, b2=100, b3=100}");
    story.until("drain b3").until("serving b3").on(done("serving b3"), sends("watch 1-1"));
    assertThat(((WatchSlis) story.last().commands().getFirst()).slis().getFirst().query())
        .as("all of them are watched")
        .isEqualTo("errors{node=~\"(?:b2|b1|b3)\"}");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void tellsThePlanWithItsSharesAndWindows() {
    Story story = rollout(SERVICE);
    var plan = ((RolloutStarted) story.told().getFirst()).plan();
    assertThat(plan.strategy()).isEqualTo("traffic-steps");
    assertThat(plan.window()).isEqualTo(Duration.ofMinutes(2));
    assertThat(plan.steps())
        .filteredOn(step -> step.name().equals("shift"))
        .extracting(step -> step.share())
        .containsExactly(10.0, 50.0, null);
    assertThat(plan.steps())
        .filteredOn(step -> step.name().equals("analyse"))
        .extracting(step -> step.share() + " for " + step.window())
        .containsExactly("10.0 for PT1M", "50.0 for PT30S", "100.0 for PT30S");
    assertThat(((CheckPool) story.newest("check-pool")).weighed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void takesEverythingBackFromEveryWindow(int window) {
    Story story = rollout(SERVICE);
    for (int passed = 1; passed <= window; passed++) {
      story.until("watch 1-" + (passed == 1 ? 2 : 1));
      if (passed < window) {
        story.goOn();
        if (passed == 1) {
          story.goOn();
        }
      }
    }
    assertThat(guarding(story).weighed()).isTrue();
    story.on(probe(FAIL), isIn(RolloutPhase.ROLLING_BACK));
    assertThat(guarding(story).weighed()).as("no share is to be kept any more").isFalse();
    story.goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    assertThat(((ReadyServer) story.newest("ready b2")).weighed()).isFalse();
    isAsBefore(story, "v1");
  }

  @Test
  void aRedProbeOfAnEarlierShareTakesEverythingBackThoughItComesLate() {
    Story story = rollout(SERVICE).until("watch 1-2");
    String first = ((Phase.Watching) story.active().phase()).watch().id();
    story.goOn();
    story.goOn();
    story
        .until("watch 1-1")
        .on(
            now ->
                Acts.answered(
                    now,
                    new SliEvent.SlotProbed(
                        new AnswerHead(
                            "c", now.active().rolloutId(), Services.NAME, null, 1, now.now()),
                        first,
                        2,
                        now.now(),
                        Verdict.FAIL,
                        List.of())),
            isIn(RolloutPhase.ROLLING_BACK))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    isAsBefore(story, "v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"shift b2", "ready b2", "serving b2", "watch 1-2", "watch 1-1", "drain b1"})
  void takesEverythingBackFromEveryStep(String inFlight) {
    Story story = rollout(SERVICE).until(inFlight).on(abort()).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story, "v1");
  }

  @Test
  void givesEveryNodeItsWeightBeforeTheCanaryIsReadyAgain() {
    rollout(SERVICE)
        .until("watch 1-2")
        .on(probe(FAIL))
        .until("health b2")
        .on(done("health b2"), sends("shift b2"))
        .then(story ->
            assertThat(((WeighServers) story.newest("shift b2")).settings())
                .allMatch(setting -> setting.weight() == 100))
        .on(done("shift b2"), sends("ready b2"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void raisesThePeersFirstAndLowersThemLast() {
    Story story = rollout(SERVICE).until("shift b2");
    assertThat(((WeighServers) story.newest("shift b2")).settings())
        .extracting(setting -> setting.server() + "=" + setting.weight())
        .containsExactly("b2=2", "b1=9", "b3=9");
    story.until("drain b1");
    assertThat(((WeighServers) story.newest("shift b2")).settings())
        .extracting(setting -> setting.server())
        .as("home again, the peers gain")
        .containsExactly("b1", "b3", "b2");
  }

  @Test
  void isTakenBackWhenAShareCannotBeSet() {
    Story story = rollout(SERVICE).until("shift b2").on(failsForGood("shift b2")).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story, "v1");
  }

  @Test
  void namesTheWeightsThatItCouldNotTakeBack() {
    Story story = rollout(SERVICE).until("watch 1-2").on(probe(FAIL)).until("shift b2");
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("shift b2")).after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(story.state("v2").message())
        .contains("give these their weights again: b1 (100 on haproxy-1)", "b3 (100 on haproxy-1)");
  }

  @Test
  void skipsOneWindowOrAllOfThem() {
    rollout(SERVICE)
        .until("watch 1-2")
        .on(promote(), sends("stop-watching", "shift b2"))
        .until("watch 1-1")
        .on(promoteFully(), sends("stop-watching", "shift b2"))
        .until("serving b3")
        .on(done("serving b3"), sends())
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void guardsWhatItAskedForOfEveryNode() {
    Story story = rollout(SERVICE).until("shift b2").on(done("shift b2"));
    GuardServers guard = guard(story);
    assertThat(guard.servers())
        .allSatisfy(server ->
            assertThat(server.settings().getFirst().weight())
                .isEqualTo(server.node().equals("b2") ? 2 : 9));
    story.until("watch 1-2").until("shift b2");
    assertThat(guard(story).servers()).as("all are in work").allMatch(server -> server.inWork());
    story.on(done("shift b2"));
    assertThat(guard(story).servers())
        .filteredOn(server -> server.node().equals("b1"))
        .flatExtracting(server -> server.earlier())
        .extracting(setting -> setting.state() + " " + setting.weight())
        .contains("READY 100", "READY 9", "DRAIN 1")
        .doesNotContain("READY 1");
  }

  private static GuardServers guard(Story story) {
    return story.last().commands().stream()
        .filter(GuardServers.class::isInstance)
        .map(GuardServers.class::cast)
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  @Test
  void keepsTheSwitchArmedBetweenTwoWindowsAndOnlyTellsOnceEveryNodeHasTheRelease() {
    Story story = rollout(SERVICE).until("watch 1-2").until("shift b2");
    assertThat(guard(story).deadMan()).isNotNull();
    story.until("watch 1-1").until("shift b2").until("drain b1");
    assertThat(guard(story).deadMan()).as("the canary is proven").isNull();
    story.until("watch 1-1");
    assertThat(guard(story).deadMan())
        .isNotNull()
        .extracting(deadMan -> deadMan.action())
        .isEqualTo(DeadManAction.ALERT);
  }

  @Test
  void refusesSharesThatThePoolsWeightsCannotGive() {
    Story story = Story.of(SERVICE);
    story.world().set("b1", AdminState.READY, 255);
    story.world().set("b3", AdminState.READY, 254);
    ServiceDefinition most =
        with(SERVICE, "{\"trafficSteps\": [{\"share\": 99}, {\"share\": 100}]}");
    story
        .on(Acts.defined(most))
        .on(Story.release("v2"))
        .goesOn()
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(it ->
            assertThat(it.state("v2").message())
                .contains("expected weights that give the canary 99 %", "as the nearest by"));
  }

  @Test
  void leavesACanaryInMaintenanceWhereItIs() {
    Story story = Story.of(SERVICE);
    story.world().set("b2", AdminState.MAINT, 100);
    story
        .on(Story.release("v2"))
        .goesOn()
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED)
        .then(it ->
            assertThat(it.state("v2").message())
                .contains("expected a canary and a peer in rotation", "no canary"));
  }

  @Test
  void takesThePresetsOfCodeDeploy() {
    ServiceDefinition preset =
        with(canaryThenPeers("b2", "b1"), "{\"strategy\": \"Canary10Percent5Minutes\"}");
    Story story = rollout(preset).until("watch 1-10").until("drain b1").goesOn();
    story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    assertThat(
            story.told().stream()
                .map(Words::of)
                .filter(word -> word.startsWith("step-started shift")))
        .hasSize(2);
  }

  @Test
  void waitsForAPersonInTheMiddleOfAShareAndBeginsItAnew() {
    rollout(SERVICE)
        .until("watch 1-2")
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("watch 1-2"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void namesTheWindowOfTheShareInItsQueries() {
    ServiceDefinition named =
        with(
            SERVICE,
            "{\"slis\": [{\"name\": \"e\", \"query\": \"e{n=~\\\"$canary\\\"}[$window]\","
                + " \"max\": 1}]}");
    Story story = rollout(named).until("watch 1-2");
    assertThat(query(story)).isEqualTo("e{n=~\"b2\"}[1m]");
    assertThat(query(story.until("watch 1-1"))).isEqualTo("e{n=~\"b2\"}[30s]");
  }

  private static String query(Story story) {
    return ((WatchSlis) story.last().commands().getFirst()).slis().getFirst().query();
  }

  @Test
  void takesAnotherWindowForEveryShareFromTheRelease() {
    List<Duration> windows =
        ((RolloutStarted)
                Story.of(SERVICE)
                    .on(Acts.asked(Acts.withOverrides("{\"window\": \"30s\"}")))
                    .told()
                    .getFirst())
            .plan().steps().stream()
                .filter(step -> step.name().equals("analyse"))
                .map(step -> step.window())
                .toList();
    assertThat(windows).containsOnly(Duration.ofSeconds(30)).hasSize(3);
    Story.of(SERVICE)
        .on(Acts.asked(Acts.withOverrides("{\"window\": \"1s\"}")), refuses("trafficSteps"));
    Story.of(SERVICE).on(Story.release("v2"), tells("rollout-started"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"window\": null}",
        "{\"analysis\": {\"window\": null}}",
        "{\"analysis\": null}"
      })
  void aWindowThatIsSetToItsDefaultLeavesEachShareItsOwn(String overrides) {
    assertThat(
            Story.of(SERVICE)
                .on(Acts.asked(Acts.withOverrides(overrides)), tells("rollout-started"))
                .active()
                .service()
                .trafficSteps())
        .isEqualTo(SERVICE.trafficSteps());
  }

  @Test
  void itsOwnStrategyByItsNameKeepsTheServicesShares() {
    assertThat(SERVICE.trafficSteps()).isNotEmpty();
    assertThat(
            Story.of(SERVICE)
                .on(Acts.asked(Acts.by("traffic-steps", "{}")))
                .active()
                .service()
                .trafficSteps())
        .isEqualTo(SERVICE.trafficSteps());
  }

  @Test
  void aPresetHasTheSharesOfItsNameAndAnyWindows() {
    ServiceDefinition preset =
        with(
            SERVICE,
            """
            {"strategy": "Canary10Percent5Minutes",
             "trafficSteps": [{"share": 50, "window": "60s"}, {"share": 100}]}
            """);
    Story.of(preset)
        .on(
            Story.release("v2"),
            refuses(
                "trafficSteps: expected the shares that Canary10Percent5Minutes says by its name,"
                    + " 10, 100, found 50, 100",
                "strategy traffic-steps"))
        .endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
    Story.of(preset)
        .on(
            Acts.asked(
                Acts.withOverrides(
                    "{\"trafficSteps\": [{\"share\": 10, \"window\": \"90s\"}, {\"share\":"
                        + " 100}]}")),
            tells("rollout-started"));
  }
}
