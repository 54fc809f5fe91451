package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.sli.SliEvent;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The whole rollout protocol. Pure: requests, answers and time arrive as inputs.
public final class Saga {
  private Saga() {}

  public static Decision decide(Ledger ledger, Input input) {
    Draft draft = new Draft(ledger, input.at());
    switch (input) {
      case Input.Asked(var request, boolean known, Instant at) -> {
        if (known) {
          draft.ignore(Decision.Ignored.KNOWN_REQUEST);
        } else {
          Requests.asked(draft, request);
        }
      }
      case Input.Defined defined -> whenDefined(draft, defined);
      case Input.Answered(var event, Instant at) -> whenAnswered(draft, event);
      case Input.Lost lost -> Losses.lost(draft, lost);
      case Input.Granted(String rolloutId, Instant at) -> TakingTurns.granted(draft, rolloutId);
      case Input.Woken(Instant at) -> whenWoken(draft);
    }
    return draft.decided();
  }

  /// What a request is told for a service whose ledger can't be read: nothing runs on a guess.
  public static Decision unreadable(String service, Request request, Instant at) {
    Draft draft = new Draft(Ledger.empty(service), at);
    Refusals.refuse(
        draft,
        request,
        List.of(
            "expected Serin's own record of "
                + service
                + ", found one that this version can't read; run the version that wrote it, or"
                + " delete the service and define it anew (a rollout that was under way is then"
                + " yours to finish: serin rescue "
                + service
                + ")"));
    return draft.decided();
  }

  /// Tells of a rollout with which the saga itself can't go on: its state as it is, with the
  /// reason.
  ///
  /// @param why what is wrong, and what a person has to do
  public static Decision stuck(Ledger ledger, String why, Instant at) {
    Rollout active = ledger.active();
    List<RolloutState> states =
        active == null
            ? List.of()
            : List.of(View.waitingFor(View.active(ledger, active, at), "a person: " + why, why));
    return new Decision(ledger.decided(at), List.of(), List.of(), states, List.of(), null, null);
  }

  /// When a ledger wants to be woken; none when it waits for nothing.
  public static @Nullable Instant wakeAt(Ledger ledger) {
    return Wakeups.of(ledger);
  }

  /// What a ledger that is woken then is woken for; empty where nothing is due.
  public static Set<Due> due(Ledger ledger, Instant at) {
    return Wakeups.due(ledger, at);
  }

  private static void whenDefined(Draft draft, Input.Defined defined) {
    if (defined.definition() == null && draft.isActive()) {
      draft.ignore(Decision.Ignored.ROLLOUT_ACTIVE);
      return;
    }
    draft.definition = defined.definition();
    Requests.reconsider(draft);
  }

  private static void whenAnswered(Draft draft, AgentEvent event) {
    if (!draft.isActive() || !draft.rollout().rolloutId().equals(event.head().rolloutId())) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    if (isUnasked(draft, event)) {
      return;
    }
    Pending pending = draft.answered(event.head().commandId());
    if (pending == null) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    switch (draft.rollout().phase()) {
      case Phase.Preflight preflight -> Preflights.answered(draft, preflight, pending, event);
      case Phase.Rolling rolling -> Rolling.answered(draft, rolling.step(), event);
      case Phase.RollingBack back -> RollingBack.answered(draft, back, event);
      case Phase.Watching watching -> draft.ignore(Decision.Ignored.NOT_AWAITED);
      case Phase.Paused paused -> draft.ignore(Decision.Ignored.NOT_AWAITED);
    }
  }

  /// What agents tell by themselves, however long after the command that made them look.
  private static boolean isUnasked(Draft draft, AgentEvent event) {
    switch (event) {
      case SliEvent.SlotProbed probed -> Watching.probed(draft, probed);
      case HaproxyEvent.ServersChangedByHand changed -> Pausing.changedByHand(draft, changed);
      case HaproxyEvent.DriftMended mended -> Pausing.mended(draft, mended);
      case HaproxyEvent.DriftRemains remains -> Pausing.remains(draft, remains);
      case HaproxyEvent.TrafficObserved observed -> Observing.observed(draft, observed);
      case HaproxyEvent.DeadManWentOff off -> Unwatched.wentOff(draft, off);
      case IncusEvent.InstancesChangedByHand changed -> Doubting.looked(draft, changed);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void whenWoken(Draft draft) {
    draft.ignore(Decision.Ignored.NOT_DUE);
    if (!draft.isActive()) {
      Requests.reconsider(draft);
      return;
    }
    draft.forgiveAbsence();
    Doubting.woken(draft);
    if (!draft.isActive()) {
      return;
    }
    Pending late =
        draft.rollout().pending().stream()
            .filter(pending -> !pending.deadline().isAfter(draft.at))
            .findFirst()
            .orElse(null);
    if (late == null) {
      draft.askAgain();
    }
    switch (draft.rollout().phase()) {
      case Phase.Preflight preflight when late != null -> Preflights.late(draft, preflight);
      case Phase.Rolling rolling when late != null -> Rolling.late(draft, rolling.step(), late);
      case Phase.RollingBack back when late != null -> RollingBack.late(draft, back, late);
      case Phase.Watching watching -> Watching.woken(draft, watching);
      case Phase.Preflight preflight -> {}
      case Phase.Rolling rolling -> {}
      case Phase.RollingBack back -> {}
      case Phase.Paused paused -> {
        Holds.woken(draft);
        KeptWatch.woken(draft);
      }
    }
  }
}
