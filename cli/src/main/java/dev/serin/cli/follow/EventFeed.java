package dev.serin.cli.follow;

import dev.serin.cli.coordinator.Coordinator;
import dev.serin.cli.coordinator.ServerSentEvents;
import dev.serin.cli.coordinator.ServerSentEvents.ServerSentEvent;
import dev.serin.cli.coordinator.StreamRefused;
import dev.serin.cli.coordinator.Wanted;
import dev.serin.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The coordinator's event stream, opened again whenever it ends, from where it ended. What it says
/// goes to the listener on one thread of its own.
public final class EventFeed implements AutoCloseable {
  /// What the feed tells.
  public sealed interface Signal {
    /// The stream is open: what happens from here on is told.
    record Connected() implements Signal {}

    /// Something happened.
    ///
    /// @param json the value as it is on the topic
    record Happened(JsonNode json) implements Signal {}

    /// The stream ended or could not be opened; it is tried again.
    record Lost(String why) implements Signal {}
  }

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final Coordinator coordinator;
  private final Wanted wanted;
  private final Consumer<Signal> listener;
  private final Thread reader;
  private volatile boolean closed;
  private volatile @Nullable InputStream open;
  private volatile long heardAt = System.nanoTime();
  private @Nullable String lastId;

  public EventFeed(Coordinator coordinator, Wanted wanted, Consumer<Signal> listener) {
    this.coordinator = coordinator;
    this.wanted = wanted;
    this.listener = listener;
    this.reader = Thread.ofVirtual().name("event-feed").unstarted(this::run);
  }

  public EventFeed start() {
    reader.start();
    return this;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      String ended = readOnce();
      if (closed) {
        return;
      }
      listener.accept(new Signal.Lost(ended));
      pause = heardSince(pause) ? FIRST_PAUSE : pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      try {
        Thread.sleep(pause);
      } catch (InterruptedException stopped) {
        return;
      }
    }
  }

  private boolean heardSince(Duration pause) {
    return System.nanoTime() - heardAt < pause.toNanos();
  }

  /// Reads one connection to its end and says how it ended.
  private String readOnce() {
    try (InputStream stream = coordinator.events(wanted, lastId);
        ServerSentEvents events = new ServerSentEvents(stream, this::heard)) {
      open = stream;
      heard();
      listener.accept(new Signal.Connected());
      return read(events);
    } catch (StreamRefused refused) {
      lastId = null;
      return refused.getMessage() == null ? "refused" : refused.getMessage();
    } catch (IOException failed) {
      return Coordinator.sentence(failed);
    } finally {
      open = null;
    }
  }

  private String read(ServerSentEvents events) throws IOException {
    try {
      while (!closed) {
        Optional<ServerSentEvent> next = events.next();
        if (next.isEmpty()) {
          return "the stream ended";
        }
        tell(next.get());
      }
      return "closed";
    } finally {
      lastId = events.lastId() == null ? lastId : events.lastId();
    }
  }

  private void heard() {
    heardAt = System.nanoTime();
  }

  private void tell(ServerSentEvent event) {
    JsonNode json;
    try {
      json = Json.mapper().readTree(event.data());
    } catch (JacksonException notJson) {
      return; // No rollout event; a later version may send other things.
    }
    if (json.isObject() && wanted.has(json)) {
      listener.accept(new Signal.Happened(json));
    }
  }

  /// Opens the stream again if nothing at all, not even a heartbeat, came for so long: a machine
  /// that died says no goodbye.
  public void reconnectAfterSilence(Duration limit) {
    InputStream stream = open;
    if (stream != null && System.nanoTime() - heardAt > limit.toNanos()) {
      heard();
      close(stream);
    }
  }

  private static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException alreadyBroken) {
      // It was to be given up anyway.
    }
  }

  @Override
  public void close() {
    closed = true;
    InputStream stream = open;
    if (stream != null) {
      close(stream);
    }
    reader.interrupt();
  }
}
