package dev.serin.contracts.sli;

import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A window to come in which SLIs are compared, to be told of what it can find.
///
/// @param share the canary's share of the requests in it, in per cent, above 0, below 100; none
///   where its nodes have what their own weights give them
/// @param lasts how long it is
/// @param slis the names of the SLIs that are compared in it
public record PlannedWindow(@Nullable Double share, Duration lasts, List<String> slis) {
  public PlannedWindow {
    Check.positive("lasts", lasts);
    slis = Check.list(slis);
  }
}
