package dev.serin.coordinator.saga;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.NoDataPolicy;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.SliResult;
import dev.serin.contracts.sli.Verdict;
import dev.serin.coordinator.plan.Deadlines;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The analysis: slots are judged until enough of them are green, one is red, or data stays away.
final class Watching {
  /// How often the watcher's lease is renewed.
  static final Duration RENEW = Duration.ofSeconds(5);

  private static final String WATCHES = "watches the SLIs of the canary";

  private Watching() {}

  /// Each analysis has a name, and one that begins anew has another: a probe of the first one's
  /// slots proves nothing.
  ///
  /// @param attempt which one
  private static String idOf(Rollout rollout, Step step, int attempt) {
    String share =
        step.alone() ? "-alone" : step.share() == null ? "" : "-" + Quantities.shown(step.share());
    String what = step.pause() == null ? "/analysis" + share : Watch.PAUSE + (step.pause() + 1);
    return rollout.rolloutId() + what + (attempt < 2 ? "" : "/" + attempt);
  }

  /// The name of the newest attempt of a step that has begun.
  static String idOf(Rollout rollout, Step step) {
    return idOf(rollout, step, step.attempt());
  }

  static void begin(Draft draft, int index) {
    if (draft.handsOff != null) {
      Hands.park(draft, index, null);
      return;
    }
    Step analysed = draft.rollout().steps().get(index);
    if (Holds.isUnwatched(draft.rollout(), analysed)) {
      Holds.begin(draft, index);
      return;
    }
    Analysis analysis = Plan.analysis(draft.rollout().service(), analysed);
    Instant start = analysed.pause() == null ? draft.at.plus(analysis.initialDelay()) : draft.at;
    Watch watch =
        new Watch(
            idOf(draft.rollout(), analysed, analysed.attempt() + 1),
            start,
            analysis.interval(),
            analysis.slots(),
            Map.of(),
            start,
            0,
            draft.at.plus(RENEW),
            false);
    draft.step(index, it -> it.begun(draft.at));
    draft.enter(new Phase.Watching(index, watch), WATCHES);
    draft.emit(
        Draft.SERIN,
        "watches " + watch.needed() + " probes, one each " + View.shown(watch.interval()),
        head -> new RolloutEvent.StepStarted(head, analysed.shown(), null, false));
    if (analysed.pause() != null) {
      Holds.told(draft);
    }
    draft.watch(watch);
  }

  static void probed(Draft draft, SlotProbed said) {
    SlotProbed probed = OlderWatcher.judged(draft.rollout().service(), said);
    String id = probed.analysisId();
    boolean red = consequence(draft, probed).verdict() == Verdict.FAIL;
    switch (draft.rollout().phase()) {
      case Phase.Watching(int step, Watch watch) when id.equals(watch.id()) ->
          judge(draft, step, watch, probed);
      case Phase.Paused(int step, var watch, var acts, var back, var hands)
          when watch != null && id.equals(watch.id()) && (red || watch.isKept()) ->
          judge(draft, step, watch, probed);
      case Phase.RollingBack back -> draft.ignore(Decision.Ignored.ALREADY_ROLLING_BACK);
      case Phase.Preflight preflight -> draft.ignore(Decision.Ignored.NOT_AWAITED);
      default -> {
        int ended = watchedToItsEnd(draft.rollout(), id);
        if (red
            && ended >= 0
            && !Doubting.isSettled(
                draft, ended, probed.slotAt(), consequence(draft, probed).onBreach())) {
          tooLate(draft, ended, probed);
        } else {
          draft.ignore(Decision.Ignored.NOT_AWAITED);
        }
      }
    }
  }

  /// Which step was the analysis with this name, if it was watched to its end; -1 if not.
  private static int watchedToItsEnd(Rollout rollout, String id) {
    List<Step> steps = rollout.steps();
    for (int index = 0; index < steps.size(); index++) {
      Step step = steps.get(index);
      if (step.name() == StepName.ANALYSE
          && step.status() == StepStatus.SUCCEEDED
          && idOf(rollout, step).equals(id)) {
        return index;
      }
    }
    return -1;
  }

  private static void judge(Draft draft, int step, Watch watch, SlotProbed probed) {
    Verdict before = watch.verdicts().get(probed.slot());
    Consequence comesTo = consequence(draft, probed);
    boolean worse = comesTo.verdict() == Verdict.FAIL && before != Verdict.FAIL;
    if ((before != null && !worse) || probed.slot() > watch.lastSlot()) {
      draft.ignore(Decision.Ignored.SLOT_JUDGED);
      return;
    }
    if (comesTo.verdict() != Verdict.FAIL && ClocksApart.isAhead(draft, probed)) {
      ClocksApart.tell(draft, watch, probed);
      return;
    }
    Watch judged =
        watch
            .judged(probed.slot(), comesTo.verdict(), watch.dueAt(probed.slot()))
            .lapsedIf(!Guarding.provenUntil(draft.rollout(), watch).isAfter(draft.at));
    ProbeView probe = view(probed, comesTo);
    draft.probed(probe);
    switch (draft.rollout().phase()) {
      case Phase.Watching watching -> draft.enter(new Phase.Watching(step, judged), WATCHES);
      // In a pause a red probe alone is judged, and once.
      case Phase.Paused paused when !judged.isKept() -> draft.enter(paused.with(judged));
      default -> {}
    }
    draft.emit(
        Draft.SERIN,
        sentence(probe),
        head -> new RolloutEvent.SliProbed(head, probe, judged.green(), judged.needed()));
    if (judged.isKept()) {
      KeptWatch.conclude(draft, judged, probed, probe, comesTo.onBreach());
    } else {
      conclude(draft, step, judged, probe, comesTo.onBreach());
    }
  }

