package dev.serin.coordinator.streams;

import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.coordinator.saga.Decision;
import io.micrometer.core.instrument.MeterRegistry;

/// Every metric of the coordinator's own. Tags are types and topics, never ids.
public final class CoordinatorMetrics {
  private final MeterRegistry meters;

  public CoordinatorMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /// `serin_coordinator_dead_letters_total{topic}`: records that could not be read.
  void deadLettered(String topic) {
    meters.counter("serin.coordinator.dead.letters", "topic", topic).increment();
  }

  /// `serin_coordinator_events_total{type}`: rollout events published.
  void published(RolloutEvent event) {
    meters.counter("serin.coordinator.events", "type", EventHeaders.typeOf(event)).increment();
  }

  /// `serin_coordinator_ignored_total{reason}`: inputs that changed nothing, and why.
  void ignored(Decision.Ignored reason) {
    meters.counter("serin.coordinator.ignored", "reason", reason.name()).increment();
  }

  /// `serin_coordinator_commands_total{agent}`: commands sent, repetitions counted.
  void commanded(String agent) {
    meters.counter("serin.coordinator.commands", "agent", agent).increment();
  }
}
