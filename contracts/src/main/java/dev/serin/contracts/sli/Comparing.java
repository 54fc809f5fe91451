package dev.serin.contracts.sli;

import dev.serin.contracts.Check;
import org.jspecify.annotations.Nullable;

/// What an SLI is compared by: counters of both sides, of all requests since the window's start.
///
/// @param least the smallest difference of the bad ones' shares that matters, 0 to below 1
/// @param alpha how probable a false breach may be over the whole window, above 0, below 1
/// @param minRequests how many requests each side needs for a verdict, 1 or more
public record Comparing(
    Side canary, Side baseline, double least, double alpha, double minRequests) {
  public Comparing {
    Check.required("canary", canary);
    Check.required("baseline", baseline);
  }

  /// One side's counters, as PromQL selectors.
  ///
  /// @param bad of the requests that count as bad; none where `good` says which don't
  /// @param good of those that don't; none where `bad` is there
  /// @param all of all requests
  public record Side(@Nullable String bad, @Nullable String good, String all) {
    public Side {
      Check.text("all", all);
    }
  }
}
