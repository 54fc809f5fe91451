package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.NO_DATA;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.promote;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadMan;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.saga.Decision.Ignored;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The dead man's switch where nothing is proven any more: in a rollback, and in a pause that
/// nobody chose.
class SwitchOnTheWayBackTest {
  private static final ServiceDefinition TWO =
      canariesThenPeers(List.of("b2", "b3"), List.of("b1", "b4"));
  private static final ServiceDefinition PAUSES =
      with(canaryThenPeers("b2", "b1"), "{\"noData\": {\"then\": \"pause\"}}");

  private static GuardServers guard(Story story) {
    return story.last().commands().stream()
        .filter(GuardServers.class::isInstance)
        .map(GuardServers.class::cast)
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new AssertionError("no guard in " + story.last().commands()));
  }

  private static DeadMan deadMan(Story story) {
    DeadMan deadMan = guard(story).deadMan();
    assertThat(deadMan).isNotNull();
    return deadMan;
  }

  private static void isDisarmed(Story story) {
    assertThat(guard(story).deadMan()).isNull();
  }

  private static Story.Act wentOff(
      DeadManAction action, @Nullable Failure failure, String... drained) {
    return story ->
        Acts.answered(
            story,
            new HaproxyEvent.DeadManWentOff(
                new AnswerHead(
                    "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
                Acts.noProofSince(story),
                action,
                List.of(drained),
                failure));
  }

  private static Story.Act wentOff(String... drained) {
    return wentOff(DeadManAction.DRAIN, null, drained);
  }

  private static Story breached() {
    return rollout(TWO).until("watch 1-3").on(probe(1, PASS)).on(probe(2, FAIL));
  }

  @Test
  void staysArmedForEachCanaryUntilItIsDrained() {
    Story story = rollout(TWO).until("watch 1-3").on(probe(1, PASS));
    Instant proven = story.active().provenUntil();
    story
        .on(probe(2, FAIL), sends("stop-watching", "drain b3"))
        .then(later -> {
          assertThat(deadMan(later).nodes()).containsExactly("b3", "b2");
          assertThat(deadMan(later).expiresAt()).as("a rollback proves nothing").isEqualTo(proven);
          assertThat(deadMan(later).action()).isEqualTo(DeadManAction.DRAIN);
        })
        .on(done("drain b3"), sends("restore b3"))
        .then(later -> assertThat(deadMan(later).nodes()).containsExactly("b2"))
        .until("drain b2")
        .then(later -> assertThat(deadMan(later).expiresAt()).isEqualTo(proven))
        .on(done("drain b2"), sends("restore b2"))
        .then(SwitchOnTheWayBackTest::isDisarmed)
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aSlowRollbackGoesOnWhereTheSwitchTookACanaryOutBeforeItsTurn() {
    Story story =
        breached()
            .on(done("drain b3"), sends("restore b3"))
            .on(wentOff("b2"), sends(), tells("traffic-shifted"), isIn(RolloutPhase.ROLLING_BACK))
            .then(later -> {
              assertThat(later.last().events().getFirst().head().why())
                  .isEqualTo(
                      "b2 still took traffic at 2026-11-20T12:02:40Z, unwatched; it left rotation"
                          + " by itself, before its turn in the rollback");
              assertThat(guard(later).servers())
                  .as("it is guarded as drained, not put back")
                  .filteredOn(server -> server.node().equals("b2"))
                  .allMatch(GuardedServer::leaving)
                  .flatExtracting(GuardedServer::settings)
                  .allMatch(setting -> setting.state() == AdminState.DRAIN);
              isDisarmed(later);
            });
    story.world().set("b2", AdminState.DRAIN, 100);
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
    assertThat(story.world().node("b2").isIn()).as("it has again what it had").isTrue();
    assertThat(story.world().node("b2").digest()).isEqualTo(World.sha("v1"));
  }

  @Test
  void whatTheSwitchCouldNotDoIsToldAndTheRollbackGoesOn() {
    Failure tooFew =
        new Failure(Failure.Reason.REFUSED, "2 nodes in rotation", "1", "wait for b3", true);
    breached()
        .on(done("drain b3"))
        .on(
            wentOff(DeadManAction.DRAIN, tooFew),
            sends(),
            tells("traffic-shifted"),
            isIn(RolloutPhase.ROLLING_BACK))
        .then(story ->
            assertThat(story.last().events().getFirst().head().why())
                .contains("b2 still took traffic")
                .contains("it could not leave rotation before its turn"))
        .on(wentOff(DeadManAction.ALERT, null), sends(), tells("traffic-shifted"))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aSwitchThatGoesOffOnceTheCanaryIsDrainedOrBackChangesNothing() {
    breached()
        .ignores(wentOff("b3"), Ignored.NOT_AWAITED)
        .on(done("drain b3"))
        .ignores(wentOff("b3"), Ignored.NOT_AWAITED)
        .until("drain b2")
        .ignores(wentOff("b3", "b2"), Ignored.NOT_AWAITED)
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aCanaryThatCouldNotBeDrainedIsWatchedOverUntilItHasItsOldBinary() {
    Story story = rollout(PAUSES).until("watch 1-3").on(probe(1, FAIL));
    for (int attempt = 1; attempt < 5; attempt++) {
      story.on(failsForGood("drain b2")).after(Duration.ofSeconds(2L * attempt), sends("drain b2"));
    }
    story
        .on(failsForGood("drain b2"), sends("restore b2"))
        .on(wentOff("b2"), sends(), tells("traffic-shifted"), isIn(RolloutPhase.ROLLING_BACK))
        .on(done("restore b2"), sends("restart b2"))
        .then(later -> assertThat(Guarding.undrained(later.active())).isEmpty())
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aPeersTurnComesBeforeTheSwitch() {
    // A canary that left before its turn would leave too few for the peers' turns (I2).
    rollout(TWO)
        .until("push b1")
        .on(abort())
        .then(SwitchOnTheWayBackTest::isDisarmed)
        .until("drain b3")
        .then(story -> {
          assertThat(deadMan(story).nodes()).containsExactly("b3", "b2");
          assertThat(deadMan(story).expiresAt())
              .as("it had none before")
              .isEqualTo(story.now().plus(Duration.ofMinutes(2)));
          assertThat(deadMan(story).restore())
              .extracting(GuardedServer::node)
              .containsExactly("b1", "b4");
        });
  }

  @Test
  void aProofFromBeforeThePeersTurnIsForgotten() {
    rollout(with(TWO, "{\"soak\": \"60s\"}"))
        .until("drain b1")
        .until("serving b4")
        .on(done("serving b4"), isIn(RolloutPhase.ANALYSING))
        .on(probe(1, PASS))
        .on(abort(), sends("stop-watching", "drain b4"))
        .until("drain b3")
        .then(story ->
            assertThat(deadMan(story).expiresAt())
                .as("who is taken back late is not overdue at once")
                .isEqualTo(story.now().plus(Duration.ofMinutes(2))));
  }

  @Test
  void aPauseForWantOfDataKeepsItArmed() {
    Story story = blind();
    story.then(later -> {
      assertThat(deadMan(later).nodes()).containsExactly("b2");
      assertThat(deadMan(later).expiresAt()).isEqualTo(later.active().provenUntil());
    });
    story
        .on(wentOff("b2"), sends(), tells("traffic-shifted", "rollout-paused"))
        .then(later -> {
          assertThat(later.active().phase().shown()).isEqualTo(RolloutPhase.PAUSED);
          isDisarmed(later);
        })
        .on(resume(), sends("ready b2"))
        .on(done("ready b2"), sends("serving b2"))
        .on(done("serving b2"), sends("watch 1-3"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void whoResumesOrPromotesBeforeItGoesOffGoesOnAsBefore() {
    blind()
        .on(resume(), isIn(RolloutPhase.ANALYSING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    blind()
        .on(promote(), isIn(RolloutPhase.ROLLING))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aPauseThatAPersonChoseDisarmsItAndARollbackFromThereArmsItAnew() {
    rollout(TWO)
        .until("watch 1-3")
        .on(probe(1, PASS))
        .on(pause(), isIn(RolloutPhase.PAUSED))
        .then(SwitchOnTheWayBackTest::isDisarmed)
        .ignores(wentOff("b2", "b3"), Ignored.NOT_AWAITED)
        .on(abort(), sends("drain b3"))
        .then(story ->
            assertThat(deadMan(story).expiresAt())
                .isEqualTo(story.now().plus(Duration.ofMinutes(2))));
  }

  private static Story blind() {
    return rollout(PAUSES)
        .until("watch 1-3")
        .after(Duration.ofSeconds(130))
        .on(probe(1, NO_DATA))
        .on(probe(2, NO_DATA))
        .on(probe(3, NO_DATA))
        .on(probe(4, NO_DATA))
        .after(Duration.ofSeconds(30))
        .then(isIn(RolloutPhase.PAUSED));
  }
}
