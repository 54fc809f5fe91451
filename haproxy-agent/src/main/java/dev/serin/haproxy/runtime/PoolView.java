package dev.serin.haproxy.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One pool, as one HAProxy process has it at one moment.
///
/// @param algorithm `balance`: `roundrobin`, `leastconn`, …; none where HAProxy does not say
/// @param cookie the name of the cookie that pins users to a server; none where none does
/// @param sessionsTotal `stot`: all that came to it since the process began, served or not
/// @param servers by name, in HAProxy's order
public record PoolView(
    String pool,
    @Nullable String algorithm,
    @Nullable String cookie,
    long sessionsTotal,
    Map<String, ServerView> servers) {
  public Optional<ServerView> server(String name) {
    return Optional.ofNullable(servers.get(name));
  }

  public List<String> serverNames() {
    return List.copyOf(servers.keySet());
  }
}
