package dev.serin.haproxy.runtime;

/// HAProxy's auxiliary check of a server (Configuration Manual, "agent-check"), by the state that
/// `show servers state` has for it. What the agent reports may be a weight ("50%"), and then it
/// overrides within an interval whatever else has set one; whether it ever does can't be told.
public enum AgentCheck {
  /// None is configured.
  NONE,

  /// Switched off (`disable agent`): the server keeps the weight that it is given, until a reload.
  OFF,

  /// The weight is the agent's to set.
  ON;

  /// @param state `srv_agent_state`: `CHK_ST_CONFIGURED` is its bit 1, `CHK_ST_ENABLED` bit 2
  static AgentCheck of(long state) {
    if ((state & 0b010) == 0) {
      return NONE;
    }
    return (state & 0b100) == 0 ? OFF : ON;
  }
}
