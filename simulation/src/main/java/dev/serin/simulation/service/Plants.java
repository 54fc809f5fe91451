package dev.serin.simulation.service;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.sli.prometheus.PrometheusWire;
import org.jspecify.annotations.Nullable;

/// Where a bug can be planted, to see that it is caught. Nothing of it is production code; without
/// a plant each of these does nothing.
public interface Plants {
  Plants NONE = new Plants() {};

  /// Whether the coordinator loses this record on its way out.
  default boolean losesEvent(String topic, byte @Nullable [] value) {
    return false;
  }

  /// Whether the coordinator skips this record on its way in.
  default boolean ignores(String topic, byte @Nullable [] value) {
    return false;
  }

  /// Whether timers never go off.
  default boolean neverWakes() {
    return false;
  }

  /// Whether timers go off before what waits in the broker is read.
  default boolean outrunsItsBacklog() {
    return false;
  }

  /// The command as the agent takes it.
  default <C extends AgentCommand> C taken(C command) {
    return command;
  }

  /// Whether a machine that a haproxy-agent runs on keeps nothing.
  default boolean losesDisks() {
    return false;
  }

  /// Whether an agent goes on however long the broker has not answered it.
  default boolean worksWithoutLease() {
    return false;
  }

  /// What the agent answers without doing anything; none where it does what it should.
  default @Nullable AgentEvent answersAtOnce(AgentCommand command) {
    return null;
  }

  /// The event as the agent tells it.
  default <E extends AgentEvent> E told(E event) {
    return event;
  }

  /// The sli-watcher's way to Prometheus.
  default PrometheusWire asks(PrometheusWire wire) {
    return wire;
  }

  /// What is kept of a service, as it is written.
  default byte[] ledger(byte[] json) {
    return json;
  }
}
