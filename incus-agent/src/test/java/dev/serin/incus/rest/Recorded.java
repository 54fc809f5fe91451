package dev.serin.incus.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Answers that a real Incus 6.0.4 gave.
public final class Recorded {
  private Recorded() {}

  /// Incus gives errors of operations with HTTP status 200 too.
  public static Reply reply(int status, String name) {
    try (InputStream stream = Recorded.class.getResourceAsStream("/recorded/" + name + ".json")) {
      if (stream == null) {
        throw new IllegalArgumentException("no recorded answer " + name);
      }
      return new Reply(status, stream.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
