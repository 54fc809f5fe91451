package dev.serin.coordinator.streams;

import dev.serin.contracts.json.Json;
import dev.serin.coordinator.saga.Ledger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The saga's records, as their store keeps them. What was read or written last is not parsed again
/// as long as the store has just those bytes: after a transaction that was taken back it has
/// others. Of what is written, the parts that have stayed as they were are not written anew
/// ([LedgerParts]).
final class LedgerRecords {
  /// Of how many services: those with a rollout under way are asked for many times a second.
  private static final int REMEMBERED = 100;

  private final Map<String, Known> newest =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > REMEMBERED;
        }
      };

  private static final class Known {
    private final byte[] kept;
    private final Ledger ledger;
    private final LedgerParts parts;

    Known(byte[] kept, Ledger ledger, LedgerParts parts) {
      this.kept = kept;
      this.ledger = ledger;
      this.parts = parts;
    }
  }

  /// @param kept none where the store has none
  /// @throws JacksonException where it can't be read
  Ledger read(String service, byte @Nullable [] kept) {
    if (kept == null) {
      return Ledger.empty(service);
    }
    Known known = newest.get(service);
    if (known != null && Arrays.equals(known.kept, kept)) {
      return known.ledger;
    }
    Ledger ledger = Json.mapper().readValue(kept, Ledger.class);
    newest.put(service, new Known(kept, ledger, new LedgerParts()));
    return ledger;
  }

  byte[] write(Ledger ledger) {
    Known known = newest.get(ledger.service());
    LedgerParts parts = known == null ? new LedgerParts() : known.parts.next();
    byte[] kept = parts.write(ledger);
    newest.put(ledger.service(), new Known(kept, ledger, parts));
    return kept;
  }
}
