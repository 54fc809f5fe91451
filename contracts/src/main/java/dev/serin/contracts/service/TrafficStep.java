package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One share of a pool's requests that the new version gets, and how long it is watched there.
///
/// @param share in per cent, above 0, at most 100; at 100 all requests get the new version
/// @param window how long probes must stay green at this share, 0 for none
/// @param minAvailable at 100 alone, 1 or more: so few nodes may serve there, so the peers leave
///   rotation for it before they are updated, and the canaries serve alone; none where the
///   service's own minimum holds, and every peer has the new version then
public record TrafficStep(
    double share,
    Duration window,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer minAvailable) {
  public TrafficStep {
    Check.notNegative("window", window);
    if (!(share > 0 && share <= 100)) {
      throw new IllegalArgumentException("expected share above 0, at most 100, was " + share);
    }
    if (minAvailable != null) {
      Check.atLeast("minAvailable", 1, minAvailable);
    }
  }

  /// One for which the service's own minimum holds.
  public TrafficStep(double share, Duration window) {
    this(share, window, null);
  }

  /// Whether all requests get the new version then.
  @JsonIgnore
  public boolean isAll() {
    return share == 100;
  }
}
