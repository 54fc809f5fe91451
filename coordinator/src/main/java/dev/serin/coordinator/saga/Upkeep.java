package dev.serin.coordinator.saga;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusCommand.KnownInstance;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/// What goes on beside the steps of a rollout, worked out after every decision: the guard over the
/// load balancers, and the looks at the instances.
final class Upkeep {
  private Upkeep() {}

  /// @param before the ledger before this decision
  static void of(Draft draft, Ledger before) {
    guard(draft, before);
    look(draft);
  }

  /// Sends the guard when it has changed or is due, and ends it with the rollout.
  private static void guard(Draft draft, Ledger before) {
    Rollout old = before.active();
    Rollout active = draft.isActive() ? draft.rollout() : null;
    boolean same = old != null && active != null && active.rolloutId().equals(old.rolloutId());
    boolean released = draft.handsOff != null && before.handsOff() == null;
    if (old != null && old.guardAt() != null && (!same || released)) {
      draft.send(
          new HaproxyCommand.StopGuardingServers(
              draft.head(old.rolloutId(), null),
              draft.handsOff != null,
              draft.handsOff == null ? leftBehind(draft) : List.of()));
    }
    if (same && released) {
      draft.send(new IncusCommand.StandBack(draft.head(draft.rollout().rolloutId(), null)));
      draft.change(it -> it.guardedUntil(null));
    }
    if (active != null) {
      draft.change(it -> it.provenUntil(Guarding.newestProof(it, draft.at)));
      active = draft.rollout();
    }
    Guarding now = draft.handsOff != null ? null : Guarding.of(active);
    if (now == null) {
      return;
    }
    Instant due = draft.rollout().guardAt();
    boolean unchanged = same && (Objects.equals(active, old) || now.equals(Guarding.of(old)));
    if (!unchanged || due == null || !due.isAfter(draft.at)) {
      draft.send(
          new HaproxyCommand.GuardServers(
              draft.head(null),
              now.servers(),
              draft.at.plus(Guarding.LEASE),
              now.deadMan(),
              now.weighed()));
      draft.change(it -> it.guardedUntil(draft.at.plus(Guarding.RENEW)));
    }
  }

  /// How a rollout that is over leaves its nodes. What it has left to a person is theirs.
  private static List<GuardedServer> leftBehind(Draft draft) {
    Rollout closed = draft.closed();
    Guarding last = closed == null ? null : Guarding.of(closed.awaiting(List.of()));
    return last == null
        ? List.of()
        : last.servers().stream()
            .map(it ->
                draft.leftOut.containsKey(it.node())
                    ? new GuardedServer(
                        it.node(), it.settings(), it.leaving(), true, it.earlier(), it.drained())
                    : it)
            .toList();
  }

  /// Has the instances looked at now and then, while nothing but Serin should change them.
  private static void look(Draft draft) {
    Rollout active = draft.isActive() ? draft.rollout() : null;
    List<KnownInstance> known = draft.handsOff != null ? List.of() : Noticing.known(active);
    if (known.isEmpty()) {
      if (active != null && active.lookAt() != null) {
        draft.change(it -> it.lookedAtUntil(null));
      }
      return;
    }
    Instant due = draft.rollout().lookAt();
    if (due == null || !due.isAfter(draft.at)) {
      if (due != null) {
        draft.send(
            new IncusCommand.LookAtInstances(
                draft.head(null), draft.rollout().service().install(), known));
      }
      draft.change(it -> it.lookedAtUntil(draft.at.plus(Noticing.BETWEEN_LOOKS)));
    }
  }
}
