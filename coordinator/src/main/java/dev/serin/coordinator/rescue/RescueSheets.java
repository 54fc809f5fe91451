package dev.serin.coordinator.rescue;

import dev.serin.coordinator.saga.Ledger;

/// Where rescue sheets are kept.
public interface RescueSheets {
  /// Keeps none.
  RescueSheets NONE = ledger -> {};

  /// A service's ledger has changed.
  void changed(Ledger ledger);

  /// A service's ledger is gone: its newest sheet is all that is known of its rollout.
  default void lost(String service) {}
}
