package dev.serin.coordinator.streams;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.coordinator.saga.Ledger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers for rollouts that are over or unknown. They change nothing (I10) and are counted; one
/// line of the log says which they were, for whoever wonders why a command had an effect so late.
final class LateAnswers {
  private static final Logger log = LoggerFactory.getLogger(LateAnswers.class);

  private LateAnswers() {}

  static void tell(Ledger ledger, AgentEvent event) {
    String found = found(ledger, event);
    if (found != null) {
      log.atInfo()
          .addKeyValue("service", event.head().service())
          .addKeyValue("rollout", event.head().rolloutId())
          .addKeyValue("command", event.head().commandId())
          .addKeyValue("phase", found)
          .log("ignored an answer that nobody awaits: {}", EventHeaders.typeOf(event));
    }
  }

  /// How its rollout ended, or `UNKNOWN` where the ledger has another one, or none; none where it
  /// is the active one's (repetitions are common), or a plan's, which is awaited elsewhere.
  static @Nullable String found(Ledger ledger, AgentEvent event) {
    String id = event.head().rolloutId();
    if (RolloutIds.isPlan(id)
        || (ledger.active() != null && ledger.active().rolloutId().equals(id))) {
      return null;
    }
    Ledger.Ended ended = ledger.lastEnded();
    return ended != null && ended.rolloutId().equals(id) ? ended.phase().name() : "UNKNOWN";
  }
}
