package dev.serin.coordinator.saga;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// One service where a limit holds: it asks for its turn, waits, and gives it back.
class TakingTurnsTest {
  private static final Instant NOON = Story.NOON;

  private Ledger ledger =
      Saga.decide(Ledger.empty(Services.NAME), new Input.Defined(canaryThenPeers("b2", "b1"), NOON))
          .next();

  private Decision on(Input input) {
    Decision decision = Saga.decide(ledger.under(List.of(), true), input);
    ledger = decision.next();
    return decision;
  }

  private Decision asked(Request request) {
    return on(new Input.Asked(request, false, NOON));
  }

  private static String id(String version) {
    return Story.idOf(version);
  }

  private static Request release(String version) {
    return Story.releaseOf(version, Request.IfBusy.QUEUE);
  }

  private static Request abort(String rolloutId) {
    return new Request.AbortRequested("abort", Services.NAME, "bob", "", rolloutId);
  }

  @Test
  void waitsForItsTurnAndStartsWhenItIsGranted() {
    Decision waits = asked(release("v2"));
    assertThat(waits.commands()).isEmpty();
    assertThat(waits.events()).singleElement().isInstanceOf(RolloutEvent.RolloutQueued.class);
    assertThat(waits.turns())
        .singleElement()
        .isInstanceOfSatisfying(
            TurnWord.Wanted.class, it -> assertThat(it.rolloutId()).isEqualTo(id("v2")));

    Decision starts = on(new Input.Granted(id("v2"), NOON));
    assertThat(starts.events()).singleElement().isInstanceOf(RolloutEvent.RolloutStarted.class);
    assertThat(starts.turns()).as("it keeps its turn while it runs").isEmpty();
    assertThat(on(new Input.Granted(id("v2"), NOON)).ignored())
        .isEqualTo(Decision.Ignored.NOT_AWAITED);
  }

  private static Request emergency(String version) {
    return by("emergency", version, Map.of());
  }

  private static Request by(String strategy, String version, Map<String, String> labels) {
    var it = Story.releaseOf(version, Request.IfBusy.QUEUE);
    return new Request.ReleaseRequested(
        it.requestId(),
        it.service(),
        it.requestedBy(),
        it.reason(),
        it.version(),
        it.artifact(),
        null,
        strategy,
        null,
        List.of(),
        false,
        it.ifBusy(),
        labels);
  }

  @Test
  void anEmergencyDoesNotWaitBehindWhatWaitsForItsTurn() {
    asked(release("v2"));
    Decision starts = asked(emergency("v3"));
    assertThat(starts.events())
        .singleElement()
        .isInstanceOfSatisfying(
            RolloutEvent.RolloutStarted.class,
            it -> assertThat(it.head().version()).isEqualTo("v3"));
    assertThat(ledger.queue()).extracting(it -> it.request().version()).containsExactly("v2");
    assertThat(asked(abort(id("v3"))).turns())
        .as("who waited asks for its turn once it is over")
        .anyMatch(it -> it instanceof TurnWord.Wanted && it.rolloutId().equals(id("v2")));
  }

  @Test
  void anEmergencyThatWaitedForARolloutDoesNotWaitForTheTurnOfAnother() {
    asked(release("v2"));
    on(new Input.Granted(id("v2"), NOON));
    asked(release("v3"));
    asked(emergency("v4"));
    Decision over = asked(abort(id("v2")));
    assertThat(over.events())
        .anyMatch(
            it -> it instanceof RolloutEvent.RolloutStarted && it.head().version().equals("v4"));
    assertThat(ledger.queue()).extracting(it -> it.request().version()).containsExactly("v3");
  }

  @Test
  void aRestartIsCountedByItsLabels() {
    Decision waits = asked(by("restart", "v2", Map.of("data-center", "paris")));
    assertThat(waits.turns())
        .singleElement()
        .isInstanceOfSatisfying(
            TurnWord.Wanted.class,
            wanted -> assertThat(wanted.labels()).containsEntry("data-center", "paris"));
  }

  @Test
  void saysAgainWhatItWantsOrHas() {
    assertThat(TakingTurns.saidAgain(ledger)).isEmpty();
    TurnWord wanted = asked(release("v2")).turns().getFirst();
    assertThat(TakingTurns.saidAgain(ledger)).contains(wanted);
    on(new Input.Granted(id("v2"), NOON));
    assertThat(TakingTurns.saidAgain(ledger)).contains(wanted);
  }

  @Test
  void givesItsTurnBackWhenItIsOver() {
    asked(release("v2"));
    on(new Input.Granted(id("v2"), NOON));
    assertThat(asked(abort(id("v2"))).turns())
        .containsExactly(new TurnWord.Returned(Services.NAME, id("v2")));
    assertThat(ledger.turn()).isNull();
  }

  @Test
  void givesItBackWhereItDoesNotStart() {
    asked(release("v2"));
    assertThat(asked(abort(id("v2"))).turns())
        .containsExactly(new TurnWord.Returned(Services.NAME, id("v2")));
    assertThat(on(new Input.Granted(id("v2"), NOON)).turns())
        .as("what was on its way is returned too")
        .containsExactly(new TurnWord.Returned(Services.NAME, id("v2")));
  }

  @Test
  void theNextInTheQueueAsksForItself() {
    asked(release("v2"));
    on(new Input.Granted(id("v2"), NOON));
    asked(release("v3"));
    assertThat(asked(abort(id("v2"))).turns())
        .extracting(TurnWord::rolloutId)
        .containsExactlyInAnyOrder(id("v2"), id("v3"));
    assertThat(ledger.turn()).isEqualTo(new Turn(id("v3"), false));
  }

  @Test
  void holdsNoTurnWhileHandsAreOff() {
    asked(release("v2"));
    Decision off = asked(new Request.HandsOffRequested("off", Services.NAME, "bob", "game day"));
    assertThat(off.turns()).containsExactly(new TurnWord.Returned(Services.NAME, id("v2")));
    Decision on = asked(new Request.HandsOnRequested("on", Services.NAME, "bob", ""));
    assertThat(on.turns()).singleElement().isInstanceOf(TurnWord.Wanted.class);
  }
}
