package dev.serin.simulation.service;

import dev.serin.contracts.request.Request;
import dev.serin.coordinator.saga.Due;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.simulation.broker.Broker;
import java.util.Set;

/// Hears what a coordinator decides on, with the service's ledger as it was just before.
public interface Decisions {
  /// An agent's event, whether it is awaited or not.
  void answered(Ledger before, Broker.Entry event);

  /// A request whose id nobody has used yet.
  void asked(Ledger before, Request request);

  /// Time has changed something.
  void woken(Ledger before, Set<Due> due);
}
