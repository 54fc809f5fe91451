package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.rollout.EventHead;
import dev.serin.contracts.rollout.Freeze;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.FreezeWindow;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Times in which no rollout may start: asked for, of this service or of all, or by the service's
/// calendar. A freeze stops what would start, never what runs: a rollout under way goes on, and
/// abort and rollback are taken in every freeze.
final class Freezes {
  /// What a freeze of all services is asked of.
  static final String EVERYWHERE = "*";

  /// How many freezes of a service may be asked for at once.
  static final int MOST = 20;

  private Freezes() {}

  /// A freeze that a release meets.
  ///
  /// @param sentence which one, of whom, until when, and why
  /// @param until when it ends; none until it is lifted
  record Met(String sentence, @Nullable Instant until) {
    private static final Comparator<Met> LONGEST_LAST =
        Comparator.comparing(Met::until, Comparator.nullsLast(Comparator.naturalOrder()));
  }

  static void freeze(Draft draft, Request.FreezeRequested freeze) {
    draft.freezes.removeIf(it -> it.isOver(draft.at));
    Instant until = freeze.until();
    if (draft.definition == null && !isEverywhere(draft)) {
      refuse(
          draft,
          freeze,
          "service: expected one that is defined, found '"
              + draft.service()
              + "'; define it with: serin services apply -f FILE");
    } else if (until != null && !until.isAfter(draft.at)) {
      refuse(
          draft,
          freeze,
          "until: expected an instant after now, "
              + draft.at
              + ", found "
              + until
              + "; give one that is to come, or none for a freeze that lasts until it is lifted");
    } else if (until != null && until.equals(freeze.from())) {
      refuse(draft, freeze, "until: expected an instant after from, " + until + ", found the same");
    } else if (draft.freezes.size() >= MOST) {
      refuse(
          draft,
          freeze,
          "expected at most "
              + MOST
              + " freezes at once, found as many already; lift them with: serin unfreeze "
              + named(draft));
    } else {
      Instant from =
          freeze.from() == null || freeze.from().isBefore(draft.at) ? draft.at : freeze.from();
      draft.freezes.add(
          new Freeze(freeze.requestId(), freeze.requestedBy(), freeze.reason(), from, until));
      String why = "no rollout may start" + span(from, until, draft.at) + because(freeze.reason());
      draft.emitOther(new RolloutEvent.ServiceFrozen(head(draft, freeze, why), from, until));
      Requests.reconsider(draft);
    }
  }

  static void unfreeze(Draft draft, Request.UnfreezeRequested unfreeze) {
    List<Freeze> lifted =
        draft.freezes.stream().filter(freeze -> !freeze.isOver(draft.at)).toList();
    if (lifted.isEmpty()) {
      refuse(draft, unfreeze, "expected a freeze that was asked for, found none" + others(draft));
      return;
    }
    draft.freezes.clear();
    draft.emitOther(
        new RolloutEvent.ServiceUnfrozen(
            head(draft, unfreeze, "rollouts may start again" + because(unfreeze.reason())),
            lifted));
    Requests.reconsider(draft);
  }

  /// What still freezes the service, though nobody has asked for it there.
  private static String others(Draft draft) {
    if (draft.everywhere.stream().anyMatch(freeze -> !freeze.isOver(draft.at))) {
      return "; all services are frozen, which is lifted with: serin unfreeze --all";
    }
    return draft.definition == null || draft.definition.freezes().isEmpty()
        ? ""
        : "; those of the calendar are in the definition: serin services apply -f FILE";
  }

  private static void refuse(Draft draft, Request request, String problem) {
    Refusals.refuse(draft, request, List.of(problem));
  }

