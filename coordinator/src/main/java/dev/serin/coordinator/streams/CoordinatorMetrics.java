package dev.serin.coordinator.streams;

import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.coordinator.saga.Decision;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/// Every metric of the coordinator's own. Tags are types and topics, never ids.
public final class CoordinatorMetrics {
  private final MeterRegistry meters;

  public CoordinatorMetrics(MeterRegistry meters) {
    this.meters = meters;
    // There from the start, so that an alarm sees the first one.
    for (String topic :
        List.of(
            Topics.REQUESTS,
            Topics.SERVICES,
            Topics.HAPROXY_EVENTS,
            Topics.INCUS_EVENTS,
            Topics.SLI_EVENTS)) {
      DeadLetters.counted(meters, topic);
    }
  }

  /// Records of this topic that could not be used ([DeadLetters#counted]).
  void deadLettered(String topic) {
    DeadLetters.counted(meters, topic).increment();
  }

  /// `serin_coordinator_events_total{type}`: rollout events published.
  void published(RolloutEvent event) {
    meters.counter("serin.coordinator.events", "type", EventHeaders.typeOf(event)).increment();
  }

  /// `serin_coordinator_ignored_total{reason}`: inputs that changed nothing, and why.
  void ignored(Decision.Ignored reason) {
    meters.counter("serin.coordinator.ignored", "reason", reason.name()).increment();
  }

  /// `serin_coordinator_wakeups_failed_total`: wake-ups of a service that hit a bug in the saga.
  void wakeFailed() {
    meters.counter("serin.coordinator.wakeups.failed").increment();
  }

  /// `serin_coordinator_wakeups_rebuilt_total`: wake-ups that a start found missing in their index.
  void wakeRebuilt() {
    meters.counter("serin.coordinator.wakeups.rebuilt").increment();
  }

  /// `serin_coordinator_commands_total{agent}`: commands sent, repetitions counted.
  void commanded(String agent) {
    meters.counter("serin.coordinator.commands", "agent", agent).increment();
  }
}
