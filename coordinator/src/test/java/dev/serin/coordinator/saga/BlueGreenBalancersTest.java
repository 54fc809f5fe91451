package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.abort;
import static dev.serin.coordinator.saga.Acts.done;
import static dev.serin.coordinator.saga.Acts.failsForGood;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.sendsNothing;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Two groups change behind two load balancers: each step is about both.
class BlueGreenBalancersTest {
  private static final List<String> BOTH = List.of("haproxy-1", "haproxy-2");

  private static final ServiceDefinition SERVICE =
      with(
          Services.blueGreen(List.of("b1", "b2"), List.of("g1", "g2")),
          "{\"loadBalancers\": [\"haproxy-1\", \"haproxy-2\"]}");

  private static Story rollout() {
    Story story = Story.of(SERVICE);
    story.world().standsBy("g1", "v0");
    story.world().standsBy("g2", "v0");
    return story.on(release("v2"));
  }

  private static void isToldBoth(Story story, String words, AdminState state) {
    assertThat(((ReadyServer) story.newest(words)).settings())
        .allMatch(setting -> setting.state() == state && setting.weight() == 100)
        .extracting(setting -> setting.loadBalancer())
        .containsExactlyElementsOf(BOTH);
  }

  @Test
  void nobodyLeavesBeforeBothHaveEveryNodeThatComesAndAreProven() {
    Story story = rollout().until("health g1").on(done("health g1")).on(done("health g2"));
    isToldBoth(story, "ready g1", AdminState.READY);
    isToldBoth(story, "ready g2", AdminState.READY);
    story.on(done("ready g1"), sendsNothing()).on(done("ready g2"));
    for (String node : List.of("g1", "g2")) {
      assertThat(((CheckServing) story.newest("serving " + node)).loadBalancers())
          .containsExactlyElementsOf(BOTH);
    }
    story
        .on(done("serving g1"), sendsNothing())
        .on(done("serving g2"), sends("drain b1", "drain b2"));
    DrainServer drain = (DrainServer) story.newest("drain b1");
    assertThat(drain.loadBalancers()).containsExactlyElementsOf(BOTH);
    assertThat(drain.restore())
        .as("what is put back where it can't leave")
        .extracting(setting -> setting.loadBalancer())
        .containsExactlyElementsOf(BOTH);
    story.on(done("drain b1")).on(done("drain b2"));
    isToldBoth(story, "ready b1", AdminState.MAINT);
    isToldBoth(story, "ready b2", AdminState.MAINT);
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void theWayBackIsAboutBothToo() {
    Story story = rollout().until("watch 1-3").on(abort()).until("ready b1");
    isToldBoth(story, "ready b1", AdminState.READY);
    isToldBoth(story, "ready b2", AdminState.READY);
    story.until("drain g1").until("ready g1");
    isToldBoth(story, "ready g1", AdminState.MAINT);
    story.goesOn().endsIn(RolloutPhase.ROLLED_BACK, Outcome.ABORTED);
  }

  @Test
  void nobodyLeavesWhereOneOfThemProvesNothing() {
    Story story =
        rollout()
            .until("serving g1")
            .on(done("serving g1"), sendsNothing())
            .on(failsForGood("serving g2"))
            .goesOn()
            .endsIn(RolloutPhase.ROLLED_BACK, Outcome.FAILED);
    assertThat(story.sent()).noneMatch(it -> Words.of(it).equals("drain b1"));
  }
}
