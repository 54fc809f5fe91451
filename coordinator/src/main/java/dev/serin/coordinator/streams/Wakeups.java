package dev.serin.coordinator.streams;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/// The index of when which service is to be woken: due times are looked up, never scanned for.
final class Wakeups {
  private static final byte[] FIRST = new byte[0];

  private final KeyValueStore<String, byte[]> store;

  Wakeups(KeyValueStore<String, byte[]> store) {
    this.store = store;
  }

  /// One that is due.
  ///
  /// @param tries how many tries to wake the service have failed
  record Due(String service, int tries) {}

  void at(Instant at, String service) {
    store.put(key(at, service), FIRST);
  }

  /// The next try after that many have failed.
  void again(Instant at, String service, int tries) {
    store.put(key(at, service), TryAgain.kept(tries));
  }

  void not(Instant at, String service) {
    store.delete(key(at, service));
  }

  /// Whether the service is woken then, or tried again at any time.
  boolean has(Instant at, String service) {
    return store.get(key(at, service)) != null || !retries(service).isEmpty();
  }

  /// Takes out what is due.
  List<Due> due(Instant now) {
    List<KeyValue<String, byte[]>> found = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> entries =
        store.range(key(Instant.EPOCH, ""), key(now.plusMillis(1), ""))) {
      entries.forEachRemaining(found::add);
    }
    List<Due> due = new ArrayList<>();
    for (KeyValue<String, byte[]> entry : found) {
      store.delete(entry.key);
      due.add(
          new Due(entry.key.substring(entry.key.indexOf('/') + 1), TryAgain.tries(entry.value)));
    }
    return due;
  }

  /// One chain of tries a service, however many wake-ups failed: the new one goes on from the old.
  ///
  /// @return how many tries the old one had; 0 where there was none
  int forgetRetries(String service) {
    int tries = 0;
    for (KeyValue<String, byte[]> retry : retries(service)) {
      tries = Math.max(tries, TryAgain.tries(retry.value));
      store.delete(retry.key);
    }
    return tries;
  }

  private List<KeyValue<String, byte[]>> retries(String service) {
    List<KeyValue<String, byte[]>> retries = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> entries = store.all()) {
      entries.forEachRemaining((KeyValue<String, byte[]> entry) -> {
        if (entry.value.length > 0 && entry.key.endsWith("/" + service)) {
          retries.add(entry);
        }
      });
    }
    return retries;
  }

  /// Due times sort as text.
  private static String key(Instant at, String service) {
    String millis = Long.toString(at.toEpochMilli());
    return "0".repeat(Math.max(0, 15 - millis.length())) + millis + "/" + service;
  }
}
