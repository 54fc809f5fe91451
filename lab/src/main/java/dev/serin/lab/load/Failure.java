package dev.serin.lab.load;

import java.time.Instant;

/// One failed request, as an example of its kind.
///
/// @param kind such as `status 502`, `reset`, `timeout`, `refused`
/// @param version of the release that answered, or `unknown`
/// @param client `sticky`, `fresh` or `slow`
public record Failure(
    Instant at, String kind, String version, String node, String client, String detail) {}
