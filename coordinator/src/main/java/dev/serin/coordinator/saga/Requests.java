package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.OnFreeze;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.StepName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What requests come to: releases are accepted, queued or refused; abort outranks everything (I7).
final class Requests {
  /// How many releases of a service may wait.
  static final int LONGEST_QUEUE = 10;

  private Requests() {}

  static void asked(Draft draft, Request request) {
    switch (request) {
      case ReleaseRequested release -> release(draft, release);
      case Request.AbortRequested abort -> abort(draft, abort);
      case Request.PromoteRequested promote -> promote(draft, promote);
      case Request.ResumeRequested resume -> resume(draft, resume);
      case Request.PauseRequested pause -> pause(draft, pause);
      case Request.RetryRequested retry -> Retries.asked(draft, retry);
      case Request.RollbackRequested back -> Returns.asked(draft, back);
      case Request.FreezeRequested freeze -> Freezes.freeze(draft, freeze);
      case Request.UnfreezeRequested unfreeze -> Freezes.unfreeze(draft, unfreeze);
      case Request.HandsOffRequested off -> Hands.off(draft, off);
      case Request.HandsOnRequested on -> Hands.on(draft, on);
    }
  }

  static void release(Draft draft, ReleaseRequested release) {
    ServiceDefinition definition = draft.definition;
    if (definition == null) {
      Refusals.refuse(
          draft,
          release,
          List.of(
              "service: expected one that is defined, found '"
                  + release.service()
                  + "'; define it with: serin services apply -f FILE"));
      return;
    }
    if (draft.handsOff != null) {
      Refusals.refuse(draft, release, List.of(Hands.expected(draft)));
      return;
    }
    switch (Returns.merged(draft, definition, release)) {
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          Refusals.refuse(draft, release, problems);
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition merged) ->
          admit(draft, merged, release);
    }
  }

  private static void admit(Draft draft, ServiceDefinition service, ReleaseRequested release) {
    if (!draft.isActive()) {
      admitToFree(draft, release);
      return;
    }
    switch (release.ifBusy()) {
      case QUEUE -> enqueue(draft, release);
      case LATEST -> {
        replaceQueue(draft, release);
        enqueue(draft, release);
      }
      case SUPERSEDE -> supersede(draft, service, release);
      case REJECT ->
          Refusals.refuse(
              draft,
              release,
              List.of(
                  "expected no active rollout (ifBusy: reject), found "
                      + draft.rollout().rolloutId()
                      + " of "
                      + draft.request().version()));
    }
  }

  /// Takes back what runs, but not for what a freeze keeps from starting: that is refused, or waits
  /// behind what runs.
  private static void supersede(Draft draft, ServiceDefinition service, ReleaseRequested release) {
    Freezes.Met met = Freezes.inTheWay(draft, service, release);
    if (met != null && service.onFreeze() == OnFreeze.REFUSE) {
      Refusals.refuse(draft, release, List.of(Freezes.problem(draft, service, met)));
      return;
    }
    replaceQueue(draft, release);
    enqueue(draft, release);
    if (met == null) {
      takeBack(
          draft, Outcome.SUPERSEDED, release.requestedBy(), "superseded by " + release.version());
    }
  }

  /// No rollout is active, though some may wait for the end of a freeze, or for their turn.
  private static void admitToFree(Draft draft, ReleaseRequested release) {
    if (release.ifBusy() == Request.IfBusy.LATEST || release.ifBusy() == Request.IfBusy.SUPERSEDE) {
      replaceQueue(draft, release);
      draft.held = null;
    }
    if (draft.queue.isEmpty() || goesAhead(draft, release)) {
      start(draft, new Ledger.Queued(release, draft.at, 0));
    } else if (release.ifBusy() == Request.IfBusy.REJECT) {
      Refusals.refuse(draft, release, List.of(waits(draft)));
    } else {
      enqueue(draft, release);
    }
  }

  /// Whether it starts before what waits though the service is free.
  static boolean goesAhead(Draft draft, ReleaseRequested release) {
    return Freezes.passes(draft, release) || TakingTurns.needsNone(draft, release);
  }

  /// Why nothing is accepted that must not wait.
  static String waits(Draft draft) {
    return "expected nothing to wait (ifBusy: reject), found "
        + firstWaiting(draft)
        + ", which waits though the service is free";
  }

  /// Why no more may wait.
  static String full() {
    return "expected at most " + LONGEST_QUEUE + " releases to wait, found as many already";
  }

  private static String firstWaiting(Draft draft) {
    return RolloutIds.of(draft.service(), draft.queue.getFirst().request().requestId());
  }

  /// Whether it was not being taken back already, all of it.
  private static boolean takeBack(Draft draft, Outcome cause, String by, String why) {
    Phase.RollingBack back = draft.rollout().phase().wayBack();
    if (back != null) {
      if (back.halts()) {
        RollingBack.widen(draft, back, cause, by, why);
      }
      return back.halts();
    }
    RollingBack.start(draft, cause, by, why, List.of());
    return true;
  }

  private static void enqueue(Draft draft, ReleaseRequested release) {
    if (draft.queue.size() >= LONGEST_QUEUE) {
      Refusals.refuse(draft, release, List.of(full()));
      return;
    }
    enqueue(draft, release, draft.queue.size());
  }

  /// @param before how many wait before it
  static void enqueue(Draft draft, ReleaseRequested release, int before) {
    String behind = draft.isActive() ? draft.rollout().rolloutId() : firstWaiting(draft);
    draft.queue.add(before, new Ledger.Queued(release, draft.at, 1));
    draft.emitOther(
        new RolloutEvent.RolloutQueued(
            Refusals.head(
                draft,
                release,
                1,
                RolloutPhase.QUEUED,
                release.requestedBy(),
                "waits for " + behind),
            behind,
            before + 1));
  }

  private static void replaceQueue(Draft draft, ReleaseRequested newer) {
    List<Ledger.Queued> waiting = List.copyOf(draft.queue);
    draft.queue.clear();
    for (Ledger.Queued queued : waiting) {
      endQueued(
          draft,
          queued,
          Outcome.SUPERSEDED,
          newer.requestedBy(),
          "superseded by " + newer.version());
    }
  }

  private static void endQueued(
      Draft draft, Ledger.Queued queued, Outcome outcome, String by, String why) {
    long sequence = queued.sequence() + 1;
    draft.emitOther(
        new RolloutEvent.RollbackCompleted(
            Refusals.head(draft, queued.request(), sequence, RolloutPhase.ROLLED_BACK, by, why),
            outcome,
            List.of()));
    draft.ended(
        View.unstarted(
            draft.service(),
            queued.request(),
            RolloutPhase.ROLLED_BACK,
            outcome,
            "",
            why,
            List.of(),
            sequence,
            queued.at(),
            draft.at));
  }

  /// Starts what is first in the queue, if the service is free. Every rollout's end comes here.
  static void startNext(Draft draft) {
    draft.held = null;
    while (!draft.isActive()
        && draft.held == null
        && !draft.queue.isEmpty()
        && draft.handsOff == null) {
      start(draft, draft.queue.removeFirst());
    }
    if (!draft.isActive() && draft.held != null && draft.handsOff == null) {
      startOneThatWaitsForNothing(draft);
    }
  }

  /// Who passes the freeze, or needs no turn, waits for neither behind another one: the same that a
  /// release does which comes now.
  private static void startOneThatWaitsForNothing(Draft draft) {
    for (Ledger.Queued queued : List.copyOf(draft.queue)) {
      if (goesAhead(draft, queued.request())) {
        Ledger.Held waits = draft.held;
        draft.queue.remove(queued);
        start(draft, queued);
        if (draft.isActive()) {
          return;
        }
        draft.held = waits;
      }
    }
  }

  /// Looks again at what waits though the service is free.
  static void reconsider(Draft draft) {
    if (draft.held != null) {
      startNext(draft);
    }
  }

  /// The first in the queue, though the service is free: a freeze ends first, or other rollouts.
  private static void hold(
      Draft draft, Ledger.Queued queued, String waitsFor, @Nullable Instant until) {
    draft.held = new Ledger.Held(waitsFor, until);
    if (queued.sequence() > 0) {
      draft.queue.addFirst(queued);
      return;
    }
    ReleaseRequested release = queued.request();
    draft.queue.addFirst(new Ledger.Queued(release, queued.at(), 1));
    draft.emitOther(
        new RolloutEvent.RolloutQueued(
            Refusals.head(
                draft,
                release,
                1,
                RolloutPhase.QUEUED,
                release.requestedBy(),
                "waits for " + waitsFor),
            waitsFor,
            1));
  }

  private static void start(Draft draft, Ledger.Queued queued) {
    ReleaseRequested release = queued.request();
    ServiceDefinition definition = draft.definition;
    Parsed<ServiceDefinition> merged =
        definition == null
            ? new Parsed.Invalid<>(List.of("service: expected one that is defined, found none"))
            : Returns.merged(draft, definition, release);
    switch (merged) {
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          Refusals.release(draft, release, problems, queued);
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition asWritten) -> {
        Freezes.Met met = Freezes.meets(draft, asWritten, draft.at);
        if (met != null && !Freezes.passes(draft, release)) {
          switch (asWritten.onFreeze()) {
            case WAIT -> {
              TakingTurns.giveBack(draft);
              hold(draft, queued, "the end of " + met.sentence(), met.until());
            }
            case REFUSE ->
                Refusals.release(
                    draft, release, List.of(Freezes.problem(draft, asWritten, met)), queued);
          }
          return;
        }
        if (!TakingTurns.mayStart(draft, release)) {
          hold(draft, queued, TakingTurns.sentence(), null);
          return;
        }
        String freeze = met == null ? "" : "; " + Freezes.passing(draft, release, met);
        ServiceDefinition service = Plan.leftOutFirst(asWritten, draft.leftOut.keySet());
        draft.begin(
            new Rollout(
                RolloutIds.of(draft.service(), release.requestId()),
                release,
                service,
                queued.at(),
                draft.at,
                queued.sequence(),
                new Phase.Preflight(null, null, null, List.of(), List.of()),
                Plan.compile(service),
                Map.of(),
                List.of(),
                null,
                "checks everything before it touches anything",
                Rollout.Seen.nothing(),
                null,
                null,
                List.of(),
                null,
                List.of(),
                null,
                null,
                null));
        draft.emit(
            release.requestedBy(),
            (release.reason().isEmpty() ? "release " + release.version() : release.reason())
                + freeze,
            head -> new RolloutEvent.RolloutStarted(head, Plan.view(service)));
        Preflights.start(draft);
      }
    }
  }

  private static void abort(Draft draft, Request.AbortRequested abort) {
    String wanted = abort.rolloutId();
    boolean onlyOneWaits = wanted == null && !draft.isActive() && draft.queue.size() == 1;
    for (Ledger.Queued queued : draft.queue) {
      if (onlyOneWaits
          || RolloutIds.of(draft.service(), queued.request().requestId()).equals(wanted)) {
        draft.queue.remove(queued);
        if (!draft.isActive()) {
          draft.refused =
              new Ledger.Ended(
                  RolloutIds.of(draft.service(), queued.request().requestId()),
                  queued.request(),
                  RolloutPhase.ROLLED_BACK);
        }
        endQueued(draft, queued, Outcome.ABORTED, abort.requestedBy(), why(abort, "aborted"));
        reconsider(draft);
        return;
      }
    }
    if (!isMeant(draft, wanted)) {
      Refusals.steering(draft, abort, wanted);
      return;
    }
    if (!takeBack(draft, Outcome.ABORTED, abort.requestedBy(), why(abort, "aborted"))) {
      Refusals.refuse(
          draft,
          abort,
          List.of(
              "expected a rollout to take back, found that "
                  + draft.rollout().rolloutId()
                  + " is being taken back already"));
    }
  }

  private static void promote(Draft draft, Request.PromoteRequested promote) {
    if (!isMeant(draft, promote.rolloutId())) {
      Refusals.steering(draft, promote, promote.rolloutId());
      return;
    }
    if (draft.handsOff != null) {
      Refusals.refuse(draft, promote, List.of(Hands.expected(draft)));
      return;
    }
    if (Doubting.refuses(draft, promote)) {
      return;
    }
    switch (draft.rollout().phase()) {
      case Phase.Watching watching -> Promoting.promote(draft, watching.step(), promote);
      case Phase.Paused(int step, var watch, var acts, var back, var hands)
          when draft.rollout().steps().get(step).name() == StepName.ANALYSE ->
          Promoting.promote(draft, step, promote);
      case Phase.Paused paused when CatchingUp.isAwaited(draft.rollout()) ->
          Promoting.promoteWithout(draft, promote);
      case Phase.Paused paused -> Promoting.promoteAhead(draft, promote);
      case Phase.Preflight preflight -> Promoting.promoteAhead(draft, promote);
      case Phase.Rolling rolling -> Promoting.promoteAhead(draft, promote);
      case Phase.RollingBack back -> Promoting.nothingToSkip(draft, promote);
    }
  }

  private static void resume(Draft draft, Request.ResumeRequested resume) {
    if (!isMeant(draft, resume.rolloutId())) {
      Refusals.steering(draft, resume, resume.rolloutId());
      return;
    }
    if (draft.handsOff != null) {
      Refusals.refuse(draft, resume, List.of(Hands.expected(draft)));
    } else if (Doubting.refuses(draft, resume)) {
      return;
    } else if (Holds.isHeld(draft.rollout())) {
      Refusals.refuse(draft, resume, List.of(Holds.onlyPromote(draft.rollout())));
    } else if (CatchingUp.isAwaited(draft.rollout())) {
      Refusals.refuse(draft, resume, List.of(CatchingUp.onlyPromote(draft.rollout())));
    } else if (draft.rollout().phase() instanceof Phase.Paused paused) {
      Watching.resume(draft, paused, resume);
    } else {
      Refusals.refuse(
          draft,
          resume,
          List.of(
              "expected a paused rollout, found it in phase " + draft.rollout().phase().shown()));
    }
  }

  private static void pause(Draft draft, Request.PauseRequested pause) {
    if (!isMeant(draft, pause.rolloutId())) {
      Refusals.steering(draft, pause, pause.rolloutId());
      return;
    }
    switch (draft.rollout().phase()) {
      case Phase.Rolling rolling -> Pausing.pause(draft, pause.requestedBy(), why(pause, "paused"));
      case Phase.Watching watching when Holds.isHeld(draft.rollout()) ->
          Pausing.hold(draft, watching.step(), pause.requestedBy(), why(pause, "paused"));
      case Phase.Watching watching ->
          Pausing.pause(draft, pause.requestedBy(), why(pause, "paused"));
      case Phase.Paused paused when Holds.isHeld(draft.rollout()) ->
          Pausing.hold(draft, paused.step(), pause.requestedBy(), why(pause, "paused"));
      case Phase.Preflight preflight -> nothingToPause(draft, pause);
      case Phase.Paused paused -> nothingToPause(draft, pause);
      case Phase.RollingBack back -> nothingToPause(draft, pause);
    }
  }

  private static void nothingToPause(Draft draft, Request.PauseRequested pause) {
    Refusals.refuse(
        draft,
        pause,
        List.of(
            "expected a rollout that goes forward, found it in phase "
                + draft.rollout().phase().shown()
                + "; to keep Serin from touching the service at all: serin hands-off "
                + draft.service()));
  }

  static boolean isMeant(Draft draft, @Nullable String rolloutId) {
    return draft.isActive() && (rolloutId == null || draft.rollout().rolloutId().equals(rolloutId));
  }

  private static String why(Request request, String otherwise) {
    return request.reason().isEmpty() ? otherwise : request.reason();
  }
}
