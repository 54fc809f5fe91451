package dev.serin.coordinator.saga;

import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// When the saga wants to be woken: the earliest instant at which time alone changes something.
final class Wakeups {
  private Wakeups() {}

  static @Nullable Instant of(Ledger ledger) {
    return all(ledger).values().stream().min(Instant::compareTo).orElse(null);
  }

  /// What is due by then.
  static Set<Due> due(Ledger ledger, Instant at) {
    Set<Due> due = EnumSet.noneOf(Due.class);
    all(ledger)
        .forEach((what, when) -> {
          if (!when.isAfter(at)) {
            due.add(what);
          }
        });
    return due;
  }

  /// The earliest instant of each.
  private static Map<Due, Instant> all(Ledger ledger) {
    Map<Due, Instant> due = new EnumMap<>(Due.class);
    Rollout rollout = ledger.active();
    if (rollout == null) {
      put(due, Due.HELD, ledger.held() == null ? null : ledger.held().until());
      return due;
    }
    for (Pending pending : rollout.pending()) {
      put(due, Due.ASK_AGAIN, pending.askAt());
      put(due, Due.DEADLINE, pending.deadline());
    }
    put(due, Due.GUARD, rollout.guardAt());
    put(due, Due.LOOK, rollout.lookAt());
    Doubt doubt = rollout.doubt();
    if (doubt == null) {
      put(due, Due.PAUSE_END, Holds.endsAt(rollout));
    } else {
      put(due, Due.DOUBT, doubt.askAt());
      put(due, Due.DOUBT, doubt.deadline());
    }
    if (rollout.phase() instanceof Phase.Watching watching) {
      put(due, Due.LEASE, watching.watch().renewAt());
      put(due, Due.NO_DATA, patienceEnds(rollout, watching.watch()));
    }
    Watch kept = KeptWatch.in(rollout);
    if (kept != null) {
      put(due, Due.LEASE, kept.renewAt());
      if (rollout.service().noData().then() == NoDataThen.ROLLBACK) {
        put(due, Due.NO_DATA, patienceEnds(rollout, kept));
      }
    }
    return due;
  }

  private static void put(Map<Due, Instant> due, Due what, @Nullable Instant when) {
    if (when != null) {
      due.merge(what, when, (one, other) -> one.isBefore(other) ? one : other);
    }
  }

  /// When missing data has lasted too long: the service's limit after the newest green slot, and
  /// one interval in which the next one may come.
  static Instant patienceEnds(Rollout rollout, Watch watch) {
    return watch.greenAt().plus(watch.interval()).plus(rollout.service().noData().limit());
  }
}
