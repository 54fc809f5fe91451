package dev.serin.cli.coordinator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads an event stream (WHATWG HTML, section 9.2): fields until an empty line, comments skipped.
public final class ServerSentEvents implements AutoCloseable {
  /// @param id what resumes the stream after this event; none before the server gave one
  /// @param type the event's type, `message` where the server named none
  public record ServerSentEvent(@Nullable String id, String type, String data) {}

  private final BufferedReader lines;
  private final Runnable heard;
  private volatile @Nullable String lastId;

  /// @param heard called for every line, a heartbeat's too
  public ServerSentEvents(InputStream stream, Runnable heard) {
    this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    this.heard = heard;
  }

  /// What resumes the stream; an event without data, a heartbeat's, can move it too.
  public @Nullable String lastId() {
    return lastId;
  }

  /// The next event that has data; empty when the stream has ended.
  public Optional<ServerSentEvent> next() throws IOException {
    String id = lastId;
    String type = "message";
    StringBuilder data = new StringBuilder();
    boolean any = false;
    while (true) {
      String line = lines.readLine();
      if (line == null) {
        return Optional.empty();
      }
      heard.run();
      if (line.isEmpty()) {
        lastId = id;
        if (any) {
          return Optional.of(new ServerSentEvent(id, type, data.toString()));
        }
        type = "message";
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "id" -> id = value;
        case "event" -> type = value;
        case "data" -> {
          data.append(any ? "\n" : "").append(value);
          any = true;
        }
        default -> {
          // A comment (no name before the colon), `retry`, or a field of a later version.
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
