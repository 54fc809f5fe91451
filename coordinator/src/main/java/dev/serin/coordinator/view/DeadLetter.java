package dev.serin.coordinator.view;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.DeadLetters;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A record that could not be used, as it lies among the dead letters of its topic.
///
/// @param id where it lies
/// @param value word for word; none where there was none (a deletion)
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeadLetter(
    Id id, Instant at, @Nullable String key, byte @Nullable [] value, Headers headers) {
  /// Where a dead letter lies.
  ///
  /// @param topic the topic that it came from
  /// @param partition among that topic's dead letters
  /// @param offset among that topic's dead letters
  public record Id(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "/" + partition + "/" + offset;
    }
  }

  static DeadLetter of(String topic, ConsumerRecord<String, byte[]> record) {
    return new DeadLetter(
        new Id(topic, record.partition(), record.offset()),
        Instant.ofEpochMilli(record.timestamp()),
        record.key(),
        record.value(),
        record.headers());
  }

  /// Of which dead letter this is the mark that it was sent again; none where it is one itself.
  @Nullable String marks() {
    return header(DeadLetters.REASON) == null ? header(DeadLetters.REPLAYED) : null;
  }

  /// The headers that it had before it was one.
  public Headers originalHeaders() {
    RecordHeaders original = new RecordHeaders(headers.toArray());
    original.remove(DeadLetters.REASON);
    original.remove(DeadLetters.ORIGIN);
    original.remove(DeadLetters.REPLAYED);
    return original;
  }

  private @Nullable String header(String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /// What a list shows of it.
  ObjectNode line() {
    ObjectNode line = Json.mapper().createObjectNode();
    line.put("id", id.toString());
    line.put("topic", id.topic());
    line.put("key", key);
    line.put("reason", header(DeadLetters.REASON));
    line.put("origin", header(DeadLetters.ORIGIN));
    line.put("at", at.toString());
    line.put("sizeBytes", value == null ? 0 : value.length);
    if (header(DeadLetters.REPLAYED) != null) {
      line.put("replayOf", header(DeadLetters.REPLAYED));
    }
    return line;
  }

  /// All of it: `value` as text, or as `valueBase64` where it is none.
  public ObjectNode whole() {
    ObjectNode whole = line();
    try {
      whole.put(
          "value",
          value == null
              ? null
              : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
    } catch (CharacterCodingException binary) {
      whole.put("valueBase64", Base64.getEncoder().encodeToString(value));
    }
    ObjectNode names = whole.putObject("headers");
    for (Header header : originalHeaders()) {
      names.put(
          header.key(),
          header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8));
    }
    return whole;
  }
}
