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
  private final String advice;

  Unreachable(String server, String found) {
    this(server, found, false, "see that incusd runs, and " + settings(server));
  }

  private Unreachable(String server, String found, boolean distrusting, String advice) {
    super(found, null, false, false);
    this.server = server;
    this.distrusting = distrusting;
    this.advice = advice;
  }

  private static String settings(String server) {
    return "serin.incus.servers." + server;
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

  /// @param project that the agent's settings name for this server
  static Unreachable refusing(String server, String project, int code, String error) {
    String found = code + " " + error;
    return isDistrust(code)
        ? new Unreachable(server, found, true, trust(server, project))
        : new Unreachable(server, found);
  }

  /// The server's words are the same for a certificate that it does not know and for one that is
  /// restricted to other projects.
  private static String trust(String server, String project) {
    return "see incus config trust list: the agent's certificate is not there, or it is restricted"
        + " to projects and "
        + project
        + " is not among them; and "
        + settings(server);
  }

  /// The server's name in the agent's settings.
  public String server() {
    return server;
  }

  /// What came instead of an answer.
  public String found() {
    return String.valueOf(getMessage());
  }

  /// What an operator can do.
  public String advice() {
    return advice;
  }

  /// Whether it answers others, but not this agent.
  public boolean isDistrusting() {
    return distrusting;
  }
}
