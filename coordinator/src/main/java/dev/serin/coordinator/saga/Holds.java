package dev.serin.coordinator.saga;

import dev.serin.contracts.request.Request.Answer;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.service.Pause;
import dev.serin.coordinator.plan.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The pauses that the plan has. A canary that takes requests while nobody watches it is a danger,
/// so a pause is an analysis: probes go on, a breach acts by `onBreach`, the dead man's switch
/// stays armed. Only what ends it is another thing: its time, a promote, or that nobody promoted.
/// Where the service has no SLIs, or the release is only in the dark, it is a plain wait.
final class Holds {
  private Holds() {}

  private static @Nullable Pause pause(Rollout rollout, int step) {
    Integer index = rollout.steps().get(step).pause();
    return index == null ? null : rollout.service().pauses().get(index);
  }

  private static Pause pauseAt(Rollout rollout, int step) {
    return Objects.requireNonNull(pause(rollout, step), "the step is no pause of the plan's");
  }

  /// Whether that step waits for a promote.
  static boolean isForAPerson(Rollout rollout, int step) {
    Pause pause = pause(rollout, step);
    return pause != null && pause.lasts() == null;
  }

  /// Whether the step is a pause in which nothing is watched: the service has no SLIs, or nobody
  /// takes requests yet that has the release.
  static boolean isUnwatched(Rollout rollout, Step step) {
    Double share = step.share();
    return step.pause() != null
        && (rollout.service().slis().isEmpty() || (share != null && share == 0));
  }

  /// Whether the step is a pause that wants answers.
  static boolean asks(Rollout rollout, Step step) {
    Integer index = step.pause();
    return index != null && !rollout.service().pauses().get(index).ask().isEmpty();
  }

  /// The step at which the rollout waits as its plan says; none where it does something else, or
  /// something has come between.
  private static @Nullable Integer waitsAt(Rollout rollout) {
    return switch (rollout.phase()) {
      case Phase.Watching(int step, Watch watch) when watch.isPause() -> step;
      case Phase.Paused(int step, var watch, var acts, var back, var hands)
          when watch == null && !hands && isWaiting(rollout, rollout.steps().get(step)) ->
          step;
      case Phase.Watching watching -> null;
      case Phase.Paused paused -> null;
      case Phase.Preflight preflight -> null;
      case Phase.Rolling rolling -> null;
      case Phase.RollingBack back -> null;
    };
  }

  /// Where something has come between, it is to begin anew.
  private static boolean isWaiting(Rollout rollout, Step step) {
    return isUnwatched(rollout, step) && step.status() == StepStatus.RUNNING;
  }

  static boolean isHeld(Rollout rollout) {
    return waitsAt(rollout) != null;
  }

  /// What stands against a resume or a retry then.
  static String onlyPromote(Rollout rollout) {
    return "expected no pause of the plan's, found the rollout in one; it goes on with: serin promote "
        + rollout.rolloutId();
  }

  /// When the wait is over by itself; none where the rollout does something else. One that goes on
  /// is ended by probes, never by the clock alone (I8): only the way back may go by it.
  static @Nullable Instant endsAt(Rollout rollout) {
    Integer step = waitsAt(rollout);
    if (step == null) {
      return null;
    }
    Step pause = rollout.steps().get(step);
    return switch (rollout.phase()) {
      case Phase.Watching(int at, Watch watch) ->
          goesBack(pauseAt(rollout, at))
              ? watch.start().plus(Objects.requireNonNull(pause.window()))
              : null;
      default ->
          Objects.requireNonNull(pause.startedAt()).plus(Objects.requireNonNull(pause.window()));
    };
  }

  private static boolean goesBack(Pause pause) {
    return pause.lasts() == null && pause.then() == Pause.Then.ROLLBACK;
  }

  /// When the wait is over if every probe to come is green.
  static @Nullable Instant expectedEnd(Rollout rollout) {
    Instant byTheClock = endsAt(rollout);
    return byTheClock == null && rollout.phase() instanceof Phase.Watching(int step, Watch watch)
        ? watch.dueAt(watch.lastSlot())
        : byTheClock;
  }

  static boolean isOver(Draft draft) {
    Instant end = endsAt(draft.rollout());
    return end != null && !end.isAfter(draft.at) && !Doubting.isOpen(draft);
  }

