package dev.serin.haproxy.runtime;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import org.jspecify.annotations.Nullable;

/// One server of one pool, as one HAProxy process has it at one moment.
///
/// @param status HAProxy's own word: `UP`, `UP 1/3`, `DOWN 1/2`, `DRAIN`, `MAINT (via b/s)`, …
/// @param adminBits `srv_admin_state`, a bit mask
/// @param weight the configured weight (`uweight`), 0 to 256
/// @param initialWeight the weight in the configuration file
/// @param address `host:port`; none where HAProxy does not say
/// @param cookie the value that the pool's cookie has for this server; none without one
/// @param sessions `scur`: requests and tunnels that are on it now
/// @param queued requests that wait for it alone
/// @param busyConnections connections to it that carry something, health checks left out
/// @param sessionsTotal `stot`: all sessions since the process began
/// @param chosenTotal `lbtot`: how often the balancing chose it; who has its cookie is not counted
/// @param answersTotal answers of it with a status below 400
/// @param refusalsTotal answers of it with a status from 400 to 499
/// @param backup whether it takes requests only when no server that is none is up
/// @param unwatched whether somebody has switched its health checks off
/// @param agent whether an agent check may set its weight
/// @param rampPercent how much of its weight it has, 1 to 100: below 100 while a slow start lasts
public record ServerView(
    String pool,
    String server,
    String status,
    int adminBits,
    int weight,
    int initialWeight,
    @Nullable String address,
    @Nullable String cookie,
    int sessions,
    int queued,
    int busyConnections,
    long sessionsTotal,
    long chosenTotal,
    long answersTotal,
    long refusalsTotal,
    boolean backup,
    boolean unwatched,
    AgentCheck agent,
    int rampPercent) {
  /// `srv_admin_state`: maintenance forced by a person or by Serin.
  static final int FORCED_MAINT = 0x01;

  /// Maintenance forced, inherited from a tracked server, or for a name that does not resolve.
  static final int ANY_MAINT = 0x01 | 0x02 | 0x20;

  /// Drain forced by a person or by Serin.
  static final int FORCED_DRAIN = 0x08;

  /// Drain forced or inherited.
  static final int ANY_DRAIN = 0x08 | 0x10;

  /// The state as `set server … state` sets it.
  public AdminState adminState() {
    if ((adminBits & FORCED_MAINT) != 0) {
      return AdminState.MAINT;
    }
    return (adminBits & FORCED_DRAIN) != 0 ? AdminState.DRAIN : AdminState.READY;
  }

  /// Whether new requests may be given to it, whatever its health.
  public boolean admitted() {
    return (adminBits & (ANY_MAINT | ANY_DRAIN)) == 0;
  }

  /// Whether HAProxy gives it requests: admitted, weight above 0, and up or unchecked (I2).
  public boolean inRotation() {
    return admitted() && weight > 0 && (status.startsWith("UP") || status.equals("no check"));
  }

  /// Whether it is in rotation and its last check passed. `UP 1/3` is what HAProxy says of a server
  /// that it admitted from maintenance and has not checked yet, dead or alive; where its checks are
  /// switched off, nothing else will ever come.
  public boolean confirmedInRotation() {
    return inRotation() && (unwatched || !status.startsWith("UP "));
  }

  /// Whether a slow start gives it less than its weight says, for now.
  public boolean ramping() {
    return inRotation() && rampPercent < 100;
  }

  /// Whether it has this state and weight.
  ///
  /// @param weighed whether traffic is shared by weights; else a weight is the agent's own that an
  ///   agent check may set
  public boolean isAs(AdminState state, int asked, boolean weighed) {
    return adminState() == state && (weight == asked || leavesItsWeight(weighed));
  }

  /// Whether its weight is left to an agent check.
  public boolean leavesItsWeight(boolean weighed) {
    return agent == AgentCheck.ON && !weighed;
  }

  /// Whether nothing at all is on it.
  public boolean idle() {
    return sessions == 0 && queued == 0 && busyConnections == 0;
  }
}
