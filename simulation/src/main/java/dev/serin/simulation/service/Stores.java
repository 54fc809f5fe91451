package dev.serin.simulation.service;

import dev.serin.coordinator.streams.SagaProcessor;
import dev.serin.simulation.broker.Broker;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// The state stores of one coordinator process, with what a transaction has changed in them: kept
/// or taken back as a whole. What is kept is written to the changelog topics, and these are all
/// that the next process begins with: no local disk outlives anybody (I11).
final class Stores {
  private final Map<String, Store> byName = new HashMap<>();
  private final Broker broker;
  private final Plants plants;

  Stores(Broker broker, Plants plants) {
    this.broker = broker;
    this.plants = plants;
  }

  Store store(String name) {
    return byName.computeIfAbsent(
        name, key -> new Store(key, plants, broker.compacted(changelog(key))));
  }

  private static String changelog(String name) {
    return name + "-changelog";
  }

  void commit() {
    for (Store store : byName.values()) {
      store.changed.forEach(key -> broker.keep(changelog(store.name), key, store.values.get(key)));
      store.changed.clear();
    }
  }

  /// What this process had by itself is gone: it begins with what is on the broker.
  void forget() {
    byName.clear();
  }

  /// Its changelog is gone.
  void lose(String name) {
    broker.lose(changelog(name));
    byName.remove(name);
  }

  /// One store.
  static final class Store implements KeyValueStore<String, byte[]> {
    private final String name;
    private final Plants plants;
    private final TreeMap<String, byte[]> values;
    private final Set<String> changed = new HashSet<>();

    Store(String name, Plants plants, Map<String, byte[]> changelog) {
      this.name = name;
      this.plants = plants;
      this.values = new TreeMap<>(changelog);
    }

    @Override
    public void put(String key, byte[] value) {
      byte[] kept = name.equals(SagaProcessor.LEDGERS) ? plants.ledger(value) : value;
      values.put(key, kept);
      changed.add(key);
    }

    @Override
    public byte @Nullable [] putIfAbsent(String key, byte[] value) {
      byte[] before = values.get(key);
      if (before == null) {
        put(key, value);
      }
      return before;
    }

    @Override
    public void putAll(List<KeyValue<String, byte[]>> entries) {
      entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte @Nullable [] delete(String key) {
      byte[] before = values.remove(key);
      if (before != null) {
        changed.add(key);
      }
      return before;
    }

    @Override
    public byte @Nullable [] get(String key) {
      return values.get(key);
    }

    @Override
    public KeyValueIterator<String, byte[]> range(@Nullable String from, @Nullable String to) {
      return iterator(
          values.subMap(Objects.requireNonNull(from), true, Objects.requireNonNull(to), true));
    }

    @Override
    public KeyValueIterator<String, byte[]> all() {
      return iterator(values);
    }

    private static KeyValueIterator<String, byte[]> iterator(Map<String, byte[]> of) {
      var entries =
          of.isEmpty()
              ? Collections.<Map.Entry<String, byte[]>>emptyIterator()
              : new TreeMap<>(of).entrySet().iterator();
      return new KeyValueIterator<>() {
        @Override
        public boolean hasNext() {
          return entries.hasNext();
        }

        @Override
        public KeyValue<String, byte[]> next() {
          var entry = entries.next();
          return KeyValue.pair(entry.getKey(), entry.getValue());
        }

        @Override
        public String peekNextKey() {
          throw new UnsupportedOperationException("nobody peeks");
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public long approximateNumEntries() {
      return values.size();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public boolean persistent() {
      return false;
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }
}
