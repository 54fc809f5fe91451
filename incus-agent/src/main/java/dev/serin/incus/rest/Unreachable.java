package dev.serin.incus.rest;

/// An Incus server gave no answer that can be used, so whether the call had its effect is unknown.
/// Whoever gets this looks again: everything that the agent does may be done twice.
///
/// One that refuses whatever it is asked is such a server too: it starts, it stops, or it does not
/// trust the agent for now. What it says then tells nothing of what was asked for.
public final class Unreachable extends Exception {
  private static final long serialVersionUID = 1L;

  private final String server;
  private final boolean distrusting;

  Unreachable(String server, String found) {
    this(server, found, false);
  }

  private Unreachable(String server, String found, boolean distrusting) {
    super(found, null, false, false);
    this.server = server;
    this.distrusting = distrusting;
  }

  /// Whether a refusal is not about the call itself. The daemon answers 503 `Daemon is starting up`
  /// and `Incus is shutting down`, and 403 to whom it does not trust (`cmd/incusd/daemon.go`,
  /// `createCmd`).
  static boolean isMeant(int code) {
    return code == 503 || isDistrust(code);
  }

  private static boolean isDistrust(int code) {
    return code == 401 || code == 403;
  }

  static Unreachable refusing(String server, int code, String error) {
    return new Unreachable(server, code + " " + error, isDistrust(code));
  }

  /// The server's name in the agent's settings.
  public String server() {
    return server;
  }

  /// What came instead of an answer.
  public String found() {
    return String.valueOf(getMessage());
  }

  /// Whether it answers others, but not this agent.
  public boolean isDistrusting() {
    return distrusting;
  }
}
