package dev.serin.coordinator.saga;

import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// The watcher's clock and the coordinator's.
final class ClocksApart {
  /// How far the watcher's clock may be ahead of the coordinator's.
  private static final Duration AT_MOST = Duration.ofSeconds(30);

  private static final String AHEAD = "the sli-watcher's clock is ahead of the coordinator's by ";

  private ClocksApart() {}

  static boolean isAhead(Draft draft, SlotProbed probed) {
    return probed.head().at().isAfter(draft.at.plus(AT_MOST));
  }

  /// Of a watcher whose clock is far ahead: its slots are not due yet, so what it says of them is
  /// neither green nor proof, and no slot is judged by it. It is told where the probe before was
  /// another one: a backlog of them says the same all along.
  static void tell(Draft draft, Watch watch, SlotProbed probed) {
    ProbeView last = draft.rollout().lastProbe();
    if (last != null
        && last.results().stream().anyMatch(result -> result.detail().startsWith(AHEAD))) {
      draft.ignore(Decision.Ignored.NOT_DUE);
      return;
    }
    Duration ahead = Duration.between(draft.at, probed.head().at()).truncatedTo(ChronoUnit.SECONDS);
    String why = AHEAD + View.shown(ahead) + ", so what it says does not count: set the clocks";
    List<SliResult> results =
        draft.rollout().service().slis().stream()
            .map(sli ->
                new SliResult(
                    sli.name(),
                    sli.query(),
                    null,
                    sli.max(),
                    sli.min(),
                    null,
                    Verdict.ERROR,
                    why,
                    null))
            .toList();
    ProbeView probe = new ProbeView(probed.slot(), probed.slotAt(), Verdict.ERROR, results);
    draft.probed(probe);
    draft.emit(
        Draft.SERIN,
        why,
        head -> new RolloutEvent.SliProbed(head, probe, watch.green(), watch.needed()));
  }
}
