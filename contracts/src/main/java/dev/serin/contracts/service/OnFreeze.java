package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What becomes of a release that meets a freeze.
public enum OnFreeze {
  /// It is refused; nothing is remembered of it.
  @JsonProperty("refuse")
  REFUSE,
  /// It waits for the freeze's end, and starts by itself then.
  @JsonProperty("wait")
  WAIT
}
