package dev.serin.coordinator.rescue;

import dev.serin.coordinator.saga.Ledger;

/// Where rescue sheets are kept.
public interface RescueSheets {
  /// Keeps none.
  RescueSheets NONE = ledger -> {};

  /// A service's ledger has changed, or has become this coordinator's.
  void changed(Ledger ledger);

  /// A service's ledger is gone: its newest sheet is all that is known of its rollout.
  default void lost(String service) {}

  /// The service may be another coordinator's from now on; or this one stops, and there may be no
  /// other.
  default void left(String service) {}
}
