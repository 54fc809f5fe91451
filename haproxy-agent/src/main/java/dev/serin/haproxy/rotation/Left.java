package dev.serin.haproxy.rotation;

import java.util.List;

/// What is left on a server that drains, over all load balancers, pools and processes.
///
/// @param requests sessions that are no tunnels, and connections that carry something
/// @param tunnels WebSockets and other upgraded connections
/// @param unknown where an old worker may hold requests that nobody can count
/// @param unreachable load balancers that did not answer, with what was found
/// @param where what is left in which process, for people
public record Left(
    int requests, int tunnels, List<String> unknown, List<String> unreachable, List<String> where) {
  public Left {
    unknown = List.copyOf(unknown);
    unreachable = List.copyOf(unreachable);
    where = List.copyOf(where);
  }

  /// What is left, as a person reads it.
  public String sentence() {
    if (!unreachable.isEmpty()) {
      return String.join("; ", unreachable);
    }
    return requests
        + (requests == 1 ? " request" : " requests")
        + " and "
        + tunnels
        + (tunnels == 1 ? " tunnel" : " tunnels")
        + " left"
        + (where.isEmpty() ? "" : " (" + String.join(", ", where) + ")");
  }
}
