package dev.serin.contracts.service;

import dev.serin.contracts.Check;
import org.jspecify.annotations.Nullable;

/// How an SLI's requests are compared with the baseline's, by all of them since the window's start:
/// selectors of counters, in which `$canary` says whose.
///
/// @param bad of the requests that count as bad; none where `good` says which don't
/// @param good of those that don't; none where `bad` is there
/// @param all of all requests
/// @param least the smallest difference of the bad ones' shares that matters, 0 to below 1
/// @param alpha how probable a false breach may be over the whole window, above 0, below 1
/// @param minRequests how many requests each side needs for a verdict, 1 or more
public record Compare(
    @Nullable String bad,
    @Nullable String good,
    String all,
    double least,
    double alpha,
    double minRequests) {
  public Compare {
    Check.text("all", all);
  }
}
