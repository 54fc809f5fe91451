package dev.serin.coordinator.saga;

import static dev.serin.contracts.sli.Verdict.FAIL;
import static dev.serin.contracts.sli.Verdict.PASS;
import static dev.serin.coordinator.saga.Acts.isIn;
import static dev.serin.coordinator.saga.Acts.probe;
import static dev.serin.coordinator.saga.Acts.resume;
import static dev.serin.coordinator.saga.Acts.sends;
import static dev.serin.coordinator.saga.Acts.tells;
import static dev.serin.coordinator.saga.Services.with;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyCommand.DeadManAction;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent.DeadManWentOff;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The dead man's switch goes off while the canary serves alone, and a person is awaited.
class SwitchWhileAloneTest {
  private static final ServiceDefinition SERVICE =
      with(Services.servesAlone(), "{\"noData\": {\"then\": \"pause\"}}");

  private static Story alone(ServiceDefinition service) {
    return rollout(service).until("watch 1-2").until("watch 1-3");
  }

  private static Story.Act wentOff() {
    return story -> wentOff(Acts.noProofSince(story)).in(story);
  }

  private static Story.Act wentOff(Instant expiredAt) {
    return story -> {
      for (String peer : List.of("b1", "b3")) {
        story.world().set(peer, AdminState.READY, 100);
      }
      story.world().set("b2", AdminState.DRAIN, story.world().node("b2").weight());
      return Acts.answered(
          story,
          new DeadManWentOff(
              new AnswerHead(
                  "guard", story.active().rolloutId(), Services.NAME, null, 1, story.now()),
              expiredAt,
              DeadManAction.DRAIN,
              List.of("b2"),
              null));
    };
  }

  private static Story wentOffAlone() {
    return alone(SERVICE).on(wentOff(), isIn(RolloutPhase.PAUSED));
  }

  @Test
  void theRescueSheetFinishesFromWhereTheRolloutWouldGoOn() {
    String sheet = wentOffAlone().sheet();
    String finish = sheet.substring(sheet.indexOf("\nfinish() {"));
    int back = finish.indexOf("set server api_pool/b2 state ready");
    assertThat(back).as("the canary is back").isPositive();
    for (String peer : List.of("b1", "b3")) {
      assertThat(finish.indexOf("set server api_pool/" + peer + " state drain"))
          .as("before %s leaves", peer)
          .isGreaterThan(back);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ready b2", "watch 1-2"})
  void whoHasComeBackIsGuardedAgain(String until) {
    Story story = wentOffAlone().on(resume()).until(until);
    for (GuardedServer server : Objects.requireNonNull(Guarding.of(story.active())).servers()) {
      if (!server.node().equals("b2")) {
        assertThat(server.inWork()).as("%s is left alone", server.node()).isFalse();
        assertThat(server.settings()).allMatch(it -> it.state() == AdminState.READY);
      }
    }
  }

  /// A reload would bring the canary back, unwatched.
  @Test
  void inThePauseEachNodeIsGuardedAsItIs() {
    for (GuardedServer server :
        Objects.requireNonNull(Guarding.of(wentOffAlone().active())).servers()) {
      assertThat(server.inWork()).as("%s is left alone", server.node()).isFalse();
      assertThat(server.settings())
          .allMatch(it ->
              it.state() == (server.node().equals("b2") ? AdminState.DRAIN : AdminState.READY));
    }
  }

  @Test
  void itGoesToItsEndFromThere() {
    Story story = wentOffAlone().on(resume()).goesOn();
    story.endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void whatItTellsLateChangesNothingWhereSomebodyWatchesAgain() {
    Story story = alone(SERVICE);
    Story.Act late = wentOff(Acts.noProofSince(story));
    story.after(Duration.ofSeconds(110)).on(probe(1, PASS)).on(probe(2, PASS));
    Guarding before = Guarding.of(story.active());
    story.on(late, sends(), tells("traffic-shifted"), isIn(RolloutPhase.ANALYSING));
    assertThat(Guarding.of(story.active())).as("all is asked as before").isEqualTo(before);
    story.world().set("b2", AdminState.READY, 100);
    for (String peer : List.of("b1", "b3")) {
      story.world().set(peer, AdminState.DRAIN, 100);
    }
    story.goesOn().endsIn(RolloutPhase.COMPLETED, Outcome.COMPLETED);
  }

  @Test
  void aBreachAfterItIsOneBeforeThePeers() {
    alone(with(SERVICE, "{\"onBreach\": \"pause\"}"))
        .on(wentOff(), isIn(RolloutPhase.PAUSED))
        .on(resume())
        .until("watch 1-2")
        .on(probe(FAIL), sends("stop-watching", "drain b2"));
  }
}
