package dev.serin.coordinator.saga;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.ProbeView;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.sli.HookCall;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import dev.serin.contracts.sli.SliResult;
import dev.serin.coordinator.plan.Alone;
import dev.serin.coordinator.plan.Plan;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.plan.StepName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Whom a service asks or tells over HTTP, and what the answer comes to. At preflight and before a
/// promotion a no stops the rollout; after a rollback and at the end nobody can stop anything any
/// more, so the answer is told and the rollout ends all the same. In an incident nobody is waited
/// for ([Incidents]): who would be asked is told, once, and what comes back is nobody's.
final class Hooking {
  /// How much of a text that somebody else wrote goes out, in characters.
  private static final int LONGEST_TEXT = 1_000;

  /// How many SLIs are told of.
  private static final int MOST_EVIDENCE = 20;

  private static final String ACTS =
      "a person: resume (the hook is asked once more) or abort; a hook's no can't be promoted away";

  private Hooking() {}

  /// What an answer comes to.
  ///
  /// @param how one sentence
  /// @param failure why it is no pass; none where it is one
  private record Said(HookVerdict verdict, String how, @Nullable Failure failure) {}

  static Hook of(Rollout rollout, String name) {
    return Plan.hook(rollout.service(), name).orElseThrow();
  }

  static Hook of(Rollout rollout, Step step) {
    return of(rollout, Objects.requireNonNull(step.hook()));
  }

  static SliCommand command(Rollout rollout, Hook hook, CommandHead head) {
    Phase.RollingBack back = rollout.phase() instanceof Phase.RollingBack it ? it : null;
    return new SliCommand.CallHook(
        head,
        hook,
        call(
            rollout,
            hook,
            rollout.phase().shown(),
            back == null ? null : back.cause(),
            back == null ? null : RolledBack.reason(rollout, back),
            back == null ? List.of() : back.left()));
  }

  /// @param outcome what it ends as; none on the way forward
  /// @param why why so
  /// @param left what is left, and what to do
  private static HookCall call(
      Rollout rollout,
      Hook hook,
      RolloutPhase phase,
      @Nullable Outcome outcome,
      @Nullable String why,
      List<String> left) {
    List<String> evidence = new ArrayList<>();
    ProbeView probe = rollout.lastProbe();
    if (probe != null) {
      probe.results().stream()
          .limit(MOST_EVIDENCE)
          .map(SliResult::detail)
          .map(Hooking::cut)
          .forEach(evidence::add);
    }
    left.stream().limit(MOST_EVIDENCE).map(Hooking::cut).forEach(evidence::add);
    return new HookCall(
        hook.name(),
        hook.at(),
        rollout.rolloutId(),
        rollout.request().requestId(),
        rollout.service().service(),
        cut(rollout.request().version()),
        rollout.request().artifact().sha256(),
        phase,
        cut(rollout.request().requestedBy()),
        cut(rollout.request().reason()),
        share(rollout),
        outcome,
        why == null ? null : cut(why),
        evidence);
  }

  /// Tells the hooks `end` of a rollout that halts: nobody waits for what they say, since what it
  /// has left waits for a person already, and the service is free at once.
  static void halted(Draft draft, String why, List<String> left) {
    for (Hook hook : draft.rollout().service().hooksAt(Hook.At.END)) {
      draft.send(
          new SliCommand.CallHook(
              draft.head(null),
              hook,
              call(draft.rollout(), hook, RolloutPhase.HALTED, Outcome.HALTED, why, left)));
    }
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }

  /// The share that the canary was given last; all of it while the canaries serve alone, though the
  /// nodes have their own weights by then.
  private static @Nullable Double share(Rollout rollout) {
    boolean alone =
        !(rollout.phase() instanceof Phase.RollingBack)
            && !Alone.out(rollout.steps()).isEmpty()
            && rollout.steps().stream()
                .filter(Alone::isLeaving)
                .allMatch(step -> step.status() == StepStatus.SUCCEEDED);
    if (alone) {
      return 100.0;
    }
    return rollout.steps().stream()
        .filter(step -> step.name() == StepName.SHIFT && step.status() == StepStatus.SUCCEEDED)
        .reduce((earlier, later) -> later)
        .map(Step::share)
        .orElse(null);
  }

  private static Said said(Hook hook, AgentEvent event) {
    if (event instanceof HookAnswered answer) {
      String reason = answer.reason().isEmpty() ? "" : ": " + answer.reason();
      String name = "hook " + hook.name();
      return switch (answer.verdict()) {
        case PASS -> new Said(HookVerdict.PASS, name + " passes it" + reason, null);
        case VETO ->
            new Said(
                HookVerdict.VETO,
                name + " vetoes it" + reason,
                new Failure(
                    Failure.Reason.REFUSED, name + " to pass it", "a veto" + reason, "", false));
        case SILENT -> silent(hook, answer.attempts() + times(answer.attempts()) + reason);
      };
    }
    Failure failure = Steps.failure(event);
    return silent(hook, failure == null ? "another event" : failure.sentence());
  }

