package dev.serin.incus.instance;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusCommand.InstanceRef;
import dev.serin.incus.rest.IncusServer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/// The Incus servers that the agent's settings name.
public final class Servers {
  private final Map<String, IncusServer> servers;

  public Servers(Collection<IncusServer> servers) {
    this.servers = new TreeMap<>();
    servers.forEach(server -> this.servers.put(server.name(), server));
  }

  /// The same servers for a work that is to be over by then.
  Servers until(Instant deadline, InstantSource clock) {
    return new Servers(servers.values().stream().map(it -> it.until(deadline, clock)).toList());
  }

  Collection<IncusServer> all() {
    return servers.values();
  }

  boolean knows(String host) {
    return servers.containsKey(host);
  }

  /// What can be said of a host that the settings don't have.
  String unknown(String host) {
    return "host " + host + ": expected one of " + servers.keySet() + " (serin.incus.servers)";
  }

  IncusServer of(InstanceRef instance) throws CommandFailed {
    IncusServer server = servers.get(instance.host());
    if (server == null) {
      throw new CommandFailed(
          Reason.INVALID,
          "one of the hosts " + servers.keySet(),
          instance.host(),
          "name it in serin.incus.servers, or mend the node's host");
    }
    return server;
  }
}
