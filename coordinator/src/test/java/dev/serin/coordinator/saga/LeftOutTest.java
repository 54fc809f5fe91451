package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What comes after a rollout that left a node out.
class LeftOutTest {
  private static Story haltedAt(String peer, Story story) {
    return story
        .until("health " + peer)
        .on(failsForGood("health " + peer))
        .endsIn(RolloutPhase.HALTED, Outcome.HALTED);
  }

  @Test
  void takesTheNodeFirstThatWasLeftOutAndWatchesIt() {
    haltedAt("b1", rollout(canaryThenPeers("b2", "b1", "b3")))
        .on(release("v3"))
        .then(story ->
            assertThat(((CheckPool) story.newest("check-pool")).leftOut()).containsExactly("b1"))
        .until("drain b1")
        .until("serving b1")
        .on(done("serving b1"), sends("drain b2"))
        .until("serving b2")
        .on(done("serving b2"), sends("watch 1-3"))
        .then(story ->
            assertThat(((WatchSlis) story.last().commands().getFirst()).slis().getFirst().query())
                .isEqualTo("errors{node=~\"(?:b1|b2)\"}"))
        .until("drain b3")
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> {
          assertThat(story.world().nodes().values()).allMatch(World.Node::isIn);
          assertThat(story.ledger().leftOut()).isEmpty();
        });
  }

  @Test
  void sparesTheLastOthersUntilTheWindowIsOver() {
    haltedAt("b1", rollout(canaryThenPeers("b2", "b1")))
        .on(release("v3"))
        .until("serving b1")
        .on(done("serving b1"), sends("watch 1-3"))
        .until("drain b2")
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void leavesTheNodeOutAsItWasWhenTheNextReleaseIsTakenBackToo() {
    haltedAt("b1", rollout(canaryThenPeers("b2", "b1")))
        .on(release("v3"))
        .until("watch 1-3")
        .on(probe(FAIL), sends("stop-watching", "drain b1"))
        .on(done("drain b1"), sends("restore b1"))
        .on(done("restore b1"), sends("restart b1"))
        // What was ill before need not be healthy to stay out.
        .on(done("restart b1"), sends("ready b1"))
        .then(story ->
            assertThat(((ReadyServer) story.newest("ready b1")).settings())
                .allMatch(setting -> setting.state() == AdminState.DRAIN))
        .on(done("ready b1"), sends())
        .endsIn("v3", RolloutPhase.ROLLED_BACK, Outcome.BREACHED)
        .then(story -> {
          assertThat(story.ledger().leftOut()).containsOnlyKeys("b1");
          assertThat(story.world().node("b1").digest()).isEqualTo(World.sha("v2"));
        })
        .on(release("v4"))
        .until("ready b1")
        .then(story ->
            assertThat(((ReadyServer) story.newest("ready b1")).settings())
                .allMatch(setting -> setting.state() == AdminState.READY));
  }

  @Test
  void keepsToThePersonWhoPutTheNodeBackInTheMeantime() {
    haltedAt("b1", rollout(canaryThenPeers("b2", "b1")))
        .then(story -> story.world().set("b1", AdminState.READY, 50))
        .on(release("v3"))
        .until("ready b1")
        .then(story -> {
          assertThat(((ReadyServer) story.newest("ready b1")).settings())
              .allMatch(setting -> setting.weight() == 50);
          assertThat(story.ledger().leftOut()).isEmpty();
        })
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(story -> assertThat(story.world().node("b1").weight()).isEqualTo(50));
  }

  @Test
  void startsWhatWaitsWhenARolloutHalts() {
    rollout(canaryThenPeers("b2", "b1"))
        .on(release("v3"))
        .until("health b1")
        .on(failsForGood("health b1"), sends("check-pool", "inspect", "check-slis"))
        .endsIn("v2", RolloutPhase.HALTED, Outcome.HALTED)
        .then(isIn(RolloutPhase.PREFLIGHT))
        .goesOn()
        .endsIn("v3", RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void namesTheNodeAgainWhenItCannotBeTakenBackEither() {
    Story story =
        haltedAt("b1", rollout(canaryThenPeers("b2", "b1")))
            .on(release("v3"))
            .until("health b1")
            .on(failsForGood("health b1"))
            .on(done("drain b1"));
    for (int attempt = 1; attempt < 5; attempt++) {
      story.on(failsForGood("restore b1")).after(Duration.ofSeconds(2L * attempt));
    }
    story
        .on(failsForGood("restore b1"))
        .endsIn("v3", RolloutPhase.ROLLBACK_FAILED, Outcome.FAILED)
        .then(it -> {
          assertThat(it.state("v3").message())
              .contains("b1 is left", "an earlier rollout had left it out already", "b1 first");
          assertThat(it.ledger().leftOut()).containsOnlyKeys("b1");
        })
        .on(release("v4"))
        .goesOn()
        .endsIn("v4", RolloutPhase.COMPLETED, Outcome.COMPLETED)
        .then(it -> assertThat(it.world().node("b1").isIn()).isTrue());
  }
}