  private static Consequence consequence(Draft draft, SlotProbed probed) {
    return Consequence.of(draft.rollout().service(), probed.verdict(), probed.results());
  }

  /// The window is over, and now one of its slots turns out to be red: with two watchers, one may
  /// have answered before the other. `FAIL` beats `PASS`; whoever skipped the window knew.
  ///
  /// @param analysis the step that was that window
  private static void tooLate(Draft draft, int analysis, SlotProbed probed) {
    Step step = draft.rollout().steps().get(analysis);
    int needed = Plan.analysis(draft.rollout().service(), step).slots();
    Consequence comesTo = consequence(draft, probed);
    ProbeView probe = view(probed, comesTo);
    draft.probed(probe);
    draft.emit(
        Draft.SERIN,
        sentence(probe),
        head -> new RolloutEvent.SliProbed(head, probe, needed - 1, needed));
    doubt(draft, analysis, "the SLIs were breached: " + sentence(probe), probe, comesTo.onBreach());
  }

  private static ProbeView view(SlotProbed probed, Consequence comesTo) {
    return new ProbeView(
        probed.slot(), probed.slotAt(), comesTo.verdict(), probed.results(), comesTo.warnings());
  }

  private static void conclude(
      Draft draft, int step, Watch watch, ProbeView probe, OnBreach onBreach) {
    ServiceDefinition service = draft.rollout().service();
    Duration mostMissing = Deadlines.mostMissing(service, draft.rollout().steps().get(step));
    boolean blind = probe.verdict() == Verdict.NO_DATA || probe.verdict() == Verdict.ERROR;
    if (probe.verdict() == Verdict.FAIL) {
      doubt(draft, step, breached(probe), probe, onBreach);
    } else if (blind && service.noData().policy() == NoDataPolicy.ROLLBACK) {
      doubt(draft, step, without(probe), probe, OnBreach.ROLLBACK);
    } else if (blind && watch.missing().compareTo(mostMissing) > 0) {
      blindTooLong(
          draft,
          step,
          watch,
          View.shown(watch.missing())
              + " of the analysis were without data, and the window and the limit for missing data"
              + " together are "
              + View.shown(mostMissing));
    } else if (watch.isGreen() && !Doubting.isOpen(draft)) {
      green(draft, step, watch);
    } else if (blind) {
      draft.watch(watch);
    }
  }

  private static void green(Draft draft, int step, Watch watch) {
    if (Holds.isForAPerson(draft.rollout(), step)) {
      Holds.expired(draft, step);
      return;
    }
    ends(draft, step, watch, watch.green() + " probes were green");
  }

