package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.pause;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.sees;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who serves alone dies, as the load balancers see it: nobody stands behind it, so the peers that
/// have only left come back at once.
class CanaryDiesAloneTest {
  private static final Duration TOLD_AGAIN = Duration.ofSeconds(10);

  private static final ServiceDefinition SERVICE = Services.servesAlone();

  private static Story alone() {
    return rollout(SERVICE).until("watch 1-2").until("watch 1-3");
  }

  private static void isAsBefore(Story story) {
    assertThat(story.world().nodes().values())
        .allMatch(node -> node.state() == AdminState.READY && node.weight() == 100)
        .allMatch(node -> node.digest().equals(World.sha("v1")));
  }

  @Test
  void thePeersComeBackOnceItIsToldTwiceRunning() {
    Story story =
        alone()
            .on(probe(1, PASS))
            .on(sees(), sends(), isIn(RolloutPhase.ANALYSING))
            .after(TOLD_AGAIN)
            .on(sees(), sends("stop-watching", "ready b3", "ready b1"));
    assertThat(story.active().message())
        .isEqualTo(
            "expected 1 or more nodes in rotation while b1, b3 are out for the canaries to serve"
                + " alone, found none since 2026-11-20T12:00:00Z");
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story);
  }

  @Test
  void aCanaryThatIsBackBeforeThatGoesOn() {
    alone()
        .on(sees())
        .after(Duration.ofSeconds(3))
        .on(sees("b2"))
        .after(TOLD_AGAIN)
        .on(sees(), isIn(RolloutPhase.ANALYSING))
        .after(Duration.ofSeconds(1))
        .on(sees("b2"), isIn(RolloutPhase.ANALYSING));
  }

  @Test
  void nothingIsConcludedWhileALoadBalancerIsSilent() {
    SilentLoadBalancer silent =
        new SilentLoadBalancer(
            "haproxy-1",
            new Failure(Failure.Reason.UNREACHABLE, "an answer", "none", "start it", true));
    alone()
        .on(sees())
        .after(TOLD_AGAIN)
        .on(sees(List.of(), List.of(silent)), isIn(RolloutPhase.ANALYSING))
        .after(TOLD_AGAIN)
        .on(sees(List.of(), List.of(silent)), isIn(RolloutPhase.ANALYSING))
        .on(sees(), isIn(RolloutPhase.ANALYSING));
  }

  @Test
  void whileAPeerServesTooTheOthersAreNotCalledBack() {
    rollout(SERVICE)
        .until("watch 1-2")
        .until("drain b1")
        .on(sees("b3"))
        .after(TOLD_AGAIN)
        .on(sees("b3"), isIn(RolloutPhase.ROLLING));
  }

  @ParameterizedTest
  @ValueSource(strings = {"shift b2", "keep b1", "health b1"})
  void comeBackWhereverTheRolloutIsMeanwhile(String underWay) {
    Story story =
        rollout(SERVICE)
            .until("watch 1-2")
            .until("drain b1")
            .until(underWay)
            .on(sees())
            .after(TOLD_AGAIN)
            .on(sees(), isIn(RolloutPhase.ROLLING_BACK));
    assertThat(story.allAwaited()).extracting(Words::of).contains("ready b3");
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    isAsBefore(story);
  }

  @Test
  void ofTwoThatHaveToServeNoneMayBeMissing() {
    ServiceDefinition two =
        with(
            canariesThenPeers(List.of("b1", "b2"), List.of("b3", "b4")),
            """
            {"strategy": "traffic-steps", "minAvailable": 1,
             "trafficSteps": [{"share": 50}, {"share": 100, "window": "90s", "minAvailable": 2}]}
            """);
    rollout(two)
        .until("watch 1-3")
        .on(sees("b1", "b2"))
        .after(TOLD_AGAIN)
        .on(sees("b1", "b2"), isIn(RolloutPhase.ANALYSING))
        .on(sees("b1"))
        .after(TOLD_AGAIN)
        .on(sees("b1"), sends("stop-watching", "ready b4", "ready b3"));
  }

  @Test
  void aPauseThatAPersonChoseIsTheirsAndTellsIt() {
    Story story =
        alone()
            .on(sees())
            .on(pause(), isIn(RolloutPhase.PAUSED))
            .on(sees(), sends(), tells())
            .after(TOLD_AGAIN)
            .on(sees(), sends(), tells("traffic-shifted"))
            .after(TOLD_AGAIN)
            .on(sees(), sends(), tells(), isIn(RolloutPhase.PAUSED));
    assertThat(story.told().getLast().head().why())
        .contains("found none since", "abort brings them back");
    story.on(abort()).on(done("ready b3")).goesOn();
    story.endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }
}
