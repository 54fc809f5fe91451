package dev.serin.incus.rest;

/// An Incus server gave no answer that can be used, so whether the call had its effect is unknown.
/// Whoever gets this looks again: everything that the agent does may be done twice.
public final class Unreachable extends Exception {
  private static final long serialVersionUID = 1L;

  private final String server;

  Unreachable(String server, String found) {
    super(found, null, false, false);
    this.server = server;
  }

  /// The server's name in the agent's settings.
  public String server() {
    return server;
  }

  /// What came instead of an answer.
  public String found() {
    return String.valueOf(getMessage());
  }
}
