package dev.serin.contracts.sli;

import dev.serin.contracts.Check;
import org.jspecify.annotations.Nullable;

/// One SLI, ready to be asked for: every `$` name in its queries is replaced.
///
/// @param name the SLI's name
/// @param query PromQL for one number
/// @param max the value must stay below it; none for no upper limit
/// @param min the value must stay above it; none for no lower limit
/// @param minRequestsQuery PromQL for the number of requests behind the value; none when any will
///   do
/// @param minRequests how many requests it takes for a verdict, 0 or more
public record SliQuery(
    String name,
    String query,
    @Nullable Double max,
    @Nullable Double min,
    @Nullable String minRequestsQuery,
    double minRequests) {
  public SliQuery {
    Check.name("name", name);
    Check.text("query", query);
  }
}
