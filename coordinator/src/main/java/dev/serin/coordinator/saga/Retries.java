package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.Request.RetryRequested;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.ServiceDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stopped is tried again: a rollout that waits for a person goes on from where it stopped, or
/// is taken back and begins anew; one that has ended is released once more, as a rollout of its own
/// that takes first what was left out.
final class Retries {
  private static final String NAMED =
      "expected the name of who tries again a release that forces its migrations, since it stays in"
          + " the record, found requestedBy unknown; say who you are (--by)";

  private Retries() {}

  static void asked(Draft draft, RetryRequested retry) {
    if (draft.handsOff != null) {
      refuse(draft, retry, Hands.expected(draft));
    } else if (Requests.isMeant(draft, retry.rolloutId())) {
      stopped(draft, retry);
    } else if (draft.isActive()) {
      Refusals.steering(draft, retry, retry.rolloutId());
    } else {
      ended(draft, retry);
    }
  }

  private static void stopped(Draft draft, RetryRequested retry) {
    if (Holds.isHeld(draft.rollout())) {
      refuse(draft, retry, Holds.onlyPromote(draft.rollout()));
      return;
    }
    if (CatchingUp.isAwaited(draft.rollout())) {
      refuse(draft, retry, CatchingUp.onlyPromote(draft.rollout()));
      return;
    }
    if (!(draft.rollout().phase() instanceof Phase.Paused paused)) {
      refuse(
          draft,
          retry,
          "expected a rollout that stopped, found it in phase "
              + draft.rollout().phase().shown()
              + "; what fails on the way is tried again without being asked");
      return;
    }
    if (retry.from() == Request.From.STEP && Doubting.refuses(draft, retry)) {
      return;
    }
    String why = retry.reason().isEmpty() ? "retried" : retry.reason();
    switch (retry.from()) {
      case STEP -> {
        KeptWatch.end(draft);
        draft.enter(new Phase.Rolling(paused.step()), why);
        draft.emit(retry.requestedBy(), why, RolloutEvent.RolloutResumed::new);
        Pausing.goOn(draft, paused.step(), retry.requestedBy());
      }
      case START -> fromTheStart(draft, retry, why);
    }
  }

  /// Nothing is taken back for what a freeze would keep from beginning anew.
  private static void fromTheStart(Draft draft, RetryRequested retry, String why) {
    if (forcesUnnamed(draft.request(), retry)) {
      refuse(draft, retry, NAMED);
      return;
    }
    ReleaseRequested again = anew(draft.request(), retry);
    ServiceDefinition definition = draft.definition;
    if (definition != null
        && Returns.merged(draft, definition, again)
            instanceof Parsed.Valid<ServiceDefinition>(ServiceDefinition service)) {
      Freezes.Met met = Freezes.inTheWay(draft, service, again);
      if (met != null) {
        refuse(draft, retry, Freezes.problem(draft, service, met));
        return;
      }
    }
    Requests.enqueue(draft, again, 0);
    RollingBack.start(draft, Outcome.SUPERSEDED, retry.requestedBy(), why, List.of());
  }

  private static void ended(Draft draft, RetryRequested retry) {
    Ledger.Ended ended = meant(draft, retry.rolloutId());
    if (ended == null
        || (retry.rolloutId() != null && !retry.rolloutId().equals(ended.rolloutId()))) {
      refuse(
          draft,
          retry,
          "expected a rollout of "
              + draft.service()
              + " that stopped"
              + (ended == null
                  ? ", found none"
                  : ", found another one than the last: that was " + ended.rolloutId()));
    } else if (ended.phase() == RolloutPhase.COMPLETED) {
      refuse(
          draft,
          retry,
          "expected a rollout that stopped, found that "
              + ended.rolloutId()
              + " of "
              + ended.request().version()
              + " completed; to take it back: serin rollback "
              + draft.service());
    } else if (forcesUnnamed(ended.request(), retry)) {
      refuse(draft, retry, NAMED);
    } else {
      Requests.release(draft, anew(ended.request(), retry));
    }
  }

  /// The newest that ended: without a name that is also one that never became a rollout, so that
  /// nothing older is released in its place.
  private static Ledger.@Nullable Ended meant(Draft draft, @Nullable String rolloutId) {
    Ledger.Ended refused = draft.refused;
    return refused != null && (rolloutId == null || rolloutId.equals(refused.rolloutId()))
        ? refused
        : draft.lastEnded;
  }

  private static void refuse(Draft draft, RetryRequested retry, String problem) {
    Refusals.refuse(draft, retry, List.of(problem));
  }

  /// Whether migrations would be forced in nobody's name.
  private static boolean forcesUnnamed(ReleaseRequested old, RetryRequested retry) {
    return old.forceMigrate() && retry.requestedBy().equals("unknown");
  }

  private static ReleaseRequested anew(ReleaseRequested old, RetryRequested retry) {
    return new ReleaseRequested(
        retry.requestId(),
        old.service(),
        retry.requestedBy(),
        reason(old, retry),
        old.version(),
        old.artifact(),
        old.rollbackArtifact(),
        old.strategy(),
        old.overrides(),
        old.migrations(),
        old.forceMigrate(),
        Request.IfBusy.QUEUE,
        old.labels(),
        false,
        old.files());
  }

  /// What has forced migrations is not lost.
  private static String reason(ReleaseRequested old, RetryRequested retry) {
    return (retry.reason().isEmpty() ? "release " + old.version() + " once more" : retry.reason())
        + (old.forceMigrate() ? ": " + old.requestedBy() + " forced it: " + old.reason() : "");
  }
}
