package dev.serin.coordinator.streams;

import dev.serin.contracts.json.Json;
import dev.serin.coordinator.saga.Limit;
import dev.serin.coordinator.saga.TurnWord;
import dev.serin.coordinator.saga.Turns;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueStore;

/// Keeps the turns of all services where a limit holds: in the one partition that its key belongs
/// to, in the same transactions as everything else.
final class TurnKeeper {
  /// What words to it are sent under; no service is called so.
  static final String KEY = "*turns";

  private final KeyValueStore<String, byte[]> store;
  private final List<Limit> limits;

  TurnKeeper(KeyValueStore<String, byte[]> store, List<Limit> limits) {
    this.store = store;
    this.limits = limits;
  }

  boolean isLimited() {
    return !limits.isEmpty();
  }

  /// Who may start now that this was said.
  List<TurnWord.Granted> hear(TurnWord word) {
    return kept(turns().hear(word, limits));
  }

  /// Who may start by the limits as they are now: they may have been others when it was asked.
  List<TurnWord.Granted> again() {
    return store.get(KEY) == null ? List.of() : kept(turns().again(limits));
  }

  private Turns turns() {
    byte[] kept = store.get(KEY);
    return kept == null ? Turns.NONE : Json.mapper().readValue(kept, Turns.class);
  }

  private List<TurnWord.Granted> kept(Turns.Next next) {
    store.put(KEY, Json.mapper().writeValueAsBytes(next.turns()));
    return next.granted();
  }
}
