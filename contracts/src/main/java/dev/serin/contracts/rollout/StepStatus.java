package dev.serin.contracts.rollout;

/// How far one step of a rollout is.
public enum StepStatus {
  PENDING,
  RUNNING,
  SUCCEEDED,
  FAILED,
  /// Never begun, and not going to be.
  SKIPPED,
  /// Done, and taken back.
  UNDONE
}