  /// The freeze that a rollout would overlap if it started now and took as long as is expected;
  /// where there are several, the one that ends last. None where none is in the way.
  static @Nullable Met meets(Draft draft, ServiceDefinition service, Instant start) {
    Instant end = end(service, start);
    List<Met> met = new ArrayList<>();
    for (Freeze freeze : draft.freezes) {
      if (overlaps(freeze.from(), freeze.until(), start, end)) {
        met.add(met(draft, "a freeze of " + draft.service(), freeze));
      }
    }
    for (Freeze freeze : draft.everywhere) {
      if (overlaps(freeze.from(), freeze.until(), start, end)) {
        met.add(met(draft, "a freeze of all services", freeze));
      }
    }
    for (FreezeWindow window : service.freezes()) {
      window
          .next(start)
          .filter(span -> overlaps(span.from(), span.until(), start, end))
          .ifPresent(span ->
              met.add(
                  new Met(
                      "a freeze of "
                          + draft.service()
                          + span(span.from(), span.until(), draft.at)
                          + ", by its calendar"
                          + because(window.reason()),
                      span.until())));
    }
    return met.stream().max(Met.LONGEST_LAST).orElse(null);
  }

  /// The freeze that keeps a release from starting now; none where it starts all the same.
  static @Nullable Met inTheWay(Draft draft, ServiceDefinition service, ReleaseRequested release) {
    return passes(draft, release) ? null : meets(draft, service, draft.at);
  }

  private static Met met(Draft draft, String which, Freeze freeze) {
    return new Met(
        which
            + span(freeze.from(), freeze.until(), draft.at)
            + ", by "
            + freeze.by()
            + because(freeze.reason()),
        freeze.until());
  }

  private static boolean overlaps(
      Instant from, @Nullable Instant until, Instant start, Instant end) {
    return from.isBefore(end) && (until == null || until.isAfter(start));
  }

  private static Instant end(ServiceDefinition service, Instant start) {
    return start.plus(Plan.view(service).expected());
  }

  /// Whether a release starts in a freeze all the same: it says so itself, or it takes another one
  /// back. An emergency that brings something new says so itself.
  static boolean passes(Draft draft, ReleaseRequested release) {
    return release.overrideFreeze() || isWayBack(draft, release);
  }

  static boolean isWayBack(Draft draft, ReleaseRequested release) {
    return draft.definition != null
        && Returns.isWayBack(draft.definition.install(), release.artifact());
  }

  /// What the record says where a release starts in a freeze all the same.
  static String passing(Draft draft, ReleaseRequested release, Met met) {
    return release.overrideFreeze()
        ? met.sentence()
            + ", overridden by "
            + release.requestedBy()
            + " because "
            + release.reason()
        : met.sentence() + ", which no way back waits for";
  }

  /// The same for the rollout that is under way: the freeze that it met when it started.
  static List<String> warnings(Draft draft) {
    Rollout rollout = draft.rollout();
    Met met = meets(draft, rollout.service(), rollout.startedAt());
    return met != null && passes(draft, rollout.request())
        ? List.of(passing(draft, rollout.request(), met))
        : List.of();
  }

  /// Why a release is refused: what would be accepted, what was found, what to do.
  static String problem(Draft draft, ServiceDefinition service, Met met) {
    Duration expected = Plan.view(service).expected();
    return "expected no freeze from "
        + draft.at
        + " to "
        + end(service, draft.at)
        + " (the rollout takes about "
        + View.shown(expected)
        + "), found "
        + met.sentence()
        + "; release it after that, let it wait (onFreeze: wait), or override the freeze with who"
        + " and why: serin release … --override-freeze --reason WHY";
  }

  private static String span(Instant from, @Nullable Instant until, Instant now) {
    return (from.isAfter(now) ? " from " + from : "")
        + (until == null ? " until it is lifted" : " until " + until);
  }

  private static String because(String reason) {
    return reason.isEmpty() ? "" : ": " + reason;
  }

  private static boolean isEverywhere(Draft draft) {
    return draft.service().equals(EVERYWHERE);
  }

  private static String named(Draft draft) {
    return isEverywhere(draft) ? "--all" : draft.service();
  }

  private static EventHead head(Draft draft, Request request, String why) {
    return new EventHead(
        RolloutIds.of(draft.service(), request.requestId()),
        request.requestId(),
        draft.service(),
        "-",
        draft.at,
        1,
        draft.isActive() ? draft.rollout().phase().shown() : RolloutPhase.QUEUED,
        request.requestedBy(),
        why);
  }
}
