package dev.serin.incus.rest;

/// An Incus server answered, and said no.
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  /// The API's code for what does not exist.
  private static final int NOT_FOUND = 404;

  private final int code;

  Refused(int code, String error) {
    super(error, null, false, false);
    this.code = code;
  }

  public boolean isNotFound() {
    return code == NOT_FOUND;
  }

  /// The server's own words.
  public String error() {
    return String.valueOf(getMessage());
  }
}
