package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutEvent.RolloutHalted;
import dev.serin.contracts.rollout.RolloutEvent.RolloutRejected;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What becomes of rollouts whose record is lost.
class LossesTest {
  private static final ServiceDefinition SERVICE = canaryThenPeers("b2", "b1", "b3");

  private static Story underWayWithOneThatWaits() {
    return rollout(SERVICE).until("restart b2").on(release("v3"));
  }

  private static List<RolloutState> published(Story story) {
    Ledger ledger = story.ledger();
    return List.of(
        View.active(ledger, Objects.requireNonNull(ledger.active()), story.now()),
        View.queued(ledger, story.now()).getFirst());
  }

  private static Decision lost(Ledger ledger, Story story) {
    return Saga.decide(
        ledger,
        new Input.Lost(
            ledger.equals(Ledger.empty(Services.NAME)),
            published(story),
            SERVICE,
            story.now(),
            story.now()));
  }

  private static boolean standsBack(AgentCommand command) {
    return command instanceof IncusCommand.StandBack
        || (command instanceof HaproxyCommand.StopGuardingServers stop && stop.handsOff());
  }

  @Test
  void whatWasUnderWayIsHaltedAndWhatWaitedIsRejected() {
    Story story = underWayWithOneThatWaits();
    RolloutState before = published(story).getFirst();
    Decision decision = lost(Ledger.empty(Services.NAME), story);

    assertThat(decision.commands())
        .as("nothing runs on a guess: the agents only stand back")
        .hasSize(2)
        .allMatch(LossesTest::standsBack);
    assertThat(decision.turns()).extracting(TurnWord::rolloutId).contains(before.rolloutId());
    assertThat(decision.events().getFirst())
        .isInstanceOfSatisfying(
            RolloutHalted.class,
            halted -> {
              assertThat(halted.head().sequence()).isEqualTo(before.sequence() + 1);
              assertThat(halted.head().why()).contains("found none");
              assertThat(halted.nodes()).isEqualTo(before.nodes());
              assertThat(halted.left().toString())
                  .contains("b2 was last seen with", "serin rescue", "serin hands-on");
            });
    assertThat(decision.events().getLast()).isInstanceOf(RolloutRejected.class);
    assertThat(decision.states())
        .extracting(RolloutState::phase)
        .containsExactly(RolloutPhase.HALTED, RolloutPhase.REJECTED);
    assertThat(decision.states().getFirst().outcome()).isEqualTo(Outcome.HALTED);
    assertThat(decision.wakeAt()).isNull();
  }

  @Test
  void nothingBeginsUntilAPersonHasLooked() {
    Story story = underWayWithOneThatWaits();
    Ledger after = lost(Ledger.empty(Services.NAME), story).next();
    Request again = Story.releaseOf("v4", Request.IfBusy.QUEUE);

    Decision refused = Saga.decide(after, new Input.Asked(again, false, story.now()));
    assertThat(refused.commands()).isEmpty();
    assertThat(refused.events())
        .singleElement()
        .isInstanceOfSatisfying(
            RolloutRejected.class,
            rejected -> assertThat(rejected.reasons().toString()).contains("hands-on"));

    Request handsOn =
        new Request.HandsOnRequested("on", Services.NAME, "alice", "every node runs v1");
    Ledger lifted = Saga.decide(after, new Input.Asked(handsOn, false, story.now())).next();
    assertThat(lifted.definition()).as("rebuilt from its topic").isEqualTo(SERVICE);
    assertThat(Saga.decide(lifted, new Input.Asked(again, false, story.now())).events())
        .anyMatch(RolloutEvent.RolloutStarted.class::isInstance);
  }

  @Test
  void anOlderRecordGoesOnWithNothingEither() {
    Story story = rollout(SERVICE).until("push b2");
    Ledger older = story.ledger();
    story.until("restart b2").on(asked(Story.releaseOf("v3", Request.IfBusy.QUEUE)));

    Decision decision = lost(older, story);

    assertThat(decision.next().active()).isNull();
    assertThat(decision.commands()).isNotEmpty().allMatch(LossesTest::standsBack);
    assertThat(decision.events().getFirst().head().why()).contains("found an older one");
    assertThat(decision.next().fence())
        .as("fences go on from what is known")
        .isGreaterThanOrEqualTo(older.fence());
  }

  @Test
  void anOlderRecordOfWhatIsOverIsToldOnceAndHandsAreOff() {
    Story story = rollout(SERVICE).until("push b2");
    Ledger older = story.ledger();
    Decision decision =
        Saga.decide(older, new Input.Lost(false, List.of(), SERVICE, story.now(), story.now()));
    assertThat(decision.events()).singleElement().isInstanceOf(RolloutEvent.RolloutPaused.class);
    assertThat(decision.next().handsOff()).isNotNull();
    assertThat(decision.next().decidedAt()).as("it is as new as that now").isEqualTo(story.now());
  }
}
