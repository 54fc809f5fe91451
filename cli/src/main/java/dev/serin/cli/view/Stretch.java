package dev.serin.cli.view;

import dev.serin.contracts.json.Quantities;
import dev.serin.contracts.rollout.StepStatus;
import dev.serin.contracts.rollout.StepView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Steps that belong together: those of one node on its way forward, or back, or those of the whole
/// service between two nodes.
///
/// @param node none for the whole service
/// @param back whether they take back what was done
record Stretch(@Nullable String node, List<StepView> steps, boolean back) {

  /// What the name of a step on the way back begins with.
  private static final String UNDO = "undo-";

  static List<Stretch> of(List<StepView> steps) {
    List<Stretch> stretches = new ArrayList<>();
    for (StepView step : steps) {
      Optional<Stretch> open = open(stretches, step);
      if (open.isPresent()) {
        open.get().steps.add(step);
      } else {
        stretches.add(
            new Stretch(step.node(), new ArrayList<>(List.of(step)), step.name().startsWith(UNDO)));
      }
    }
    return stretches;
  }

  /// Where the step belongs: with its node's others of the same direction, or with those of the
  /// whole service just before it.
  private static Optional<Stretch> open(List<Stretch> stretches, StepView step) {
    if (step.node() == null) {
      return stretches.isEmpty() || stretches.getLast().node != null
          ? Optional.empty()
          : Optional.of(stretches.getLast());
    }
    return stretches.stream()
        .filter(stretch ->
            Objects.equals(stretch.node, step.node())
                && stretch.back == step.name().startsWith(UNDO))
        .findFirst();
  }

  /// The step's name without its direction, which the stretch has.
  static String name(String step) {
    return step.startsWith(UNDO) ? step.substring(UNDO.length()) : step;
  }

  /// The same, with the share of the requests that it is about.
  static String name(StepView step) {
    String name = name(step.name());
    Double share = step.share();
    if (share != null) {
      return name + " " + Quantities.shown(share) + " %";
    }
    return name.equals("shift") ? "shift home" : name;
  }

  boolean has(StepStatus status) {
    return steps.stream().anyMatch(step -> step.status() == status);
  }

  /// Nothing of it has begun.
  boolean isAhead() {
    return steps.stream().allMatch(step -> step.status() == StepStatus.PENDING);
  }

  /// Nothing of it was begun, and nothing will be.
  boolean isUntouched() {
    return node != null && isSkipped();
  }

  boolean isSkipped() {
    return steps.stream().allMatch(step -> step.status() == StepStatus.SKIPPED);
  }

  boolean isBusy() {
    return has(StepStatus.RUNNING) || has(StepStatus.FAILED);
  }

  /// From its first beginning to its last end, or to now while it runs.
  Optional<Duration> took(Instant now) {
    Optional<Instant> begin =
        steps.stream().map(StepView::startedAt).filter(Objects::nonNull).min(Instant::compareTo);
    Instant end =
        has(StepStatus.RUNNING)
            ? now
            : steps.stream()
                .map(StepView::endedAt)
                .filter(Objects::nonNull)
                .max(Instant::compareTo)
                .orElse(now);
    return begin.map(from -> Duration.between(from, end));
  }

  static Optional<Duration> took(StepView step, Instant now) {
    Instant from = step.startedAt();
    if (from == null) {
      return Optional.empty();
    }
    Instant ended = step.endedAt();
    if (ended == null && step.status() != StepStatus.RUNNING) {
      return Optional.empty();
    }
    return Optional.of(Duration.between(from, ended == null ? now : ended));
  }
}
