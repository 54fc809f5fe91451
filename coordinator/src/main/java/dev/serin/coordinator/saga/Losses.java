package dev.serin.coordinator.saga;

import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The saga's own record of a service is gone, or older than what was published: what was under way
/// can't go on, since nothing runs on a guess. It ends `HALTED`, what waited is rejected, and hands
/// are off the service until a person has seen what its nodes run.
final class Losses {
  private Losses() {}

  /// @param open what was published as not over
  static void lost(Draft draft, List<RolloutState> open, @Nullable ServiceDefinition definition) {
    boolean none = draft.ledger().equals(Ledger.empty(draft.service()));
    draft.forget();
    if (draft.definition == null) {
      draft.definition = definition;
    }
    String service = draft.service();
    String why =
        "expected Serin's own record of "
            + service
            + " to be as new as what was published of it, found "
            + (none ? "none" : "an older one")
            + " (was a changelog topic deleted, or put back from a copy?); nothing was done on a"
            + " guess";
    for (RolloutState state : open) {
      if (state.phase() == RolloutPhase.QUEUED) {
        reject(draft, state, why);
      } else {
        halt(draft, state, why);
      }
    }
    if (draft.handsOff == null) {
      draft.handsOff = new Ledger.HandsOff(Draft.SERIN, why, draft.at);
    }
  }

  private static void halt(Draft draft, RolloutState state, String why) {
    List<String> left =
        List.of(
            "the fleet is as it was left in "
                + state.phase()
                + ": see what each node runs (serin rescue "
                + draft.service()
                + " has the commands, if its file is still there), then: serin hands-on "
                + draft.service());
    draft.emitOther(
        new RolloutEvent.RolloutHalted(
            head(draft, state, RolloutPhase.HALTED, why), state.nodes(), left));
    draft.ended(over(draft, state, RolloutPhase.HALTED, Outcome.HALTED, why, left));
  }

  private static void reject(Draft draft, RolloutState state, String why) {
    List<String> reasons = List.of(why + "; ask again after: serin hands-on " + draft.service());
    draft.emitOther(
        new RolloutEvent.RolloutRejected(head(draft, state, RolloutPhase.REJECTED, why), reasons));
    draft.ended(over(draft, state, RolloutPhase.REJECTED, Outcome.REJECTED, why, reasons));
  }

  private static EventHead head(Draft draft, RolloutState state, RolloutPhase phase, String why) {
    return new EventHead(
        state.rolloutId(),
        state.requestId(),
        state.service(),
        state.version(),
        draft.at,
        state.sequence() + 1,
        phase,
        Draft.SERIN,
        why);
  }

  private static RolloutState over(
      Draft draft,
      RolloutState state,
      RolloutPhase phase,
      Outcome outcome,
      String message,
      List<String> problems) {
    return new RolloutState(
        state.rolloutId(),
        state.service(),
        state.version(),
        state.requestId(),
        phase,
        state.steps(),
        state.nodes(),
        state.lastProbe(),
        "",
        "",
        null,
        state.requestedBy(),
        state.reason(),
        state.startedAt(),
        draft.at,
        outcome,
        message,
        problems,
        state.strategy(),
        state.sequence() + 1,
        state.queuedAt(),
        draft.at);
  }
}
