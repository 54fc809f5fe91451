package dev.serin.coordinator.web;

import dev.serin.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads server-sent events as the HTML standard has it: an event without data sets the last id and
/// is not told.
final class EventReader implements AutoCloseable {
  /// One event.
  record Event(String id, String type, String data) {
    JsonNode json() {
      return Json.mapper().readTree(data);
    }

    /// The rollout, and the event's number in it.
    String number() {
      return json().path("rolloutId").asString() + "/" + json().path("sequence").asString();
    }
  }

  private final BufferedReader reader;
  private String lastId = "";
  private final List<String> comments = new ArrayList<>();

  EventReader(InputStream in) {
    this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  String lastId() {
    return lastId;
  }

  List<String> comments() {
    return List.copyOf(comments);
  }

  /// Reads past the first block, which only sets the id.
  EventReader opened() throws IOException {
    while (lastId.isEmpty()) {
      if (block() == End.STREAM) {
        throw new AssertionError("expected an id, found the stream's end");
      }
    }
    return this;
  }

  /// So many events.
  List<Event> next(int count) throws IOException {
    List<Event> events = new ArrayList<>();
    while (events.size() < count) {
      Event event = next();
      if (event == null) {
        throw new AssertionError(
            "expected " + count + " events, found the stream's end after " + events.size());
      }
      events.add(event);
    }
    return events;
  }

  /// The next event; none at the end of the stream.
  @Nullable Event next() throws IOException {
    while (true) {
      Object block = block();
      if (block instanceof Event event) {
        return event;
      }
      if (block == End.STREAM) {
        return null;
      }
    }
  }

  /// Reads one block, whatever it is.
  void beat() throws IOException {
    if (block() == End.STREAM) {
      throw new AssertionError("expected more, found the stream's end");
    }
  }

  private enum End {
    BLOCK,
    STREAM
  }

  /// An event, or the end of a block without data, or of the stream.
  private Object block() throws IOException {
    List<String> data = new ArrayList<>();
    String type = "message";
    while (true) {
      String line = reader.readLine();
      if (line == null) {
        return End.STREAM;
      }
      if (line.isEmpty()) {
        return data.isEmpty() ? End.BLOCK : new Event(lastId, type, String.join("\n", data));
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
      switch (field) {
        case "" -> comments.add(value);
        case "id" -> lastId = value;
        case "event" -> type = value;
        case "data" -> data.add(value);
        default -> {}
      }
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
