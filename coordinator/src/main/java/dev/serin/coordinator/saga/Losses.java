package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.NodeView;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import java.util.ArrayList;
import java.util.List;

/// The saga's own record of a service is gone, or older than what was published: what was under way
/// can't go on, since nothing runs on a guess. It ends `HALTED`, what waited is rejected, and hands
/// are off the service until a person has seen what its nodes run.
final class Losses {
  private Losses() {}

  static void lost(Draft draft, Input.Lost lost) {
    draft.forget(lost.newest());
    if (draft.definition == null) {
      draft.definition = lost.definition();
    }
    String why =
        "expected Serin's own record of "
            + draft.service()
            + " to be as new as what was published of it, found "
            + (lost.gone() ? "none" : "an older one")
            + " (was a changelog topic deleted, or put back from a copy?); nothing was done on a"
            + " guess";
    for (RolloutState state : lost.open()) {
      if (state.phase() == RolloutPhase.QUEUED) {
        reject(draft, state, why);
      } else {
        standBack(draft, state.rolloutId());
        halt(draft, state, why);
      }
      draft.say(new TurnWord.Returned(draft.service(), state.rolloutId()));
    }
    if (draft.handsOff == null) {
      draft.handsOff = new Ledger.HandsOff(Draft.SERIN, why, draft.at);
    }
    if (lost.open().isEmpty()) {
      String request = "lost-" + draft.at.toEpochMilli();
      draft.emitOther(
          new RolloutEvent.RolloutPaused(
              new EventHead(
                  RolloutIds.of(draft.service(), request),
                  request,
                  draft.service(),
                  "-",
                  draft.at,
                  1,
                  RolloutPhase.PAUSED,
                  Draft.SERIN,
                  why),
              Hands.act(draft.service())));
    }
  }

  /// The agents end what they wait for, put nothing back, and disarm the switch.
  private static void standBack(Draft draft, String rolloutId) {
    draft.send(
        new HaproxyCommand.StopGuardingServers(draft.head(rolloutId, null), true, List.of()));
    draft.send(new IncusCommand.StandBack(draft.head(rolloutId, null)));
  }

  private static void halt(Draft draft, RolloutState state, String why) {
    List<String> left = new ArrayList<>();
    state.nodes().forEach(node -> left.add(left(node)));
    left.add(
        "it is as it was left in "
            + state.phase()
            + ": see what each node runs (the last rescue sheet: serin rescue "
            + draft.service()
            + "), then: serin hands-on "
            + draft.service());
    draft.emitOther(
        new RolloutEvent.RolloutHalted(
            head(draft, state, RolloutPhase.HALTED, why), state.nodes(), left));
    draft.ended(over(draft, state, RolloutPhase.HALTED, Outcome.HALTED, why, left));
  }

  private static String left(NodeView node) {
    Boolean in = node.inRotation();
    return node.name()
        + " was last seen with "
        + (node.version() == null ? "a binary that is not known" : node.version())
        + (in == null ? "" : in ? ", in rotation" : ", out of rotation");
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
