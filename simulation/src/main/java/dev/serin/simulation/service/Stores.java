package dev.serin.simulation.service;

import dev.serin.coordinator.streams.SagaProcessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// The coordinator's state stores, with what a transaction has changed in them: kept or taken back
/// as a whole. What is kept is what the changelog topics would hold.
final class Stores {
  private final Map<String, Store> byName = new HashMap<>();
  private final Plants plants;

  Stores(Plants plants) {
    this.plants = plants;
  }

  Store store(String name) {
    return byName.computeIfAbsent(name, key -> new Store(key, plants));
  }

  void commit() {
    byName.values().forEach(store -> store.undo.clear());
  }

  void abort() {
    byName.values().forEach(Store::takeBack);
  }

  /// Its changelog is gone.
  void lose(String name) {
    byName.remove(name);
  }

  /// One store.
  static final class Store implements KeyValueStore<String, byte[]> {
    private final String name;
    private final Plants plants;
    private final TreeMap<String, byte[]> values = new TreeMap<>();
    private final List<Runnable> undo = new ArrayList<>();

    Store(String name, Plants plants) {
      this.name = name;
      this.plants = plants;
    }

    private void takeBack() {
      for (int i = undo.size() - 1; i >= 0; i--) {
        undo.get(i).run();
      }
      undo.clear();
    }

    private void remember(String key, byte @Nullable [] before) {
      undo.add(() -> {
        if (before == null) {
          values.remove(key);
        } else {
          values.put(key, before);
        }
      });
    }

    @Override
    public void put(String key, byte[] value) {
      byte[] kept = name.equals(SagaProcessor.LEDGERS) ? plants.ledger(value) : value;
      remember(key, values.put(key, kept));
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
        remember(key, before);
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
      var entries = new TreeMap<>(of).entrySet().iterator();
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
