package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Hands off a service: a person works on it, and Serin touches nothing there until that is lifted.
///
/// 1. The step under way is given up where it is; agents end what they wait for. What has begun in
///    a container ends by its own time-out.
/// 2. The guard ends and the dead man's switch is disarmed: nothing is put back.
/// 3. No step begins, forward or back. An abort is on the record, and is carried out afterwards.
/// 4. New releases are refused: who comes back to a service wants to find what he left.
final class Hands {
  private Hands() {}

  static String act(String service) {
    return "a person: serin hands-on " + service;
  }

  /// What a request that would touch the service meets.
  static String expected(Draft draft) {
    return expected(draft.service(), Objects.requireNonNull(draft.handsOff));
  }

  static String expected(String service, Ledger.HandsOff handsOff) {
    return "expected Serin to have its hands on "
        + service
        + ", found: "
        + handsOff.sentence()
        + "; lift it with: serin hands-on "
        + service;
  }

  static void off(Draft draft, Request.HandsOffRequested off) {
    if (draft.handsOff != null) {
      Refusals.refuse(
          draft,
          off,
          List.of(
              "expected Serin to have its hands on "
                  + draft.service()
                  + ", found: "
                  + draft.handsOff.sentence()));
      return;
    }
    draft.handsOff = new Ledger.HandsOff(off.requestedBy(), off.reason(), draft.at);
    String why = "hands off" + (off.reason().isEmpty() ? "" : ": " + off.reason());
    if (!draft.isActive()) {
      if (draft.lastEnded != null) {
        // Its guard may still put back what comes late.
        draft.send(
            new HaproxyCommand.StopGuardingServers(
                draft.head(draft.lastEnded.rolloutId(), null), true, List.of()));
      }
      draft.emitOther(
          new RolloutEvent.RolloutPaused(
              head(draft, off, RolloutPhase.PAUSED, why), act(draft.service())));
      return;
    }
    switch (draft.rollout().phase()) {
      case Phase.Rolling(int step) -> park(draft, step, null, off.requestedBy(), why);
      case Phase.Watching(int step, Watch watch) -> {
        draft.stopWatching(watch.id());
        park(draft, step, null, off.requestedBy(), why);
      }
      case Phase.RollingBack back -> park(draft, back.step(), back, off.requestedBy(), why);
      // The clock of a pause that only waits stands still, and begins anew, as a watched one does.
      case Phase.Paused paused when Holds.isHeld(draft.rollout()) ->
          park(draft, paused.step(), null, off.requestedBy(), why);
      case Phase.Paused paused -> {
        KeptWatch.end(draft);
        said(draft, off.requestedBy(), why);
      }
      // It only looks, and stops before the first step.
      case Phase.Preflight preflight -> said(draft, off.requestedBy(), why);
    }
  }

  /// In the record, where the rollout itself stays where it is.
  private static void said(Draft draft, String by, String why) {
    Phase phase = draft.rollout().phase();
    draft.enter(
        phase,
        phase instanceof Phase.Paused paused && paused.back() != null
            ? paused.back().waiting(why)
            : why);
    draft.emit(by, why, head -> new RolloutEvent.RolloutPaused(head, act(draft.service())));
  }

  /// Stops before a step that would touch something.
  static void park(Draft draft, int step, Phase.@Nullable RollingBack back) {
    park(draft, step, back, Draft.SERIN, Objects.requireNonNull(draft.handsOff).sentence());
  }

  private static void park(
      Draft draft, int step, Phase.@Nullable RollingBack back, String by, String why) {
    draft.forgetPending();
    Steps.toBeginAnew(draft, step);
    draft.enter(
        new Phase.Paused(step, null, act(draft.service()), back, true),
        back == null ? why : back.waiting(why));
    draft.emit(by, why, head -> new RolloutEvent.RolloutPaused(head, act(draft.service())));
  }

  static void on(Draft draft, Request.HandsOnRequested on) {
    Ledger.HandsOff off = draft.handsOff;
    if (off == null) {
      Refusals.refuse(
          draft,
          on,
          List.of(
              "expected somebody to have said hands off "
                  + draft.service()
                  + ", found that Serin has its hands on it already"));
      return;
    }
    draft.handsOff = null;
    String why = "hands on" + (on.reason().isEmpty() ? "" : ": " + on.reason());
    if (!draft.isActive()) {
      draft.emitOther(new RolloutEvent.RolloutResumed(head(draft, on, RolloutPhase.ROLLING, why)));
      Requests.startNext(draft);
      return;
    }
    if (draft.rollout().phase() instanceof Phase.Paused paused && paused.untilHandsOn()) {
      Phase.RollingBack back = paused.back();
      if (back != null && !back.why().isEmpty()) {
        draft.enter(back, back.why());
      } else {
        draft.enter(back != null ? back : new Phase.Rolling(paused.step()), why);
      }
      draft.emit(on.requestedBy(), why, RolloutEvent.RolloutResumed::new);
      if (back != null) {
        RollingBack.begin(draft, paused.step());
      } else {
        Rolling.begin(draft, paused.step());
      }
    } else if (draft.rollout().phase() instanceof Phase.Paused paused) {
      String still = why + "; it still waits for " + paused.waitingFor();
      draft.enter(paused, paused.back() == null ? still : paused.back().waiting(still));
      draft.emit(
          on.requestedBy(),
          still,
          head -> new RolloutEvent.RolloutPaused(head, paused.waitingFor()));
    } else {
      draft.emit(on.requestedBy(), why, RolloutEvent.RolloutResumed::new);
    }
  }

  private static EventHead head(Draft draft, Request request, RolloutPhase phase, String why) {
    return new EventHead(
        RolloutIds.of(draft.service(), request.requestId()),
        request.requestId(),
        draft.service(),
        "-",
        draft.at,
        1,
        phase,
        request.requestedBy(),
        why);
  }
}
