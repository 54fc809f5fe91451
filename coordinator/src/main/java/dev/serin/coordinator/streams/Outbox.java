package dev.serin.coordinator.streams;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.FreezeState;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.coordinator.saga.Decision;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.TurnWord;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What leaves the saga: each command, event and state on its topic, with its key and headers, and
/// the dead letters.
final class Outbox {
  private static final String SOURCE = "/serin/coordinator";
  private static final Logger log = LoggerFactory.getLogger(Outbox.class);

  private final ProcessorContext<String, Routed> context;
  private final CoordinatorMetrics metrics;
  private final InstantSource clock;

  Outbox(
      ProcessorContext<String, Routed> context, CoordinatorMetrics metrics, InstantSource clock) {
    this.context = context;
    this.metrics = metrics;
    this.clock = clock;
  }

  void send(Decision decision) {
    decision.commands().forEach(this::send);
    decision.events().forEach(this::send);
    decision.states().forEach(this::send);
    decision.turns().forEach(this::send);
  }

  /// What people have asked for now, where that has changed.
  void freezes(Ledger before, Ledger now, Instant at) {
    if (now.freezes().equals(before.freezes())) {
      return;
    }
    send(
        Topics.FREEZES,
        now.service(),
        Json.mapper().writeValueAsBytes(new FreezeState(now.service(), now.freezes(), at)),
        EventHeaders.freezes(SOURCE, now.service(), at));
  }

  void dead(
      @Nullable String key, byte @Nullable [] value, Headers headers, String reason, String topic) {
    metrics.deadLettered(topic);
    log.atWarn().addKeyValue("topic", topic).log("a record goes to the dead letters: {}", reason);
    RecordMetadata origin = context.recordMetadata().orElseThrow();
    send(
        Topics.deadLetters(topic),
        key,
        value,
        DeadLetters.headers(headers, reason, topic, origin.partition(), origin.offset()));
  }

  /// From one partition to another, by the topic that requests reach the saga by.
  void send(TurnWord word) {
    send(
        context.applicationId() + CoordinatorTopology.ASKED_SUFFIX,
        word instanceof TurnWord.Granted ? word.service() : TurnKeeper.KEY,
        Intake.tagged(Intake.TURN, Json.mapper().writeValueAsBytes(word)),
        new RecordHeaders());
  }

  private void send(AgentCommand command) {
    String topic =
        switch (command) {
          case HaproxyCommand haproxy -> Topics.HAPROXY_COMMANDS;
          case IncusCommand incus -> Topics.INCUS_COMMANDS;
          default -> Topics.SLI_COMMANDS;
        };
    metrics.commanded(topic);
    send(
        topic,
        command.head().service(),
        Json.mapper().writeValueAsBytes(command),
        EventHeaders.of(SOURCE, command));
  }

  private void send(RolloutEvent event) {
    metrics.published(event);
    log.atInfo()
        .addKeyValue("rollout", event.head().rolloutId())
        .addKeyValue("sequence", event.head().sequence())
        .addKeyValue("by", event.head().by())
        .log("{}: {}", EventHeaders.typeOf(event), event.head().why());
    send(
        Topics.ROLLOUTS,
        event.head().service(),
        Json.mapper().writeValueAsBytes(event),
        EventHeaders.of(SOURCE, event));
  }

  void send(RolloutState state) {
    send(
        Topics.ROLLOUT_STATES,
        state.rolloutId(),
        Json.mapper().writeValueAsBytes(state),
        EventHeaders.state(SOURCE, state.rolloutId(), state.sequence(), state.updatedAt()));
  }

  private void send(String topic, @Nullable String key, byte @Nullable [] value, Headers headers) {
    context.forward(
        new Record<>(
            key,
            new Routed(topic, value),
            clock.instant().toEpochMilli(),
            new RecordHeaders(headers)));
  }
}