  /// The wait is over, and the rollout goes on.
  static void ends(Draft draft, int step, Watch watch, String how) {
    String name = draft.rollout().steps().get(step).shown();
    draft.step(step, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
    draft.emit(
        Draft.SERIN, how, head -> new RolloutEvent.StepSucceeded(head, name, null, false, how));
    draft.stopWatching(watch.id());
    admitAgain(draft, step, watch);
    draft.enter(new Phase.Rolling(step), how);
    Rolling.begin(draft, step + 1);
  }

  /// Where proofs came so late that the dead man's switch may have gone off meanwhile, the canary
  /// is made ready once more before anything goes on.
  static void admitAgain(Draft draft, int step, Watch watch) {
    Rollout rollout = draft.rollout();
    if (rollout.service().pool().isEmpty()
        || !(watch.lapsed() || !Guarding.provenUntil(rollout, watch).isAfter(draft.at))) {
      return;
    }
    List<Step> steps = new ArrayList<>(rollout.steps());
    int next = step + 1;
    for (ServiceDefinition.Node canary : rollout.service().canaries()) {
      steps.add(next++, Step.forward(StepName.READY, canary.name()));
      steps.add(next++, Step.forward(StepName.SERVING, canary.name()));
    }
    draft.steps(steps);
  }

  /// Where it waits for a person already, it goes on waiting, and what would do no more than that
  /// is only on the record.
  private static void doubt(Draft draft, int step, String why, ProbeView probe, OnBreach onBreach) {
    if (onBreach == OnBreach.ROLLBACK || !(draft.rollout().phase() instanceof Phase.Paused)) {
      Doubting.of(draft, step, why, probe, onBreach);
    }
  }

  /// What a red probe comes to is the service's word. Where it waits for a person already, it goes
  /// on waiting, and the probe is on the record.
  static void red(Draft draft, int step, String why, ProbeView probe, OnBreach onBreach) {
    if (onBreach == OnBreach.ROLLBACK) {
      breach(draft, step, why, List.of(probe));
    } else if (!(draft.rollout().phase() instanceof Phase.Paused)) {
      // Once the peers' turn has come, another node may be out already: then the canary stays. And
      // a worker takes no requests that it could be kept from. Where the other group has left,
      // nobody else is there; and where every node has the release, others are no better.
      Double share = draft.rollout().steps().get(step).share();
      boolean drains =
          onBreach == OnBreach.PAUSE
              && isBeforeThePeers(draft.rollout())
              && !Switching.isOver(draft.rollout())
              && (share == null || share < 100)
              && !draft.rollout().service().pool().isEmpty();
      Pausing.breached(draft, step, why, drains);
    }
  }

  /// Whether only canaries have been touched yet, and their first window has begun: what is under
  /// way is another window, what leads to it, or who is asked.
  private static boolean isBeforeThePeers(Rollout rollout) {
    List<String> peers =
        rollout.service().peers().stream().map(ServiceDefinition.Node::name).toList();
    return rollout.steps().stream()
            .noneMatch(step ->
                step.stands() && !step.undo() && step.node() != null && peers.contains(step.node()))
        && Set.of(StepName.ANALYSE, StepName.HOOK, StepName.SHIFT, StepName.READY, StepName.SERVING)
            .contains(rollout.steps().get(Pausing.underWay(rollout)).name());
  }

  static String breached(ProbeView probe) {
    return "the SLIs are breached: " + sentence(probe);
  }

  static String without(ProbeView probe) {
    return "no data: " + sentence(probe);
  }

  static void breach(Draft draft, int step, String why, List<ProbeView> evidence) {
    draft.step(step, it -> it.ended(StepStatus.FAILED, draft.at, why));
    RollingBack.start(draft, Outcome.BREACHED, Draft.SERIN, why, evidence);
  }

  private static String sentence(ProbeView probe) {
    List<String> worst =
        probe.results().stream()
            .filter(result -> result.verdict() == probe.verdict())
            .map(SliResult::detail)
            .filter(detail -> !probe.warnings().contains(detail))
            .toList();
    return "probe "
        + probe.slot()
        + " is "
        + probe.verdict()
        + (worst.isEmpty() ? "" : ": " + String.join("; ", worst))
        + (probe.warnings().isEmpty()
            ? ""
            : "; only a warning: " + String.join("; ", probe.warnings()));
  }

  static void woken(Draft draft, Phase.Watching watching) {
    if (Holds.isOver(draft)) {
      Holds.expired(draft, watching.step());
      return;
    }
    Watch watch = watching.watch().withoutAbsence(draft.absence(watching.watch().renewAt()));
    if (!Wakeups.patienceEnds(draft.rollout(), watch).isAfter(draft.at)) {
      blindTooLong(draft, watching.step(), watch, silent(draft, watch));
      return;
    }
    if (watch.renewAt().isAfter(draft.at)) {
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
        : WATCHES;
  }

  /// Why data has stayed away for too long.
  static String silent(Draft draft, Watch watch) {
    return "no "
        + (watch.isKept() ? "" : "green ")
        + "probe since "
        + watch.greenAt()
        + ", and the limit for missing data is "
        + View.shown(draft.rollout().service().noData().limit());
  }

  static void blindTooLong(Draft draft, int step, Watch watch, String why) {
    ProbeView last = draft.rollout().lastProbe();
    if (draft.rollout().service().noData().then() == NoDataThen.ROLLBACK) {
      breach(draft, step, why, last == null ? List.of() : List.of(last));
      return;
    }
    String waitingFor = "a person: resume, promote or abort";
    draft.stopWatching(watch.id());
    draft.enter(new Phase.Paused(step, watch, waitingFor, null, false), why);
    draft.emit(Draft.SERIN, why, head -> new RolloutEvent.RolloutPaused(head, waitingFor));
  }

  static void resume(Draft draft, Phase.Paused paused, Request.ResumeRequested resume) {
    String why = resume.reason().isEmpty() ? "resumed" : resume.reason();
    KeptWatch.end(draft);
    Watch pausedWatch = paused.watch();
    if (pausedWatch == null || pausedWatch.isKept()) {
      draft.enter(new Phase.Rolling(paused.step()), why);
      draft.emit(resume.requestedBy(), why, RolloutEvent.RolloutResumed::new);
      Pausing.goOn(draft, paused.step(), resume.requestedBy());
      return;
    }
    Watch watch = pausedWatch.patientSince(draft.at);
    draft.enter(new Phase.Watching(paused.step(), watch.renewedAt(draft.at.plus(RENEW))), WATCHES);
    draft.emit(resume.requestedBy(), why, RolloutEvent.RolloutResumed::new);
    draft.watch(watch);
  }
}
