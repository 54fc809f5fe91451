package dev.serin.simulation;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.request.Request;
import dev.serin.coordinator.saga.Due;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.fault.Faults;
import dev.serin.simulation.service.Decisions;
import java.util.IdentityHashMap;
import java.util.Set;

/// Counts what a story's coordinators decide on, where they decide: in the phase that the rollout
/// is in by then, not in the one that was published last when somebody said something.
final class Reached implements Decisions {
  private final Coverage coverage;
  private final Faults faults;

  /// What was read of each record when it came, so that it is not parsed again.
  private final IdentityHashMap<Broker.Entry, AgentEvent> events = new IdentityHashMap<>();

  Reached(Coverage coverage, Faults faults) {
    this.coverage = coverage;
    this.faults = faults;
  }

  void appended(Broker.Entry entry, AgentEvent event) {
    events.put(entry, event);
  }

  @Override
  public void answered(Ledger before, Broker.Entry entry) {
    AgentEvent event = events.get(entry);
    if (event != null) {
      coverage.event(before.active(), event, faults.recent());
    }
  }

  @Override
  public void asked(Ledger before, Request request) {
    if (before.service().equals(Scenario.SERVICE)) {
      coverage.request(before.active(), request, faults.recent());
    }
  }

  @Override
  public void woken(Ledger before, Set<Due> due) {
    if (before.service().equals(Scenario.SERVICE)) {
      due.forEach(what -> coverage.woken(before.active(), what, faults.recent()));
    }
  }
}
