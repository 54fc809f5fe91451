package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.InspectInstances;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Services as they are: in several pools on several load balancers or in none, with several units,
/// on several Incus servers, or with one node alone.
class PoolsTest {
  private static final ServiceDefinition WIDE =
      with(
          canaryThenPeers("b2", "b1"),
          """
          {"pool": ["api_pool", "stream_pool"], "loadBalancers": ["haproxy-1", "haproxy-2"],
           "install": {"unit": ["api", "api-worker"]},
           "nodes": [{"name": "b2", "canary": true, "host": "east"},
                     {"name": "b1", "host": "west", "instance": "backend-1", "server": "srv1"}]}
          """);

  private static List<String> places(List<ServerSetting> settings) {
    return settings.stream().map(it -> it.loadBalancer() + "/" + it.pool()).toList();
  }

  private static final String[] EVERYWHERE = {
    "haproxy-1/api_pool", "haproxy-1/stream_pool", "haproxy-2/api_pool", "haproxy-2/stream_pool"
  };

  @Test
  void aNodeLeavesAndReturnsInEveryPoolOnEveryLoadBalancer() {
    rollout(WIDE)
        .then(story -> {
          CheckPool check = (CheckPool) story.newest("check-pool");
          assertThat(check.pools()).containsExactly("api_pool", "stream_pool");
          assertThat(check.loadBalancers()).containsExactly("haproxy-1", "haproxy-2");
        })
        .until("drain b2")
        .then(story -> {
          DrainServer drain = (DrainServer) story.newest("drain b2");
          assertThat(drain.pools()).containsExactly("api_pool", "stream_pool");
          assertThat(drain.loadBalancers()).containsExactly("haproxy-1", "haproxy-2");
          assertThat(places(drain.restore())).containsExactlyInAnyOrder(EVERYWHERE);
        })
        .until("serving b2")
        .then(story -> {
          ReadyServer ready = (ReadyServer) story.newest("ready b2");
          assertThat(places(ready.settings())).containsExactlyInAnyOrder(EVERYWHERE);
          CheckServing serving = (CheckServing) story.newest("serving b2");
          assertThat(serving.pools()).containsExactly("api_pool", "stream_pool");
        })
        .until("drain b1")
        .then(story ->
            assertThat(((DrainServer) story.newest("drain b1")).server()).isEqualTo("srv1"))
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void theGuardIsOverEveryPlace() {
    rollout(WIDE)
        .until("push b2")
        .then(story ->
            assertThat(Objects.requireNonNull(Guarding.of(story.active())).servers())
                .allSatisfy(
                    it -> assertThat(places(it.settings())).containsExactlyInAnyOrder(EVERYWHERE)));
  }

  @Test
  void sharesAreGivenInEveryPlace() {
    rollout(
            with(
                WIDE,
                "{\"strategy\": \"traffic-steps\", \"trafficSteps\": [{\"share\": 10, \"window\":"
                    + " \"60s\"}, {\"share\": 100}]}"))
        .until("shift b2")
        .then(story ->
            assertThat(places(((WeighServers) story.newest("shift b2")).settings()))
                .contains(EVERYWHERE)
                .hasSize(8));
  }

  @Test
  void everyUnitIsRestartedAndEachNodeIsReachedOnItsOwnIncusServer() {
    Story story = rollout(WIDE);
    assertThat(((InspectInstances) story.newest("inspect")).instances())
        .containsExactly(
            new InstanceRef("b2", "b2", "east"), new InstanceRef("b1", "backend-1", "west"));
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    List<InstanceRef> reached = new ArrayList<>();
    for (AgentCommand command : story.sent()) {
      switch (command) {
        case IncusCommand.PushArtifact push -> reached.add(push.instance());
        case IncusCommand.RestartUnits restart -> {
          reached.add(restart.instance());
          assertThat(restart.install().unit()).containsExactly("api", "api-worker");
        }
        default -> {}
      }
    }
    assertThat(reached)
        .containsExactly(
            new InstanceRef("b2", "b2", "east"),
            new InstanceRef("b2", "b2", "east"),
            new InstanceRef("b1", "backend-1", "west"),
            new InstanceRef("b1", "backend-1", "west"));
  }

  @Test
  void everyUnitIsOnTheRescueSheet() {
    Story story = rollout(WIDE).until("restart b2");
    assertThat(story.sheet()).contains("api-worker");
  }

  @Test
  void aBreachTakesANodeBackInEveryPlace() {
    rollout(WIDE)
        .until("watch 1-3")
        .on(probe(FAIL))
        .until("serving b2")
        .then(story ->
            assertThat(places(((ReadyServer) story.newest("ready b2")).settings()))
                .containsExactlyInAnyOrder(EVERYWHERE))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void aWorkerHasNoLoadBalancerToAskAndIsTakenBackAllTheSame() {
    ServiceDefinition worker =
        with(canaryThenPeers("b2", "b1"), "{\"pool\": [], \"loadBalancers\": []}");
    rollout(worker)
        .goesOn()
        .then(story ->
            assertThat(story.sent().stream().map(Words::of))
                .noneMatch(it -> it.matches("(check-pool|drain|ready|serving).*")))
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
    rollout(worker)
        .until("watch 1-3")
        .on(probe(FAIL))
        .goesOn()
        .endsIn(RolloutPhase.ROLLED_BACK, Outcome.BREACHED);
  }

  @Test
  void oneNodeAloneMayLeaveWhereNoneMustStay() {
    ServiceDefinition alone = with(canaryThenPeers("b1"), "{\"minAvailable\": 0}");
    rollout(alone)
        .until("drain b1")
        .then(story -> {
          DrainServer drain = (DrainServer) story.newest("drain b1");
          assertThat(drain.minAvailable()).isZero();
          assertThat(drain.peers()).isEmpty();
        })
        .goesOn()
        .endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }
}