  /// Such as `a person: serin promote ID, with an answer to 'no complaints'`.
  static String waitingFor(Rollout rollout, int step) {
    Pause pause = pauseAt(rollout, step);
    if (pause.lasts() != null) {
      return "the end of a pause of " + View.shown(pause.lasts());
    }
    return "a person: promote"
        + (pause.ask().isEmpty()
            ? ""
            : ", with an answer to "
                + pause.ask().stream()
                    .map(question -> "'" + question + "'")
                    .collect(Collectors.joining(", ")));
  }

  /// What follows; `goesOn` is the step after it.
  static String next(Rollout rollout, int step, String goesOn) {
    Pause pause = pauseAt(rollout, step);
    if (pause.lasts() != null) {
      return goesOn;
    }
    return "promote goes on with "
        + goesOn
        + ", abort takes it back; without either: "
        + (pause.then() == Pause.Then.ROLLBACK ? "rollback" : goesOn);
  }

  /// A plain wait: each time it begins, it lasts its whole time.
  static void begin(Draft draft, int index) {
    draft.step(index, it -> it.anew().begun(draft.at));
    Step step = draft.rollout().steps().get(index);
    draft.enter(new Phase.Paused(index, null, waitingFor(draft.rollout(), index), null, false));
    draft.emit(
        Draft.SERIN,
        "waits as the plan says",
        head -> new RolloutEvent.StepStarted(head, step.shown(), null, false));
    told(draft);
  }

  /// It is paused now.
  static void told(Draft draft) {
    String waitingFor = waitingFor(draft.rollout(), current(draft.rollout()));
    draft.emit(
        Draft.SERIN,
        "the plan has a pause here",
        head -> new RolloutEvent.RolloutPaused(head, waitingFor));
  }

  private static int current(Rollout rollout) {
    return Objects.requireNonNull(waitsAt(rollout));
  }

  /// A plain wait is over when its time is.
  static void woken(Draft draft) {
    if (isOver(draft)) {
      expired(draft, current(draft.rollout()));
    }
  }

  /// Nobody has promoted in time, or the time of a plain wait is over.
  static void expired(Draft draft, int step) {
    Pause pause = pauseAt(draft.rollout(), step);
    String how =
        pause.lasts() != null
            ? "waited for " + View.shown(pause.lasts())
            : "nobody promoted within " + View.shown(pause.expires());
    if (goesBack(pause)) {
      draft.step(step, it -> it.ended(StepStatus.FAILED, draft.at, how));
      RollingBack.start(draft, Outcome.FAILED, Draft.SERIN, how, List.of());
    } else if (draft.rollout().phase() instanceof Phase.Watching(int at, Watch watch)) {
      Watching.ends(draft, at, watch, how + ", and " + watch.green() + " probes were green");
    } else {
      String name = draft.rollout().steps().get(step).shown();
      draft.step(step, it -> it.ended(StepStatus.SUCCEEDED, draft.at, how));
      draft.emit(
          Draft.SERIN, how, head -> new RolloutEvent.StepSucceeded(head, name, null, false, how));
      draft.enter(new Phase.Rolling(step), how);
      Rolling.begin(draft, step + 1);
    }
  }

  /// What is missing among the answers for that step: each question must be answered by name.
  static List<String> problems(Rollout rollout, int step, List<Answer> answers) {
    Pause pause = pause(rollout, step);
    List<String> problems = new ArrayList<>();
    List<String> asked = pause == null ? List.of() : pause.ask();
    for (String question : asked) {
      if (answers.stream().noneMatch(answer -> answer.question().equals(question))) {
        problems.add(
            "expected an answer to '"
                + question
                + "', found none; give it with: serin promote "
                + rollout.rolloutId()
                + " --answer '"
                + question
                + "=…'");
      }
    }
    for (Answer answer : answers) {
      if (!asked.contains(answer.question())) {
        problems.add(
            "expected an answer to one of " + asked + ", found one to '" + answer.question() + "'");
      }
    }
    return problems;
  }

  /// How the step ended, with what was answered.
  static String ended(String by, List<Answer> answers) {
    return "by "
        + by
        + answers.stream()
            .map(answer -> answer.question() + ": " + answer.answer())
            .collect(Collectors.joining("; ", "; ", ""));
  }
}
