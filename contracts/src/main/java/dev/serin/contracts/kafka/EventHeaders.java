package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.rollout.RolloutEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/// CloudEvents 1.0 headers in Kafka's binary mode: everything that Serin publishes carries them, so
/// that tools which know nothing of Serin can route, filter and trace it.
public final class EventHeaders {
  private EventHeaders() {}

  /// @param source which part of Serin speaks, a URI reference such as `/serin/coordinator`
  public static Headers of(String source, RolloutEvent event) {
    var head = event.head();
    return write(
        source,
        typeOf(event),
        head.rolloutId() + "/" + head.sequence(),
        head.at(),
        head.rolloutId(),
        head.requestId(),
        head.requestId());
  }

  /// @param at when it was taken
  /// @param rolloutId the rollout that it is about; none where it is about none
  public static Headers of(String source, Request request, Instant at, @Nullable String rolloutId) {
    return write(
        source,
        typeOf(request),
        request.service() + "/" + request.requestId(),
        at,
        rolloutId == null ? request.service() : rolloutId,
        request.requestId(),
        request.requestId());
  }

  public static Headers of(String source, AgentCommand command) {
    var head = command.head();
    return write(
        source,
        typeOf(command),
        head.commandId(),
        head.sentAt(),
        head.rolloutId(),
        head.rolloutId(),
        head.rolloutId());
  }

  /// @param number tells the events apart that answer the same command
  public static Headers of(String source, AgentEvent event, String number) {
    var head = event.head();
    return write(
        source,
        typeOf(event),
        head.commandId() + "/" + number,
        head.at(),
        head.rolloutId(),
        head.rolloutId(),
        head.commandId());
  }

  /// Headers for a rollout's state.
  public static Headers state(String source, String rolloutId, long sequence, Instant at) {
    return write(
        source,
        "rollout-state",
        rolloutId + "/state/" + sequence,
        at,
        rolloutId,
        rolloutId,
        rolloutId);
  }

  /// Headers for the freezes of a service, or of all (`*`).
  public static Headers freezes(String source, String service, Instant at) {
    String id = service + "/freezes/" + at.toEpochMilli();
    return write(source, "freeze-state", id, at, service, service, service);
  }

  /// The `type` of a message: the name that it has on the wire.
  public static String typeOf(Object message) {
    var name =
        message.getClass().getAnnotation(com.fasterxml.jackson.annotation.JsonTypeName.class);
    if (name == null) {
      throw new IllegalArgumentException(message.getClass() + " has no type on the wire");
    }
    return name.value();
  }

  private static Headers write(
      String source,
      String type,
      String id,
      Instant at,
      String subject,
      String correlation,
      String causation) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("ce_specversion", "1.0");
    values.put("ce_type", "dev.serin." + type + ".v1");
    values.put("ce_source", source);
    values.put("ce_id", id);
    values.put("ce_time", at.toString());
    values.put("ce_subject", subject);
    values.put("ce_correlationid", correlation);
    values.put("ce_causationid", causation);
    values.put("content-type", "application/json");
    Headers headers = new RecordHeaders();
    values.forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
    return headers;
  }
}
