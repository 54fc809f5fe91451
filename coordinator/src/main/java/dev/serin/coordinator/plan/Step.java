package dev.serin.coordinator.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.serin.contracts.rollout.StepStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One step of a rollout, and how far it is.
///
/// @param node on which node; none for a step of the whole service
/// @param undo whether it is part of the rollback
/// @param attempt how often it was begun
/// @param share the canaries' share of the requests, in per cent: what a shift gives them, and what
///   an analysis watches; none for the nodes' own weights
/// @param window how long probes must stay green; none for the service's own. How long a pause may
///   last
/// @param pause which of the service's pauses it is, from 0; none for another step
public record Step(
    StepName name,
    @Nullable String node,
    boolean undo,
    StepStatus status,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String detail,
    int attempt,
    @Nullable Double share,
    @Nullable Duration window,
    @Nullable Integer pause) {
  public static Step forward(StepName name, @Nullable String node) {
    return new Step(name, node, false, StepStatus.PENDING, null, null, null, 0, null, null, null);
  }

  /// @param share none for the nodes' own weights
  public static Step shift(String node, @Nullable Double share) {
    return new Step(
        StepName.SHIFT, node, false, StepStatus.PENDING, null, null, null, 0, share, null, null);
  }

  public static Step analyse(double share, Duration window) {
    return new Step(
        StepName.ANALYSE,
        null,
        false,
        StepStatus.PENDING,
        null,
        null,
        null,
        0,
        share,
        window,
        null);
  }

  /// One of the plan's pauses: an analysis that ends by a clock or a person.
  ///
  /// @param share as of an analysis, at this point of the plan
  public static Step pause(int index, @Nullable Double share, Duration longest) {
    return new Step(
        StepName.ANALYSE,
        null,
        false,
        StepStatus.PENDING,
        null,
        null,
        null,
        0,
        share,
        longest,
        index);
  }

  /// The name that everybody sees.
  public String shown() {
    return pause == null ? name.shown() : StepName.PAUSE.shown();
  }

  public static Step undo(StepName name, String node) {
    return new Step(name, node, true, StepStatus.PENDING, null, null, null, 0, null, null, null);
  }

  public Step begun(Instant at) {
    return new Step(
        name,
        node,
        undo,
        StepStatus.RUNNING,
        startedAt == null ? at : startedAt,
        null,
        null,
        attempt + 1,
        share,
        window,
        pause);
  }

  /// Begun once more, after it failed.
  public Step again(String why) {
    return new Step(
        name,
        node,
        undo,
        StepStatus.RUNNING,
        startedAt,
        null,
        why,
        attempt + 1,
        share,
        window,
        pause);
  }

  /// The same step, to be done once more later on.
  public Step anew() {
    return new Step(
        name, node, undo, StepStatus.PENDING, null, null, null, attempt, share, window, pause);
  }

  public Step ended(StepStatus end, Instant at, String how) {
    return new Step(name, node, undo, end, startedAt, at, how, attempt, share, window, pause);
  }

  public Step marked(StepStatus mark) {
    return new Step(
        name, node, undo, mark, startedAt, endedAt, detail, attempt, share, window, pause);
  }

  /// Whether it may have had an effect: also where it was interrupted and is to begin anew.
  @JsonIgnore
  public boolean isBegun() {
    return attempt > 0;
  }
}
