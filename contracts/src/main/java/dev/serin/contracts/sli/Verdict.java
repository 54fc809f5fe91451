package dev.serin.contracts.sli;

import java.util.Collection;
import java.util.Comparator;

/// What a probe, or one SLI in it, came to.
public enum Verdict {
  /// Every SLI is within its limits.
  PASS,
  /// At least one SLI is outside its limits.
  FAIL,
  /// None is outside, but at least one has no value to judge: no series, `NaN`, too few requests.
  NO_DATA,
  /// None is outside, but at least one could not be asked for: Prometheus away, a query refused.
  ERROR;

  /// The worst of several, in the order `FAIL`, `ERROR`, `NO_DATA`, `PASS`. None at all proves
  /// nothing, so that it is `NO_DATA` (I8).
  public static Verdict worst(Collection<Verdict> verdicts) {
    return verdicts.stream().max(Comparator.comparingInt(Verdict::severity)).orElse(NO_DATA);
  }

  public int severity() {
    return switch (this) {
      case PASS -> 0;
      case NO_DATA -> 1;
      case ERROR -> 2;
      case FAIL -> 3;
    };
  }
}
