package dev.serin.contracts.sli;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What a hook's answer comes to.
public enum HookVerdict {
  /// It has nothing against it.
  @JsonProperty("pass")
  PASS,
  /// It says no.
  @JsonProperty("veto")
  VETO,
  /// No usable answer came, however often it was called.
  @JsonProperty("silent")
  SILENT
}
