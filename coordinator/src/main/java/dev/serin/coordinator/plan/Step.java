package dev.serin.coordinator.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.serin.contracts.rollout.StepStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One step of a rollout, and how far it is.
///
/// @param node on which node; none for a step of the whole service
/// @param undo whether it is part of the rollback
/// @param attempt how often it was begun
public record Step(
    StepName name,
    @Nullable String node,
    boolean undo,
    StepStatus status,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String detail,
    int attempt) {
  public static Step forward(StepName name, @Nullable String node) {
    return new Step(name, node, false, StepStatus.PENDING, null, null, null, 0);
  }

  public static Step undo(StepName name, String node) {
    return new Step(name, node, true, StepStatus.PENDING, null, null, null, 0);
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
        attempt + 1);
  }

  /// Begun once more, after it failed.
  public Step again(String why) {
    return new Step(name, node, undo, StepStatus.RUNNING, startedAt, null, why, attempt + 1);
  }

  public Step ended(StepStatus end, Instant at, String how) {
    return new Step(name, node, undo, end, startedAt, at, how, attempt);
  }

  public Step marked(StepStatus mark) {
    return new Step(name, node, undo, mark, startedAt, endedAt, detail, attempt);
  }

  /// Whether it may have had an effect: also where it was interrupted and is to begin anew.
  @JsonIgnore
  public boolean isBegun() {
    return attempt > 0;
  }
}
