package dev.serin.coordinator.streams;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Reads what people wrote: requests and service definitions. What is sound goes on to its
/// service's saga, under the service's name whatever its key was; what is not goes to the dead
/// letters with every problem named.
public final class Intake implements Processor<byte[], byte[], String, Routed> {
  /// The kinds of records that the saga gets from here, as the first byte of their values.
  public static final byte REQUEST = 'R';

  static final byte DEFINITION = 'D';
  static final byte DELETION = 'X';

  /// What the saga says to itself in another partition.
  static final byte TURN = 'T';

  /// Marks what goes on to the saga.
  public static final String SAGA = "saga";

  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  private final CoordinatorMetrics metrics;
  private @Nullable ProcessorContext<String, Routed> context;

  public Intake(CoordinatorMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<String, Routed> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    ProcessorContext<String, Routed> to = java.util.Objects.requireNonNull(context);
    RecordMetadata origin = to.recordMetadata().orElseThrow();
    boolean isRequest = origin.topic().equals(Topics.REQUESTS);
    switch (isRequest ? request(record.value()) : definition(record.key(), record.value())) {
      case Decoded.Readable<Sound>(Sound sound) ->
          to.forward(
              record
                  .withKey(sound.service)
                  .withValue(new Routed(SAGA, tagged(sound.kind, sound.value))));
      case Decoded.Unreadable<Sound>(String reason) -> {
        metrics.deadLettered(origin.topic());
        log.atWarn()
            .addKeyValue("topic", origin.topic())
            .addKeyValue("partition", origin.partition())
            .addKeyValue("offset", origin.offset())
            .log("a record goes to the dead letters: {}", reason);
        to.forward(
            record
                .withKey(
                    record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8))
                .withValue(new Routed(Topics.deadLetters(origin.topic()), record.value()))
                .withHeaders(
                    DeadLetters.headers(
                        record.headers(),
                        reason,
                        origin.topic(),
                        origin.partition(),
                        origin.offset())));
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared, only passed on
  private record Sound(byte kind, String service, byte[] value) {}

  private static Decoded<Sound> request(byte @Nullable [] value) {
    return switch (Decoded.tree(value)) {
      case Decoded.Unreadable<JsonNode>(String reason) -> new Decoded.Unreadable<>(reason);
      case Decoded.Readable<JsonNode>(JsonNode tree) ->
          switch (RequestReader.read(tree)) {
            case Parsed.Invalid<Request>(List<String> problems) ->
                new Decoded.Unreadable<>(String.join("; ", problems));
            case Parsed.Valid<Request>(Request request) ->
                new Decoded.Readable<>(
                    new Sound(
                        REQUEST, request.service(), Json.mapper().writeValueAsBytes(request)));
          };
    };
  }

  private static Decoded<Sound> definition(byte @Nullable [] key, byte @Nullable [] value) {
    String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    if (value == null) {
      return name.isEmpty()
          ? new Decoded.Unreadable<>("expected a service's name as the key, found none")
          : new Decoded.Readable<>(new Sound(DELETION, name, new byte[0]));
    }
    return switch (Decoded.tree(value)) {
      case Decoded.Unreadable<JsonNode>(String reason) -> new Decoded.Unreadable<>(reason);
      case Decoded.Readable<JsonNode>(JsonNode tree) ->
          switch (ServiceReader.read(tree)) {
            case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
                new Decoded.Unreadable<>(String.join("; ", problems));
            case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) ->
                definition.service().equals(name)
                    ? new Decoded.Readable<>(
                        new Sound(DEFINITION, name, Json.mapper().writeValueAsBytes(definition)))
                    : new Decoded.Unreadable<>(
                        "expected the key to equal the service '"
                            + definition.service()
                            + "', found '"
                            + dev.serin.contracts.Check.printable(name)
                            + "'");
          };
    };
  }

  static byte[] tagged(byte kind, byte[] value) {
    byte[] tagged = new byte[value.length + 1];
    tagged[0] = kind;
    System.arraycopy(value, 0, tagged, 1, value.length);
    return tagged;
  }
}
