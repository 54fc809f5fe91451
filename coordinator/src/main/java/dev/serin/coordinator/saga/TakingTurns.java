package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.service.Strategies;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether a release waits for rollouts of other services, where the coordinator's settings limit
/// how many may run at once. What must not wait does not: an emergency, and a way back.
public final class TakingTurns {
  private TakingTurns() {}

  /// What the queue says.
  static String sentence() {
    return "its turn: only so many rollouts may run at once (serin.limits)";
  }

  /// Whether it has its turn, or needs none. Asks for one where it has not asked yet.
  static boolean mayStart(Draft draft, ReleaseRequested release) {
    String id = RolloutIds.of(draft.service(), release.requestId());
    if (!draft.isLimited() || needsNone(draft, release)) {
      return true;
    }
    Turn turn = draft.turn;
    if (turn != null && turn.rolloutId().equals(id)) {
      return turn.granted();
    }
    giveBack(draft);
    draft.turn = new Turn(id, false);
    draft.say(new TurnWord.Wanted(draft.service(), id, release.labels()));
    return false;
  }

  /// Whether it is for an incident, and waits for no rollout but one of its own service.
  static boolean needsNone(Draft draft, ReleaseRequested release) {
    return Freezes.isWayBack(draft, release) || isEmergency(draft, release);
  }

  /// Says once more that a rollout wants its turn, or has it: whoever keeps them may have lost
  /// that.
  public static Optional<TurnWord> saidAgain(Ledger ledger) {
    Turn turn = ledger.turn();
    if (turn == null) {
      return Optional.empty();
    }
    return Stream.concat(
            Stream.ofNullable(ledger.active()).map(Rollout::request),
            ledger.queue().stream().map(Ledger.Queued::request))
        .filter(it -> RolloutIds.of(ledger.service(), it.requestId()).equals(turn.rolloutId()))
        .findFirst()
        .map(it -> new TurnWord.Wanted(ledger.service(), turn.rolloutId(), it.labels()));
  }

  private static boolean isEmergency(Draft draft, ReleaseRequested release) {
    String own = draft.definition == null ? "" : draft.definition.strategy();
    String strategy = release.strategy() == null ? own : release.strategy();
    return strategy.equals(Strategies.EMERGENCY);
  }

  static void granted(Draft draft, String rolloutId) {
    Turn turn = draft.turn;
    if (turn == null || !turn.rolloutId().equals(rolloutId)) {
      // Nobody wants it any more. To return it twice does no harm.
      draft.say(new TurnWord.Returned(draft.service(), rolloutId));
      return;
    }
    if (turn.granted()) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    draft.turn = new Turn(rolloutId, true);
    Requests.reconsider(draft);
  }

  /// After every decision: a turn belongs to the active rollout, or to the first that waits.
  static void returnWhatIsOver(Draft draft) {
    Turn turn = draft.turn;
    if (turn == null) {
      return;
    }
    boolean active = draft.isActive() && draft.rollout().rolloutId().equals(turn.rolloutId());
    boolean first =
        !draft.isActive()
            && draft.handsOff == null
            && !draft.queue.isEmpty()
            && RolloutIds.of(draft.service(), draft.queue.getFirst().request().requestId())
                .equals(turn.rolloutId());
    if (!active && !first) {
      giveBack(draft);
    }
  }

  /// Whoever can't start soon lets others go first, and asks anew.
  static void giveBack(Draft draft) {
    Turn turn = draft.turn;
    if (turn != null) {
      draft.turn = null;
      draft.say(new TurnWord.Returned(draft.service(), turn.rolloutId()));
    }
  }
}
