package dev.serin.coordinator.streams;

import dev.serin.coordinator.saga.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The saga's records of a partition's services. One may be unreadable: of another version, or
/// damaged. Whoever reads it is told so by a [JacksonException].
final class KeptLedgers implements LostRecords.Ledgers {
  private final KeyValueStore<String, byte[]> store;
  private final LedgerRecords records;

  /// @param records may know what a store before this one had
  KeptLedgers(KeyValueStore<String, byte[]> store, LedgerRecords records) {
    this.store = store;
    this.records = records;
  }

  boolean has(String service) {
    return store.get(service) != null;
  }

  /// The service's ledger; the empty one where nothing is kept.
  Ledger read(String service) {
    return records.read(service, store.get(service));
  }

  void keep(Ledger ledger) {
    store.put(ledger.service(), records.write(ledger));
  }

  void delete(String service) {
    store.delete(service);
  }

  @Override
  public @Nullable Ledger kept(String service) {
    return has(service) ? read(service) : null;
  }

  @Override
  public boolean isUnreadable(String service) {
    try {
      read(service);
      return false;
    } catch (JacksonException unreadable) {
      return true;
    }
  }

  /// All but the unreadable ones: those are told of whenever they are asked of, and start nothing.
  /// One after the other is read when its turn comes, so that the memory holds one of them, not
  /// those of all services; what is done with one may change the store.
  void eachReadable(Consumer<Ledger> look) {
    List<String> services = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining((KeyValue<String, byte[]> entry) -> services.add(entry.key));
    }
    for (String service : services) {
      Ledger ledger;
      try {
        ledger = read(service);
      } catch (JacksonException unreadable) {
        continue; // Told whenever it is asked of.
      }
      look.accept(ledger);
    }
  }
}