  private static String times(int attempts) {
    return attempts == 1 ? " attempt" : " attempts";
  }

  private static Said silent(Hook hook, String why) {
    Failure failure =
        new Failure(
            Failure.Reason.UNREACHABLE,
            "an answer of hook " + hook.name(),
            "none: " + why,
            hook.isNeeded()
                ? "silence counts as a veto, as its onSilence says"
                : "nothing hangs on it",
            false);
    return new Said(HookVerdict.SILENT, failure.sentence(), failure);
  }

  private static boolean stops(Hook hook, Said said) {
    return hook.at().mayVeto()
        && switch (said.verdict()) {
          case PASS -> false;
          case VETO -> true;
          case SILENT -> hook.onSilence() == Hook.OnSilence.FAIL;
        };
  }

  /// What a hook that is asked with the other checks comes to there.
  static Phase.Preflight checked(Phase.Preflight preflight, Hook hook, AgentEvent event) {
    return checked(preflight, hook, said(hook, event));
  }

  /// The same, where not even the sli-watcher has answered.
  static Phase.Preflight unanswered(Phase.Preflight preflight, Hook hook, Pending pending) {
    return checked(preflight, hook, silent(hook, Steps.unanswered(pending).sentence()));
  }

  private static Phase.Preflight checked(Phase.Preflight preflight, Hook hook, Said said) {
    if (said.verdict() == HookVerdict.PASS) {
      return preflight;
    }
    List<String> problems = new ArrayList<>(preflight.problems());
    List<String> warnings = new ArrayList<>(preflight.warnings());
    (stops(hook, said) ? problems : warnings).add(said.how());
    return new Phase.Preflight(
        preflight.pool(), preflight.instances(), preflight.slis(), problems, warnings);
  }

  /// Calls a hook that can stop nothing, and goes on without its answer.
  static void tell(Draft draft, Hook hook) {
    draft.send(command(draft.rollout(), hook, draft.head(null)));
  }

  /// The same for a step of the plan.
  static void tell(Draft draft, int index) {
    Step step = draft.rollout().steps().get(index);
    Hook hook = of(draft.rollout(), step);
    draft.step(index, it -> it.begun(draft.at));
    draft.emit(
        Draft.SERIN,
        Steps.sentence(step),
        head -> new RolloutEvent.StepStarted(head, step.name().shown(), null, false));
    tell(draft, hook);
    draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, told(hook)));
    draft.emit(
        Draft.SERIN,
        told(hook),
        head -> new RolloutEvent.StepSucceeded(head, step.name().shown(), null, false, told(hook)));
    goOn(draft, index, step);
  }

  /// Whether a step calls somebody who may veto else, and can't in an incident.
  static boolean isTold(Rollout rollout, Step step) {
    return step.name() == StepName.HOOK
        && of(rollout, step).at().mayVeto()
        && Incidents.isUrgent(rollout.service(), rollout.request());
  }

  static String told(Hook hook) {
    return "hook " + hook.name() + " is told, not asked: nobody stops what an incident needs";
  }

  /// A step of the rollout, or of its rollback, has its answer.
  static void answered(Draft draft, int index, AgentEvent event) {
    Hook hook = of(draft.rollout(), draft.rollout().steps().get(index));
    ended(draft, index, hook, said(hook, event));
  }

  static void late(Draft draft, int index, Pending pending) {
    draft.forgetPending();
    Hook hook = of(draft.rollout(), draft.rollout().steps().get(index));
    ended(draft, index, hook, silent(hook, Steps.unanswered(pending).sentence()));
  }

  private static void ended(Draft draft, int index, Hook hook, Said said) {
    Step step = draft.rollout().steps().get(index);
    Failure failure = said.failure();
    if (failure == null || (said.verdict() == HookVerdict.VETO && !hook.at().mayVeto())) {
      String how = failure == null ? said.how() : said.how() + "; nothing hangs on it";
      draft.step(index, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
      draft.emit(
          Draft.SERIN,
          how,
          head ->
              new RolloutEvent.StepSucceeded(head, step.name().shown(), null, step.undo(), how));
      goOn(draft, index, step);
      return;
    }
    draft.step(index, it -> it.ended(StepStatus.FAILED, draft.at, said.how()));
    draft.emit(
        Draft.SERIN,
        said.how(),
        head ->
            new RolloutEvent.StepFailed(
                head, step.name().shown(), null, step.undo(), failure, step.attempt(), true));
    if (!stops(hook, said)) {
      goOn(draft, index, step);
    } else if (hook.onVeto() == Hook.OnVeto.PAUSE) {
      Pausing.pause(draft, Draft.SERIN, said.how(), ACTS);
    } else {
      RollingBack.start(draft, Outcome.FAILED, Draft.SERIN, said.how(), List.of());
    }
  }

  private static void goOn(Draft draft, int index, Step step) {
    if (step.undo()) {
      RollingBack.begin(draft, index + 1);
    } else {
      Rolling.begin(draft, index + 1);
    }
  }

  /// What a step does, to follow a verb's subject.
  static String described(Step step) {
    return "call hook " + step.hook();
  }
}
