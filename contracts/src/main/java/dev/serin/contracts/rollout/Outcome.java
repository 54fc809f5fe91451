package dev.serin.contracts.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/// How a rollout ended, and why.
public enum Outcome {
  @JsonProperty("completed")
  COMPLETED,
  /// An SLI was outside its limits, or had no data for too long.
  @JsonProperty("breached")
  BREACHED,
  /// A step failed.
  @JsonProperty("failed")
  FAILED,
  /// A person took it back.
  @JsonProperty("aborted")
  ABORTED,
  /// A newer release took its place.
  @JsonProperty("superseded")
  SUPERSEDED,
  /// It was refused before anything was changed.
  @JsonProperty("rejected")
  REJECTED,
  /// It stopped at a peer.
  @JsonProperty("halted")
  HALTED
}
