package dev.serin.coordinator.streams;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/// A record on its way out: which topic, which bytes.
///
/// @param value none for a tombstone
@SuppressWarnings("ArrayRecordComponent") // never compared, only passed on
public record Routed(String topic, byte @Nullable [] value) {
  /// Writes the bytes alone; nothing is ever read back as a routed record.
  static Serde<Routed> serde() {
    Serializer<Routed> writer = (topic, routed) -> routed == null ? null : routed.value();
    Deserializer<Routed> reader =
        (topic, bytes) -> {
          throw new IllegalStateException(
              "a routed record is only written, found "
                  + new String(bytes, StandardCharsets.UTF_8)
                  + " on "
                  + topic);
        };
    return Serdes.serdeFrom(writer, reader);
  }
}
