package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.serin.contracts.Check;
import java.time.Duration;

/// One share of a pool's requests that the new version gets, and how long it is watched there.
///
/// @param share in per cent, above 0, at most 100; at 100 every node has the new version
/// @param window how long probes must stay green at this share, 0 for none
public record TrafficStep(double share, Duration window) {
  public TrafficStep {
    Check.notNegative("window", window);
    if (!(share > 0 && share <= 100)) {
      throw new IllegalArgumentException("expected share above 0, at most 100, was " + share);
    }
  }

  /// Whether every node has the new version then.
  @JsonIgnore
  public boolean isAll() {
    return share == 100;
  }
}
