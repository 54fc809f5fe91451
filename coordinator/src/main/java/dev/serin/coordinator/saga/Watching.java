package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.NoDataPolicy;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The analysis: slots are judged until enough of them are green, one is red, or data stays away.
final class Watching {
  /// How often the watcher's lease is renewed.
  private static final Duration RENEW = Duration.ofSeconds(5);

  private Watching() {}

  static void begin(Draft draft, int index) {
    Analysis analysis = draft.rollout().service().analysis();
    Instant start = draft.at.plus(analysis.initialDelay());
    Watch watch =
        new Watch(
            draft.rollout().rolloutId() + "/analysis",
            start,
            analysis.interval(),
            analysis.slots(),
            Map.of(),
            start,
            draft.at.plus(RENEW));
    draft.step(index, it -> it.begun(draft.at));
    draft.enter(new Phase.Watching(index, watch), "watches the SLIs of the canary");
    draft.emit(
        Draft.SERIN,
        "watches " + watch.needed() + " probes, one each " + View.shown(watch.interval()),
        head -> new RolloutEvent.StepStarted(head, StepName.ANALYSE.shown(), null, false));
    draft.watch(watch);
  }

  static void probed(Draft draft, SlotProbed probed) {
    if (!(draft.rollout().phase() instanceof Phase.Watching(int step, Watch watch))
        || !watch.id().equals(probed.analysisId())) {
      draft.ignore(Decision.Ignored.NOT_AWAITED);
      return;
    }
    Verdict before = watch.verdicts().get(probed.slot());
    boolean worse = probed.verdict() == Verdict.FAIL && before != Verdict.FAIL;
    if ((before != null && !worse) || probed.slot() > watch.lastSlot()) {
      draft.ignore(Decision.Ignored.SLOT_JUDGED);
      return;
    }
    Watch judged = watch.judged(probed.slot(), probed.verdict(), watch.dueAt(probed.slot()));
    ProbeView probe =
        new ProbeView(probed.slot(), probed.slotAt(), probed.verdict(), probed.results());
    draft.probed(probe);
    draft.enter(new Phase.Watching(step, judged));
    draft.emit(
        Draft.SERIN,
        sentence(probe),
        head -> new RolloutEvent.SliProbed(head, probe, judged.green(), judged.needed()));
    conclude(draft, step, judged, probe);
  }

  private static void conclude(Draft draft, int step, Watch watch, ProbeView probe) {
    boolean blind = probe.verdict() == Verdict.NO_DATA || probe.verdict() == Verdict.ERROR;
    if (probe.verdict() == Verdict.FAIL) {
      breach(draft, step, watch, "the SLIs are breached: " + sentence(probe), List.of(probe));
    } else if (blind && draft.rollout().service().noData().policy() == NoDataPolicy.ROLLBACK) {
      breach(draft, step, watch, "no data: " + sentence(probe), List.of(probe));
    } else if (watch.isGreen()) {
      String how = watch.green() + " probes were green";
      draft.step(step, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
      draft.emit(
          Draft.SERIN,
          how,
          head -> new RolloutEvent.StepSucceeded(head, StepName.ANALYSE.shown(), null, false, how));
      draft.stopWatching(watch.id());
      Rolling.begin(draft, step + 1);
    } else if (blind) {
      draft.watch(watch);
    }
  }

  private static void breach(
      Draft draft, int step, Watch watch, String why, List<ProbeView> evidence) {
    draft.step(step, it -> it.ended(StepStatus.FAILED, draft.at, why));
    draft.stopWatching(watch.id());
    RollingBack.start(draft, Outcome.BREACHED, Draft.SERIN, why, evidence);
  }

  private static String sentence(ProbeView probe) {
    List<String> worst =
        probe.results().stream()
            .filter(result -> result.verdict() == probe.verdict())
            .map(SliResult::detail)
            .toList();
    return "probe " + probe.slot() + " is " + probe.verdict() + ": " + String.join("; ", worst);
  }

  static void woken(Draft draft, Phase.Watching watching) {
    Watch watch = watching.watch();
    if (!Wakeups.patienceEnds(draft.rollout(), watch).isAfter(draft.at)) {
      blindTooLong(draft, watching);
      return;
    }
    if (watch.renewAt().isAfter(draft.at)) {
      draft.ignore(Decision.Ignored.NOT_DUE);
      return;
    }
    Watch renewed = watch.renewedAt(draft.at.plus(RENEW));
    draft.enter(new Phase.Watching(watching.step(), renewed), silence(draft, watch));
    draft.watch(renewed);
  }

  /// Says when the watcher is silent: several slots are due and nobody has judged them.
  private static String silence(Draft draft, Watch watch) {
    Instant due = watch.dueAt(watch.firstOpenSlot());
    Duration silent = Duration.between(due, draft.at);
    return silent.compareTo(watch.interval().plusSeconds(10)) > 0
        ? "no probe for slot "
            + watch.firstOpenSlot()
            + ", which was due at "
            + due
            + "; is the sli-watcher running?"
        : "watches the SLIs of the canary";
  }

  private static void blindTooLong(Draft draft, Phase.Watching watching) {
    var noData = draft.rollout().service().noData();
    String why =
        "no green probe since "
            + watching.watch().greenAt()
            + ", and the limit for missing data is "
            + View.shown(noData.limit());
    ProbeView last = draft.rollout().lastProbe();
    if (noData.then() == NoDataThen.ROLLBACK) {
      breach(
          draft, watching.step(), watching.watch(), why, last == null ? List.of() : List.of(last));
      return;
    }
    String waitingFor = why + "; waits for resume, promote or abort";
    draft.stopWatching(watching.watch().id());
    draft.enter(new Phase.Paused(watching.step(), watching.watch(), waitingFor), why);
    draft.emit(Draft.SERIN, why, head -> new RolloutEvent.RolloutPaused(head, waitingFor));
  }

  static void resume(Draft draft, Phase.Paused paused, Request.ResumeRequested resume) {
    Watch watch = paused.watch().patientSince(draft.at);
    draft.enter(
        new Phase.Watching(paused.step(), watch.renewedAt(draft.at.plus(RENEW))),
        "watches the SLIs of the canary");
    draft.emit(
        resume.requestedBy(),
        resume.reason().isEmpty() ? "resumed" : resume.reason(),
        RolloutEvent.RolloutResumed::new);
    draft.watch(watch);
  }

  static void promote(Draft draft, int step, Watch watch, Request.PromoteRequested promote) {
    String why = promote.reason().isEmpty() ? "promoted" : promote.reason();
    draft.stopWatching(watch.id());
    draft.step(
        step, it -> it.ended(StepStatus.SKIPPED, draft.at, "skipped by " + promote.requestedBy()));
    draft.enter(new Phase.Rolling(step), why);
    draft.emit(
        promote.requestedBy(),
        why,
        head ->
            new RolloutEvent.RolloutPromoted(
                head, promote.scope() == Request.Scope.FULL ? "full" : "step"));
    Rolling.begin(draft, step + 1);
  }
}
