package dev.serin.coordinator.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.rollout.StepStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One step of a rollout, and how far it is.
///
/// @param node on which node; none for a step of the whole service
/// @param undo whether it is part of the rollback
/// @param attempt how often it was begun
/// @param share the canaries' share of the requests, in per cent: what a shift gives them, what
///   they have once the peers have left for it, and what an analysis watches; none for the nodes'
///   own weights
/// @param window how long probes must stay green; none for the service's own. How long a pause may
///   last
/// @param pause which of the service's pauses it is, from 0; none for another step
/// @param batch which batch its node is in, from 1: what stands side by side with the same name and
///   batch is under way together ([Batches]); none for a node that is alone
/// @param hook which of the service's hooks is called; none for every other step
/// @param alone whether it makes the canaries serve alone, or watches them then ([Alone])
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
    @Nullable Integer pause,
    @Nullable Integer batch,
    @Nullable String hook,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean alone) {
  private static Step pending(StepName name, @Nullable String node, boolean undo) {
    return new Step(
        name,
        node,
        undo,
        StepStatus.PENDING,
        null,
        null,
        null,
        0,
        null,
        null,
        null,
        null,
        null,
        false);
  }

  public static Step forward(StepName name, @Nullable String node) {
    return pending(name, node, false);
  }

  public static Step undo(StepName name, String node) {
    return pending(name, node, true);
  }

  /// @param share none for the nodes' own weights
  public static Step shift(String node, @Nullable Double share) {
    return pending(StepName.SHIFT, node, false).watching(share, null, null);
  }

  public static Step analyse(double share, Duration window) {
    return pending(StepName.ANALYSE, null, false).watching(share, window, null);
  }

  /// A peer leaves rotation, so that the canaries serve alone.
  static Step leave(String peer) {
    return forward(StepName.DRAIN, peer).whileAlone(100.0, null);
  }

  /// The canaries are watched while they serve alone.
  static Step analyseAlone(Duration window) {
    return forward(StepName.ANALYSE, null).whileAlone(100.0, window);
  }

  private Step whileAlone(Double all, @Nullable Duration howLong) {
    return new Step(
        name, node, undo, status, startedAt, endedAt, detail, attempt, all, howLong, pause, batch,
        hook, true);
  }

  /// One of the plan's pauses: an analysis that ends by a clock or a person.
  ///
  /// @param share as of an analysis, at this point of the plan
  public static Step pause(int index, @Nullable Double share, Duration longest) {
    return pending(StepName.ANALYSE, null, false).watching(share, longest, index);
  }

  /// @param called which one
  /// @param undo whether it is called after a rollback
  public static Step hook(String called, boolean undo) {
    return new Step(
        StepName.HOOK,
        null,
        undo,
        StepStatus.PENDING,
        null,
        null,
        null,
        0,
        null,
        null,
        null,
        null,
        called,
        false);
  }

  /// @param undo whether it is the rollback that waits
  public static Step catchUp(boolean undo) {
    return pending(StepName.CATCH_UP, null, undo);
  }

  private Step watching(@Nullable Double part, @Nullable Duration howLong, @Nullable Integer held) {
    return new Step(
        name, node, undo, status, startedAt, endedAt, detail, attempt, part, howLong, held, batch,
        hook, alone);
  }

  /// The name that everybody sees.
  public String shown() {
    return pause == null ? name.shown() : StepName.PAUSE.shown();
  }

  /// The same step as one of a batch.
  ///
  /// @param number from 1; none for a step that is alone
  public Step in(@Nullable Integer number) {
    return new Step(
        name, node, undo, status, startedAt, endedAt, detail, attempt, share, window, pause, number,
        hook, alone);
  }

  private Step now(
      StepStatus next,
      @Nullable Instant from,
      @Nullable Instant to,
      @Nullable String how,
      int times) {
    return new Step(
        name, node, undo, next, from, to, how, times, share, window, pause, batch, hook, alone);
  }

  public Step begun(Instant at) {
    return now(StepStatus.RUNNING, startedAt == null ? at : startedAt, null, null, attempt + 1);
  }

  /// Begun once more, after it failed.
  public Step again(String why) {
    return now(StepStatus.RUNNING, startedAt, null, why, attempt + 1);
  }

  /// Begun once more, by an attempt that does not count.
  public Step stillAt(String why) {
    return now(StepStatus.RUNNING, startedAt, null, why, attempt);
  }

  /// The same step, to be done once more later on.
  public Step anew() {
    return now(StepStatus.PENDING, null, null, null, attempt);
  }

  public Step ended(StepStatus end, Instant at, String how) {
    return now(end, startedAt, at, how, attempt);
  }

  public Step marked(StepStatus mark) {
    return now(mark, startedAt, endedAt, detail, attempt);
  }

  /// Whether it may have had an effect: also where it was interrupted and is to begin anew.
  @JsonIgnore
  public boolean isBegun() {
    return attempt > 0;
  }

  /// Whether an effect that it may have had still stands: not where it had come to its end, was
  /// taken back since, and is to be done once more from its beginning.
  @JsonIgnore
  public boolean stands() {
    return isBegun() && (status != StepStatus.PENDING || startedAt != null);
  }
}
