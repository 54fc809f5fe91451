package dev.serin.coordinator.streams;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/// Which requests of which services were asked before: asked again they change nothing.
final class RequestsSeen {
  /// How long request ids are remembered.
  static final Duration REMEMBERED = Duration.ofDays(30);

  private final KeyValueStore<String, byte[]> store;

  RequestsSeen(KeyValueStore<String, byte[]> store) {
    this.store = store;
  }

  boolean has(String service, Request request) {
    return store.get(key(service, request)) != null;
  }

  void remember(String service, Request request, Instant now) {
    store.put(key(service, request), Json.mapper().writeValueAsBytes(now));
  }

  void forgetOld(Instant now) {
    Instant oldest = now.minus(REMEMBERED);
    List<String> old = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> {
        if (Json.mapper().readValue(entry.value, Instant.class).isBefore(oldest)) {
          old.add(entry.key);
        }
      });
    }
    old.forEach(store::delete);
  }

  private static String key(String service, Request request) {
    return service + "\n" + request.requestId();
  }
}
