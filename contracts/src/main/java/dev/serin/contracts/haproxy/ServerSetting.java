package dev.serin.contracts.haproxy;

import dev.serin.contracts.Check;

/// What one load balancer has, or shall have, for one server of one pool.
///
/// @param loadBalancer the load balancer's name in the haproxy-agent's configuration
/// @param pool the HAProxy backend
/// @param server the server's name in it
/// @param weight the configured weight, 0 to 256 (`uweight`, not the ramping one of a slow start)
/// @param state the administrative state
public record ServerSetting(
    String loadBalancer, String pool, String server, int weight, AdminState state) {
  /// HAProxy's administrative states, as `set server B/S state` takes them.
  public enum AdminState {
    READY,
    DRAIN,
    MAINT
  }

  public ServerSetting {
    Check.name("loadBalancer", loadBalancer);
    Check.name("pool", pool);
    Check.name("server", server);
    if (weight < 0 || weight > 256) {
      throw new IllegalArgumentException("weight: expected 0 to 256, was " + weight);
    }
    Check.required("state", state);
  }
}
