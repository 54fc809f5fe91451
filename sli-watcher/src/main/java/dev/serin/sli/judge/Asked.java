package dev.serin.sli.judge;

import dev.serin.contracts.sli.SliQuery;
import org.jspecify.annotations.Nullable;

/// One SLI, and what Prometheus said to its queries.
///
/// @param requests the number of requests behind the value; none where the SLI does not ask for it
public record Asked(SliQuery sli, Reading value, @Nullable Reading requests) {}
