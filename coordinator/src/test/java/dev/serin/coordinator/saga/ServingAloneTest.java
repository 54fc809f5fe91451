package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.handsOff;
import static dev.serin.coordinator.saga.Acts.handsOn;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.request.Request.From;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent.RolloutStarted;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// At the share 100 the peers leave rotation before they are updated, where the strategy says that
/// so few nodes are enough.
class ServingAloneTest {
  private static final ServiceDefinition SERVICE = Services.servesAlone();

  /// Until the window in which the canary serves alone.
  private static Story alone(ServiceDefinition service) {
    return rollout(service).until("watch 1-2").until("watch 1-3");
  }

  private static List<String> serving(Story story) {
    return story.world().nodes().entrySet().stream()
        .filter(node -> node.getValue().isIn())
        .map(node -> node.getKey())
        .toList();
  }

  private static void isAsBefore(Story story, String version) {
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.state() == AdminState.READY && node.weight() == 100)
        .allMatch(node -> node.digest().equals(World.sha(version)));
  }

  private static GuardServers guard(Story story) {
    return story.last().commands().stream()
        .filter(GuardServers.class::isInstance)
        .map(GuardServers.class::cast)
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  private static DeadMan deadMan(Story story) {
    return Objects.requireNonNull(guard(story).deadMan(), "the switch is disarmed");
  }

  @Test
  void thePeersLeaveTheCanaryServesAloneAndTheyAreUpdatedOutOfRotation() {
    Story story = rollout(SERVICE).until("watch 1-2").until("drain b1");
    assertThat(story.allAwaited()).extracting(Words::of).containsExactly("drain b1", "drain b3");
    assertThat(story.allAwaited())
        .map(DrainServer.class::cast)
        .allSatisfy(drain -> {
          assertThat(drain.minAvailable()).as("the strategy's own").isEqualTo(1);
          assertThat(drain.peers()).extracting(PoolServer::node).containsExactly("b2");
        });
    assertThat(story.allAwaited())
        .as("the WebSockets of all peers don't reconnect to the canary in one second")
        .extracting(drain -> ((DrainServer) drain).tunnels())
        .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(35));
    story
        .on(done("drain b1"), sends())
        .on(done("drain b3"), sends("shift b2"))
        .then(it ->
            assertThat(it.world().node("b2").weight()).as("as in its share").isNotEqualTo(100))
        .on(done("shift b2"), sends("watch 1-3"), isIn(RolloutPhase.ANALYSING));
    assertThat(serving(story)).containsExactly("b2");
    assertThat(story.world().nodes().values()).allMatch(node -> node.weight() == 100);
    assertThat(((WatchSlis) story.last().commands().getFirst()).slis().getFirst().query())
        .as("the canary alone is meant")
        .isEqualTo("errors{node=~\"b2\"}");
    story
        .on(probe(1, PASS))
        .on(probe(2, PASS))
        .on(probe(3, PASS), sends("stop-watching", "drain b1"))
        .on(done("drain b1"), sends("keep b1"))
        .until("drain b3");
    assertThat(serving(story)).as("the first peer is back before the next").contains("b1", "b2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void thePlanThatIsToldSaysSo() {
    var plan = ((RolloutStarted) rollout(SERVICE).told().getFirst()).plan();
    assertThat(plan.minAvailable()).isEqualTo(1);
    assertThat(Objects.requireNonNull(plan.alone()).serve()).containsExactly("b2");
    assertThat(plan.steps())
        .filteredOn(step -> step.name().equals("drain") && step.share() != null)
        .extracting(step -> step.node() + " at " + step.share())
        .containsExactly("b1 at 100.0", "b3 at 100.0");
  }

  @Test
  void aReleaseMayAllowItForItselfAlone() {
    Story story =
        Story.of(with(SERVICE, "{\"trafficSteps\": [{\"share\": 50}, {\"share\": 100}]}"))
            .on(
                Acts.asked(
                    Acts.withOverrides(
                        "{\"trafficSteps\": [{\"share\": 50}, {\"share\": 100, \"window\": \"90s\","
                            + " \"minAvailable\": 1}]}")));
    assertThat(((RolloutStarted) story.told().getFirst()).plan().alone()).isNotNull();
    Story.of(SERVICE)
        .on(
            Acts.asked(
                Acts.withOverrides(
                    "{\"trafficSteps\": [{\"share\": 50}, {\"share\": 100, \"minAvailable\": 2}]}")),
            Acts.refuses("expected a minAvailable from 1 to 1, the number of canaries"));
  }

  @Test
  void nobodyServesAloneUnwatched() {
    Story.of(with(SERVICE, "{\"trafficSteps\": [{\"share\": 100, \"minAvailable\": 1}]}"))
        .on(
            Story.release("v2"),
            Acts.refuses("expected a window above 0s at the share 100", "found 0s"));
    Story story =
        Story.of(SERVICE).on(Acts.asked(Acts.withOverrides("{\"window\": \"0s\"}"))).goesOn();
    assertThat(((RolloutStarted) story.told().getFirst()).plan().alone())
        .as("a release that is not to be watched leaves the peers in until their turns")
        .isNull();
    story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @ParameterizedTest
  @CsvSource({"BREACHED", "ABORTED"})
  void thePeersAreBackAndProvenBeforeTheCanaryLeaves(Outcome cause) {
    Story story = alone(SERVICE).on(cause == Outcome.BREACHED ? probe(FAIL) : abort());
    assertThat(story.allAwaited()).extracting(Words::of).containsExactly("ready b3", "ready b1");
    story
        .on(done("ready b3"), sends())
        .on(done("ready b1"), sends("serving b3", "serving b1"))
        .then(it -> assertThat(serving(it)).containsExactly("b1", "b2", "b3"))
        .on(done("serving b3"), sends())
        .on(done("serving b1"), sends("drain b2"))
        .then(it ->
            assertThat(((DrainServer) it.newest("drain b2")).minAvailable())
                .as("the service's own minimum on the way back")
                .isEqualTo(2))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, cause);
    isAsBefore(story, "v1");
    assertThat(story.sent()).extracting(Words::of).doesNotContain("push b1", "restore b1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain b1", "keep b1", "restart b1", "serving b1", "push b3"})
  void everythingIsTakenBackFromEveryStepOfIt(String underWay) {
    Story story = rollout(SERVICE).until("watch 1-2").until(underWay).on(abort()).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story, "v1");
  }

  @Test
  void theWeightsOfTheLastShareAreTakenBackFromTheMiddleOfTheDrains() {
    Story story =
        rollout(SERVICE).until("watch 1-2").until("drain b1").on(done("drain b1")).on(abort());
    assertThat(story.world().node("b2").weight()).isNotEqualTo(100);
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story, "v1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"halt", "rollback-peer", "rollback-all"})
  void aPeerThatCanNotLeaveIsAShareThatCanNotBeHad(String onPeerFailure) {
    Story story =
        rollout(with(SERVICE, "{\"onPeerFailure\": \"" + onPeerFailure + "\"}"))
            .until("watch 1-2")
            .until("drain b1")
            .on(failsForGood("drain b1"), sends())
            .on(done("drain b3"))
            .goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story, "v1");
  }

  @Test
  void aPeerThatFailsAfterItIsLeftAndTheOthersThatAreOutComeBackWithWhatTheyHad() {
    Story story = alone(SERVICE).until("health b1").on(failsForGood("health b1"));
    assertThat(story.allAwaited()).extracting(Words::of).containsExactly("ready b3");
    story.goesOn().endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    assertThat(serving(story)).containsExactly("b2", "b3");
    assertThat(story.world().node("b3").digest()).isEqualTo(World.sha("v1"));
    assertThat(story.state("v2").message()).contains("health of b1 failed", "b1");
  }

  @Test
  void aPeerThatIsTakenBackAloneComesAfterThoseThatHaveOnlyLeft() {
    Story story =
        alone(with(SERVICE, "{\"onPeerFailure\": \"rollback-peer\"}"))
            .until("health b1")
            .on(failsForGood("health b1"), sends("ready b3"))
            .on(done("ready b3"), sends("serving b3"))
            .on(done("serving b3"), sends("drain b1"))
            .goesOn();
    story.endsIn(RolloutPhase.HALTED, Outcome.HALTED);
    assertThat(serving(story)).containsExactly("b1", "b2", "b3");
    assertThat(story.world().node("b1").digest()).isEqualTo(World.sha("v1"));
    assertThat(story.world().node("b2").digest()).isEqualTo(World.sha("v2"));
  }

  @Test
  void aFailedPeerTakesEverythingBackWhereTheServiceSaysSo() {
    Story story =
        alone(with(SERVICE, "{\"onPeerFailure\": \"rollback-all\"}"))
            .until("health b3")
            .on(failsForGood("health b3"))
            .goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story, "v1");
  }

  @Test
  void whereNoPeerCanComeBackTheCanaryStays() {
    Story story = alone(SERVICE).on(probe(FAIL));
    for (int attempt = 1; attempt <= 5; attempt++) {
      story.on(failsForGood("ready b3")).on(failsForGood("ready b1"));
      story.after(Duration.ofSeconds(2L * attempt));
    }
    story.goesOn().endsIn(RolloutPhase.ROLLBACK_FAILED, Outcome.BREACHED);
    assertThat(serving(story)).containsExactly("b2");
    assertThat(story.state("v2").message())
        .contains("b2 keeps v2 and stays in rotation, since none of b1, b3 could come back");
  }

  @Test
  void theSwitchIsArmedWhileTheyLeaveAndAloneAndBringsThePeersBackFirst() {
    Story story = rollout(SERVICE).until("watch 1-2").until("drain b1");
    assertThat(deadMan(story).action()).as("while they leave").isEqualTo(DeadManAction.DRAIN);
    story.until("watch 1-3");
    assertThat(deadMan(story).nodes()).containsExactly("b2");
    assertThat(deadMan(story).restore())
        .extracting(server -> server.node() + " " + server.settings().getFirst().state())
        .containsExactly("b1 READY", "b3 READY");
    assertThat(deadMan(story).minAvailable()).as("the service's own").isEqualTo(2);
    story.on(probe(1, PASS)).on(probe(2, PASS)).on(probe(3, PASS));
    assertThat(guard(story).deadMan()).as("the canary is proven").isNull();
  }

  @Test
  void onTheWayBackTheSwitchBringsBackThosePeersThatHaveOnlyLeft() {
    Story story = alone(SERVICE).on(probe(1, PASS)).on(probe(2, FAIL));
    assertThat(deadMan(story).restore())
        .extracting(server -> server.node())
        .containsExactly("b1", "b3");
    story = alone(SERVICE).until("restart b1").on(abort()).on(done("ready b3"));
    assertThat(guard(story).deadMan()).as("a peer has to leave rotation yet").isNull();
  }

  private static Story.Act wentOff() {
    return story -> {
      for (String peer : List.of("b1", "b3")) {
        story.world().set(peer, AdminState.READY, 100);
      }
      story.world().set("b2", AdminState.DRAIN, story.world().node("b2").weight());
      return Acts.answered(
          story,
          new HaproxyEvent.DeadManWentOff(
              new AnswerHead(
                  "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
              Acts.noProofSince(story),
              DeadManAction.DRAIN,
              List.of("b2"),
              null));
    };
  }

  @Test
  void whereTheSwitchWentOffEverythingIsTakenBack() {
    Story story = alone(SERVICE).on(wentOff());
    assertThat(guard(story).servers())
        .filteredOn(server -> !server.node().equals("b2"))
        .as("they are asked what the switch gave them")
        .allMatch(server -> server.settings().getFirst().state() == AdminState.READY)
        .noneMatch(server -> server.leaving());
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story, "v1");
  }

  @Test
  void whereAPersonIsAwaitedAfterTheSwitchThePeersLeaveOnceMoreBeforeTheCanaryServesAlone() {
    Story story =
        alone(with(SERVICE, "{\"noData\": {\"then\": \"pause\"}}"))
            .on(wentOff(), isIn(RolloutPhase.PAUSED))
            .on(resume())
            .until("watch 1-2")
            .until("drain b1");
    assertThat(serving(story)).containsExactly("b1", "b2", "b3");
    story.until("watch 1-3");
    assertThat(serving(story)).containsExactly("b2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void aBreachThatAPersonDecidesOnLeavesTheCanaryInRotationWhereNobodyElseIs() {
    Story story =
        alone(with(SERVICE, "{\"onBreach\": \"pause\"}"))
            .on(probe(FAIL), sends("stop-watching"), isIn(RolloutPhase.PAUSED));
    assertThat(serving(story)).containsExactly("b2");
    story.on(abort()).goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
    isAsBefore(story, "v1");
  }

  @Test
  void isSteeredAsEveryWindowIs() {
    alone(SERVICE)
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .on(resume(), sends("watch 1-3"))
        .on(handsOff(), isIn(RolloutPhase.PAUSED))
        .on(handsOn(), sends("watch 1-3"))
        .on(pause())
        .on(Acts.retry(From.STEP), sends("watch 1-3"))
        .on(promote(), sends("stop-watching", "drain b1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aDrainThatAPersonInterruptsBeginsAnewWithTheOthersStillLeaving() {
    Story story =
        rollout(SERVICE)
            .until("watch 1-2")
            .until("drain b1")
            .on(done("drain b1"))
            .on(pause(), isIn(RolloutPhase.PAUSED))
            .on(resume(), sends("drain b3"));
    assertThat(((DrainServer) story.newest("drain b3")).peers())
        .as("who has left already is none that stays")
        .extracting(PoolServer::node)
        .containsExactly("b2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void goesOnWhereItWasAfterTheCoordinatorWasAway() {
    Story story = alone(SERVICE).on(probe(1, PASS)).away(Duration.ofSeconds(45));
    assertThat(serving(story)).containsExactly("b2");
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void whereProofsCameTooLateTheCanaryIsAdmittedAgainBeforeThePeersAreUpdated() {
    Story story = alone(SERVICE).away(Duration.ofMinutes(4)).on(probe(1, PASS));
    story.on(probe(2, PASS)).on(probe(3, PASS), sends("stop-watching", "ready b2"));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    isAsBefore(story, "v2");
  }

  @Test
  void theRescueSheetBringsThePeersBackBeforeTheCanaryLeaves() {
    String sheet = alone(SERVICE).sheet();
    String back = sheet.substring(sheet.indexOf("\nback() {"), sheet.indexOf("\nfinish() {"));
    int leaves = back.indexOf("set server api_pool/b2 state drain");
    assertThat(leaves).isPositive();
    for (String peer : List.of("b1", "b3")) {
      assertThat(back.indexOf("set server api_pool/" + peer + " state ready"))
          .isPositive()
          .isLessThan(leaves);
    }
    String finish = sheet.substring(sheet.indexOf("\nfinish() {"));
    assertThat(finish).contains("set server api_pool/b1 state ready");
  }

  @Test
  void aPreflightThatFindsTooFewCanariesInRotationRefuses() {
    ServiceDefinition two =
        with(
            Services.canariesThenPeers(List.of("b1", "b2"), List.of("b3", "b4")),
            """
            {"strategy": "traffic-steps", "minAvailable": 1,
             "trafficSteps": [{"share": 50},
                              {"share": 100, "window": "90s", "minAvailable": 2}]}
            """);
    Story story = Story.of(two);
    story.world().set("b1", AdminState.MAINT, 100);
    story.on(Story.release("v2")).goesOn().endsIn(RolloutPhase.REJECTED, Outcome.REJECTED);
    assertThat(story.state("v2").message())
        .contains("expected 2 or more nodes in rotation when b3 and b4 leave together, found 1");
  }
}
