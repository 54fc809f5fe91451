package dev.serin.haproxy.config;

import dev.serin.contracts.Check;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.WireAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What the haproxy-agent is told by its configuration. Every problem is named at once.
///
/// @param loadBalancers by the names that services call them
/// @param timeout how long one exchange with a load balancer may take, 100 ms to 1 min
/// @param connections how many connections to one socket at a time, 1 to 8: HAProxy takes ten
/// @param armedSwitches the directory of this agent's own in which it keeps the dead man's switches
///   that are armed, for its next start; `armed-switches` in `serin.data` where none is given
@ConfigurationProperties("serin.haproxy")
public record HaproxySettings(
    @DefaultValue Map<String, OneLoadBalancer> loadBalancers,
    @DefaultValue("5s") Duration timeout,
    @DefaultValue("4") int connections,
    @Nullable Path armedSwitches) {
  private static final int MOST_CONNECTIONS = 8;

  /// One load balancer.
  ///
  /// @param runtime its stats socket at level admin: `unix:/path`, `tcp:host:port`, or a command as
  ///   a list whose standard input and output talk to it
  /// @param master its master's socket in the same forms, so that the requests of old workers count
  ///   after a reload; none where there is none
  /// @param url where its users come in; none where no node is to be proven through it
  /// @param leavingMap the file of its leaving map, as its configuration writes it; none without
  ///   one
  public record OneLoadBalancer(
      @DefaultValue List<String> runtime,
      @DefaultValue List<String> master,
      @Nullable URI url,
      @Nullable String leavingMap) {
    public OneLoadBalancer {
      runtime = List.copyOf(runtime);
      master = List.copyOf(master);
    }

    private void check(String name, List<String> problems) {
      String at = "serin.haproxy.load-balancers." + name + ".";
      address(at + "runtime", runtime, problems);
      if (!master.isEmpty()) {
        address(at + "master", master, problems);
      }
      URI door = url;
      if (door != null
          && (door.getHost() == null
              || door.getRawUserInfo() != null
              || !("http".equals(door.getScheme()) || "https".equals(door.getScheme())))) {
        problems.add(at + "url: expected http://host:port or https://host:port, without a user");
      }
      if (leavingMap != null && !LoadBalancer.isWord(leavingMap)) {
        problems.add(
            at
                + "leaving-map: expected a file's path without spaces, ';' or '\\', was '"
                + Check.printable(leavingMap)
                + "'");
      }
    }

    private static void address(String key, List<String> words, List<String> problems) {
      try {
        WireAddress.parse(words);
      } catch (IllegalArgumentException wrong) {
        problems.add(key + ": " + wrong.getMessage());
      }
    }
  }

  public HaproxySettings {
    loadBalancers = Map.copyOf(loadBalancers);
    List<String> problems = new ArrayList<>();
    loadBalancers.forEach((name, one) -> {
      if (!Check.isName(name)) {
        problems.add(
            "serin.haproxy.load-balancers: expected names of letters, digits, '.', '_', ':'"
                + " or '-', was '"
                + Check.printable(name)
                + "'");
      }
      one.check(name, problems);
    });
    if (timeout.compareTo(Duration.ofMillis(100)) < 0
        || timeout.compareTo(Duration.ofMinutes(1)) > 0) {
      problems.add("serin.haproxy.timeout: expected 100ms to 1m, was " + timeout);
    }
    if (connections < 1 || connections > MOST_CONNECTIONS) {
      problems.add(
          "serin.haproxy.connections: expected 1 to "
              + MOST_CONNECTIONS
              + ", was "
              + connections
              + "; HAProxy takes ten in all and lets the eleventh hang");
    }
    if (armedSwitches != null && armedSwitches.toString().isBlank()) {
      problems.add("serin.haproxy.armed-switches: expected a directory, was empty");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /// Where the armed switches are kept.
  ///
  /// @param data the agent's data directory
  Path armedSwitchesIn(String data) {
    return (armedSwitches == null ? Path.of(data, "armed-switches") : armedSwitches)
        .toAbsolutePath();
  }
}
