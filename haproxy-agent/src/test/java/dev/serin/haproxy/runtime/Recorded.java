package dev.serin.haproxy.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Answers as a real HAProxy gave them.
public final class Recorded {
  private Recorded() {}

  public static String answer(String name) {
    try (InputStream in =
        Objects.requireNonNull(Recorded.class.getResourceAsStream("/recorded/" + name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
