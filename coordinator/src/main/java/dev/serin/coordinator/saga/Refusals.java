package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Answers to requests that are not met: what was expected, what was found.
final class Refusals {
  private Refusals() {}

  static void steering(Draft draft, Request request, @Nullable String rolloutId) {
    refuse(
        draft,
        request,
        List.of(
            rolloutId == null
                ? "expected an active rollout of "
                    + draft.service()
                    + ", found none"
                    + (request instanceof Request.AbortRequested ? waiting(draft) : "")
                : "expected "
                    + rolloutId
                    + " to be active or queued, found "
                    + (draft.isActive()
                        ? draft.rollout().rolloutId() + " active"
                        : "none active")));
  }

  /// Which one is meant, only who asks can say.
  private static String waiting(Draft draft) {
    if (draft.queue.size() < 2) {
      return "";
    }
    return "; these wait, name one: "
        + draft.queue.stream()
            .map(it -> RolloutIds.of(draft.service(), it.request().requestId()))
            .collect(Collectors.joining(", "));
  }

  static void refuse(Draft draft, Request request, List<String> problems) {
    if (request instanceof ReleaseRequested release) {
      release(draft, release, problems, new Ledger.Queued(release, draft.at, 0));
      return;
    }
    draft.emitOther(
        new RolloutEvent.RolloutRejected(
            new EventHead(
                RolloutIds.of(draft.service(), request.requestId()),
                request.requestId(),
                draft.service(),
                "-",
                draft.at,
                1,
                RolloutPhase.REJECTED,
                request.requestedBy(),
                String.join("; ", problems)),
            problems));
  }

  static void release(
      Draft draft, ReleaseRequested release, List<String> problems, Ledger.Queued queued) {
    long sequence = queued.sequence() + 1;
    String why = String.join("; ", problems);
    // A service that is not defined has nothing to retry, and its ledger would be kept for ever.
    if (!draft.isActive() && draft.definition != null) {
      draft.refused =
          new Ledger.Ended(
              RolloutIds.of(draft.service(), release.requestId()), release, RolloutPhase.REJECTED);
    }
    draft.emitOther(
        new RolloutEvent.RolloutRejected(
            head(draft, release, sequence, RolloutPhase.REJECTED, Draft.SERIN, why), problems));
    draft.ended(
        View.unstarted(
            draft.service(),
            release,
            RolloutPhase.REJECTED,
            Outcome.REJECTED,
            "",
            why,
            problems,
            sequence,
            queued.at(),
            draft.at));
  }

  static EventHead head(
      Draft draft,
      ReleaseRequested release,
      long sequence,
      RolloutPhase phase,
      String by,
      String why) {
    return new EventHead(
        RolloutIds.of(draft.service(), release.requestId()),
        release.requestId(),
        draft.service(),
        release.version(),
        draft.at,
        sequence,
        phase,
        by,
        why);
  }
}
