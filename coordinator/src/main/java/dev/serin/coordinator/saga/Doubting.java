package dev.serin.coordinator.saga;

import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import dev.serin.contracts.incus.IncusCommand.LookAtInstances;
import dev.serin.contracts.incus.IncusEvent.InstanceChange;
import dev.serin.contracts.incus.IncusEvent.InstancesChangedByHand;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.coordinator.plan.Deadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What makes a probe red may be a person: who restarts a unit begins its counters anew, and the
/// looks in passing come too seldom to see it first. So before a red probe is acted on, the nodes
/// that it is about are looked at once more.
///
/// 1. A hand on one of them since they were last looked at: it is a person's, and the rollout
///    pauses.
/// 2. None, or no answer by [Deadlines#LOOK]: the probe is acted on as the service says. A bad
///    release stays no longer because Incus is away.
///
/// Until then the probe is in the ledger, whatever comes: green probes change nothing, no step and
/// no window goes on, and nobody's word leads forward past it. What takes the release back is not
/// kept waiting, nor is a pause.
final class Doubting {
  /// A look takes a fraction of a second; an agent that was restarted meanwhile is asked again.
  private static final Duration AGAIN = Duration.ofSeconds(2);

  private Doubting() {}

  static boolean isOpen(Draft draft) {
    return draft.isActive() && draft.rollout().doubt() != null;
  }

  /// A red probe would be acted on.
  static void of(Draft draft, int step, String why, ProbeView probe, OnBreach onBreach) {
    Doubt open = draft.rollout().doubt();
    if (open != null) {
      if (onBreach.compareTo(open.onBreach()) < 0) {
        draft.change(it -> it.doubting(open.of(step, why, probe, onBreach)));
      }
      return;
    }
    List<KnownInstance> watched = Noticing.watched(draft.rollout(), step);
    if (watched.isEmpty() || draft.handsOff != null || wasLookedAtSince(draft, probe.at())) {
      Watching.red(draft, step, why, probe, onBreach);
      return;
    }
    Doubt doubt =
        new Doubt(
            step,
            why,
            probe,
            onBreach,
            draft.head(null),
            draft.at.plus(AGAIN),
            draft.at.plus(Deadlines.LOOK));
    draft.change(it -> it.doubting(doubt));
    draft.enter(draft.rollout().phase(), why);
    ask(draft, doubt, watched);
  }

  /// What was asked for after the probe's own moment has seen whatever made it red.
  private static boolean wasLookedAtSince(Draft draft, Instant slotAt) {
    Instant looked = draft.rollout().aloneAt();
    return looked != null && !looked.isBefore(slotAt);
  }

  private static void ask(Draft draft, Doubt doubt, List<KnownInstance> watched) {
    draft.send(
        new LookAtInstances(doubt.look(), draft.rollout().service().install(), watched, true));
  }

  /// What a look has found, this one or one in passing that was on its way already.
  static void looked(Draft draft, InstancesChangedByHand told) {
    Doubt doubt = draft.rollout().doubt();
    if (doubt == null) {
      Noticing.changed(draft, told);
      return;
    }
    List<InstanceChange> changes = Noticing.newsOf(draft.rollout(), doubt.step(), told.changes());
    if (!changes.isEmpty()) {
      isAHand(draft, doubt, changes);
    } else if (told.head().commandId().equals(doubt.look().commandId())) {
      draft.change(it -> it.aloneSince(doubt.look().sentAt()));
      act(draft, doubt, doubt.why());
    } else {
      Noticing.changed(draft, told);
    }
  }

  private static void isAHand(Draft draft, Doubt doubt, List<InstanceChange> changes) {
    draft.change(it -> it.doubting(null).touchedAt(draft.at));
    Noticing.taken(draft, changes);
    endWatch(draft);
    Pausing.waitsForAPerson(
        draft,
        Noticing.sentence(changes) + "; that may be why " + doubt.why() + ", which is not acted on",
        false);
  }

  /// What was red because of somebody stays in the range of the queries for a while, so that a
  /// window which a pause has kept is begun anew.
  private static void endWatch(Draft draft) {
    KeptWatch.end(draft);
    if (draft.rollout().phase() instanceof Phase.Paused paused && paused.watch() != null) {
      draft.enter(paused.with(null));
    }
  }

  private static void act(Draft draft, Doubt doubt, String why) {
    draft.change(it -> it.doubting(null));
    Watching.red(draft, doubt.step(), why, doubt.probe(), doubt.onBreach());
  }

  /// While the coordinator was away nobody could have answered.
  static void woken(Draft draft) {
    Doubt open = draft.rollout().doubt();
    if (open == null) {
      return;
    }
    Doubt doubt = open.postponed(draft.absence(open.askAt()));
    if (!doubt.deadline().isAfter(draft.at)) {
      act(
          draft,
          doubt,
          doubt.why()
              + "; whether somebody else is at work there is not known: no look was answered within "
              + View.shown(Deadlines.LOOK));
      return;
    }
    boolean due = !doubt.askAt().isAfter(draft.at);
    draft.change(it -> it.doubting(due ? doubt.askedAgainAt(draft.at.plus(AGAIN)) : doubt));
    if (due && draft.handsOff == null) {
      ask(draft, doubt, Noticing.watched(draft.rollout(), doubt.step()));
    }
  }

  /// A step has failed for good meanwhile: what would leave the release on a part of the fleet does
  /// not come before what takes it back from everywhere.
  ///
  /// @return whether that is so, and is done
  static boolean outweighs(Draft draft) {
    Doubt doubt = draft.rollout().doubt();
    if (doubt == null || doubt.onBreach() != OnBreach.ROLLBACK) {
      return false;
    }
    act(draft, doubt, doubt.why());
    return true;
  }

  /// Keeps what would go forward from it. Whatever the look says, nothing goes on by itself from
  /// there.
  ///
  /// @param index the step that would begin
  /// @return whether it waits
  static boolean holds(Draft draft, int index) {
    if (!isOpen(draft)) {
      return false;
    }
    int last = draft.rollout().steps().size() - 1;
    draft.enter(new Phase.Rolling(Math.min(index, last)));
    return true;
  }

  /// Whether a red probe of a window that is over adds nothing: one of it is in doubt already that
  /// is as severe, or a hand was seen since, and whoever resumes knows of it.
  static boolean isSettled(Draft draft, int analysis, Instant slotAt, OnBreach onBreach) {
    Doubt doubt = draft.rollout().doubt();
    Instant hand = draft.rollout().handAt();
    return (doubt != null && doubt.step() == analysis && onBreach.compareTo(doubt.onBreach()) >= 0)
        || (hand != null && !slotAt.isAfter(hand));
  }

  /// Refuses what would lead forward.
  ///
  /// @return whether it was refused
  static boolean refuses(Draft draft, Request request) {
    Doubt doubt = draft.rollout().doubt();
    if (doubt == null) {
      return false;
    }
    Refusals.refuse(
        draft,
        request,
        List.of(
            "expected no red probe that is not decided on yet, found that "
                + doubt.why()
                + "; one look at the nodes decides by "
                + doubt.deadline()
                + ": ask again then"));
    return true;
  }

  static String waitingFor(Doubt doubt) {
    return "one look at the nodes before "
        + (doubt.onBreach() == OnBreach.ROLLBACK ? "it is taken back" : "it waits for a person");
  }

  static String next(Doubt doubt) {
    return (doubt.onBreach() == OnBreach.ROLLBACK ? "rollback" : "a pause")
        + "; where somebody else is at work there, a pause that reverts nothing";
  }
}
