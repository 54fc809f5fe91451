package dev.serin.contracts.sli;

/// What a probe, or one SLI in it, came to.
public enum Verdict {
  /// Every SLI is within its limits.
  PASS,
  /// At least one SLI is outside its limits.
  FAIL,
  /// None is outside, but at least one has no value to judge: no series, `NaN`, too few requests.
  NO_DATA,
  /// None is outside, but at least one could not be asked for: Prometheus away, a query refused.
  ERROR
}
