package dev.serin.coordinator.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When the saga wants to be woken: the earliest instant at which time alone changes something.
final class Wakeups {
  private Wakeups() {}

  static @Nullable Instant of(Ledger ledger) {
    Rollout rollout = ledger.active();
    if (rollout == null) {
      return ledger.held() == null ? null : ledger.held().until();
    }
    List<Instant> due = new ArrayList<>();
    for (Pending pending : rollout.pending()) {
      due.add(pending.askAt());
      due.add(pending.deadline());
    }
    if (rollout.guardAt() != null) {
      due.add(rollout.guardAt());
    }
    if (rollout.lookAt() != null) {
      due.add(rollout.lookAt());
    }
    Instant pauseEnds = Holds.endsAt(rollout);
    if (pauseEnds != null) {
      due.add(pauseEnds);
    }
    if (rollout.phase() instanceof Phase.Watching watching) {
      due.add(watching.watch().renewAt());
      due.add(patienceEnds(rollout, watching.watch()));
    }
    return due.stream().min(Instant::compareTo).orElse(null);
  }

  /// When missing data has lasted too long: the service's limit after the newest green slot, and
  /// one interval in which the next one may come.
  static Instant patienceEnds(Rollout rollout, Watch watch) {
    return watch.greenAt().plus(watch.interval()).plus(rollout.service().noData().limit());
  }
}
