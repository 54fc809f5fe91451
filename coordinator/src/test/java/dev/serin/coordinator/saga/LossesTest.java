package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Acts.asked;
import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Story.release;
import static dev.serin.coordinator.saga.Story.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand;
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
    return Saga.decide(ledger, new Input.Lost(published(story), SERVICE, story.now()));
  }

  @Test
  void whatWasUnderWayIsHaltedAndWhatWaitedIsRejected() {
    Story story = underWayWithOneThatWaits();
    RolloutState before = published(story).getFirst();
    Decision decision = lost(Ledger.empty(Services.NAME), story);

    assertThat(decision.commands()).as("nothing runs on a guess").isEmpty();
    assertThat(decision.events().getFirst())
        .isInstanceOfSatisfying(
            RolloutHalted.class,
            halted -> {
              assertThat(halted.head().sequence()).isEqualTo(before.sequence() + 1);
              assertThat(halted.head().why()).contains("found none");
              assertThat(halted.nodes()).isEqualTo(before.nodes());
              assertThat(halted.left().toString()).contains("serin rescue", "serin hands-on");
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
    assertThat(decision.commands())
        .singleElement()
        .isInstanceOfSatisfying(
            HaproxyCommand.StopGuardingServers.class,
            stop -> assertThat(stop.handsOff()).as("nothing is put back").isTrue());
    assertThat(decision.events().getFirst().head().why()).contains("found an older one");
    assertThat(decision.next().fence())
        .as("fences go on from what is known")
        .isGreaterThanOrEqualTo(older.fence());
  }
}
