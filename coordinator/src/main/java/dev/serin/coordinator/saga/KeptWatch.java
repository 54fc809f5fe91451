package dev.serin.coordinator.saga;

import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.NoDataPolicy;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.Plan;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The analysis of a pause that a person ends, but that no person asked for: an SLI is red that
/// only holds the rollout, or Serin has stopped while the canaries serve alone. What would take the
/// release back is asked on, and the dead man's switch goes by that. Nothing becomes green by it:
/// who resumes begins the window anew.
final class KeptWatch {
  private KeptWatch() {}

  /// None where no window is under way, or no SLI would take anything back: then a person decides
  /// alone.
  static @Nullable Watch of(Draft draft, int step) {
    Rollout rollout = draft.rollout();
    boolean severe =
        rollout.service().slis().stream()
            .anyMatch(sli -> rollout.service().onBreach(sli) == OnBreach.ROLLBACK);
    return severe && rollout.phase() instanceof Phase.Watching ? begun(draft, step) : null;
  }

  /// As many slots as the window has; then another one is begun, so that what is remembered does
  /// not grow for as long as nobody comes.
  private static Watch begun(Draft draft, int step) {
    Rollout rollout = draft.rollout();
    Analysis analysis = Plan.analysis(rollout.service(), rollout.steps().get(step));
    return new Watch(
        rollout.rolloutId() + Watch.KEPT + draft.at.getEpochSecond(),
        draft.at,
        analysis.interval(),
        analysis.slots(),
        Map.of(),
        draft.at,
        0,
        draft.at.plus(Watching.RENEW),
        false);
  }

  /// That of the pause the rollout is in; none where there is none.
  static @Nullable Watch in(Rollout rollout) {
    return rollout.phase() instanceof Phase.Paused(int step, var watch, var acts, var back, var off)
            && watch != null
            && watch.isKept()
        ? watch
        : null;
  }

  /// The rollout leaves the pause.
  static void end(Draft draft) {
    Watch watch = in(draft.rollout());
    if (watch != null) {
      draft.stopWatching(watch.id());
      goOn(draft, null);
    }
  }

  private static void goOn(Draft draft, @Nullable Watch watch) {
    Phase.Paused paused = (Phase.Paused) draft.rollout().phase();
    draft.enter(paused.with(watch));
  }

  /// What a probe comes to that is on the record by now.
  static void conclude(
      Draft draft, Watch watch, SlotProbed probed, ProbeView probe, OnBreach onBreach) {
    Phase.Paused paused = (Phase.Paused) draft.rollout().phase();
    boolean blind = probe.verdict() == Verdict.NO_DATA || probe.verdict() == Verdict.ERROR;
    if (probe.verdict() == Verdict.FAIL && onBreach == OnBreach.ROLLBACK) {
      goOn(draft, watch);
      Doubting.of(draft, paused.step(), Watching.breached(probe), probe, OnBreach.ROLLBACK);
    } else if (blind && draft.rollout().service().noData().policy() == NoDataPolicy.ROLLBACK) {
      goOn(draft, watch);
      Doubting.of(draft, paused.step(), Watching.without(probe), probe, OnBreach.ROLLBACK);
    } else if (probed.slot() >= watch.needed()) {
      Watch next = begun(draft, paused.step());
      draft.stopWatching(watch.id());
      goOn(draft, blind ? next.patientSince(watch.greenAt()).renewedAt(next.renewAt()) : next);
      draft.watch(next);
    } else {
      goOn(draft, blind ? watch : watch.patientSince(draft.at).renewedAt(watch.renewAt()));
    }
  }

  /// Renews the watcher's lease. Where data stays away for too long the service's word is the same
  /// as in a window; where that is a pause, there is one already.
  static void woken(Draft draft) {
    Watch kept = draft.isActive() ? in(draft.rollout()) : null;
    if (kept == null) {
      return;
    }
    Watch watch = kept.withoutAbsence(draft.absence(kept.renewAt()));
    boolean rollsBack = draft.rollout().service().noData().then() == NoDataThen.ROLLBACK;
    if (rollsBack && !Wakeups.patienceEnds(draft.rollout(), watch).isAfter(draft.at)) {
      Watching.blindTooLong(
          draft,
          ((Phase.Paused) draft.rollout().phase()).step(),
          watch,
          Watching.silent(draft, watch));
    } else if (!watch.renewAt().isAfter(draft.at)) {
      Watch renewed = watch.renewedAt(draft.at.plus(Watching.RENEW));
      goOn(draft, renewed);
      draft.watch(renewed);
    }
  }
}
