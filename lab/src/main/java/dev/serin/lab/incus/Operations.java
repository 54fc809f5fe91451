package dev.serin.lab.incus;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The operations under way, and those that ended within the last five seconds: older ones are
/// forgotten, as the daemon forgets them.
final class Operations {

  /// What the daemon keeps a finished operation for.
  static final Duration KEPT = Duration.ofSeconds(5);

  /// @param metadata what the operation tells when it is done
  record Done(@Nullable ObjectNode metadata) {}

  /// The operation failed: an error of the daemon's, not a command's exit code.
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;
    private final int code;

    Failed(int code, String message) {
      super(message);
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /// The work of an operation.
  interface Work {
    Done run(String operationId) throws Failed, InterruptedException;
  }

  private record Entry(
      String id,
      String instance,
      String description,
      Instant createdAt,
      CompletableFuture<Done> result,
      AtomicReference<@Nullable Instant> endedAt) {}

  private final JsonMapper json;
  private final InstantSource clock;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  Operations(JsonMapper json, InstantSource clock) {
    this.json = json;
    this.clock = clock;
  }

  /// Begins the work on its own thread.
  ApiReply begin(String instance, String description, Work work) {
    Entry entry =
        new Entry(
            UUID.randomUUID().toString(),
            instance,
            description,
            clock.instant(),
            new CompletableFuture<>(),
            new AtomicReference<@Nullable Instant>());
    entries.put(entry.id, entry);
    ObjectNode shown = show(entry);
    Thread.ofVirtual().name("operation").start(() -> run(entry, work));
    return new ApiReply.Async("/1.0/operations/" + entry.id, shown);
  }

  private void run(Entry entry, Work work) {
    try {
      Done done = work.run(entry.id);
      end(entry);
      entry.result.complete(done);
    } catch (Failed e) {
      end(entry);
      entry.result.completeExceptionally(e);
    } catch (InterruptedException e) {
      end(entry);
      entry.result.completeExceptionally(new Failed(500, "interrupted"));
    }
  }

  private void end(Entry entry) {
    entry.endedAt.set(clock.instant());
  }

  ApiReply show(String id) {
    Entry entry = find(id);
    return entry == null
        ? new ApiReply.Error(404, "Operation not found")
        : new ApiReply.Sync(show(entry));
  }

  /// Waits for its end.
  ///
  /// @param timeout null for as long as it takes
  ApiReply await(String id, @Nullable Duration timeout) throws InterruptedException {
    Entry entry = find(id);
    if (entry == null) {
      return new ApiReply.Error(404, "Operation not found");
    }
    try {
      if (timeout == null) {
        entry.result.get();
      } else {
        entry.result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      }
      return new ApiReply.Sync(show(entry));
    } catch (TimeoutException e) {
      return new ApiReply.LateError(500, "context deadline exceeded");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Failed failed) {
        return new ApiReply.LateError(failed.code(), String.valueOf(failed.getMessage()));
      }
      throw new IllegalStateException("an operation that failed by a bug", e);
    }
  }

  private @Nullable Entry find(String id) {
    Instant now = clock.instant();
    entries
        .values()
        .removeIf(entry -> {
          Instant ended = entry.endedAt.get();
          return ended != null && ended.plus(KEPT).isBefore(now);
        });
    return entries.get(id);
  }

  private ObjectNode show(Entry entry) {
    ObjectNode shown = json.createObjectNode();
    String status = "Running";
    int statusCode = 103;
    String error = "";
    ObjectNode metadata = null;
    if (entry.result.isCompletedExceptionally()) {
      status = "Failure";
      statusCode = 400;
      error = String.valueOf(entry.result.exceptionNow().getMessage());
    } else if (entry.result.isDone()) {
      status = "Success";
      statusCode = 200;
      metadata = entry.result.resultNow().metadata();
    }
    Instant ended = entry.endedAt.get();
    shown.put("id", entry.id);
    shown.put("class", "task");
    shown.put("description", entry.description);
    shown.put("created_at", entry.createdAt.toString());
    shown.put("updated_at", (ended == null ? entry.createdAt : ended).toString());
    shown.put("status", status);
    shown.put("status_code", statusCode);
    shown.putObject("resources").putArray("instances").add("/1.0/instances/" + entry.instance);
    shown.set("metadata", metadata == null ? json.nullNode() : metadata);
    shown.put("may_cancel", false);
    shown.put("err", error);
    shown.put("location", "none");
    return shown;
  }
}
