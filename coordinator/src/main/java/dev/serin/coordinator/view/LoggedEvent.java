package dev.serin.coordinator.view;

import dev.serin.contracts.Check;
import dev.serin.contracts.kafka.Decoded;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;

/// One record of `serin.rollouts.v1`.
///
/// @param partition the record's partition, 0 or more
/// @param offset the record's offset in it, 0 or more
/// @param sequence its number within its rollout, 1 or more
/// @param json the record's value, word for word
public record LoggedEvent(
    int partition,
    long offset,
    String type,
    String service,
    String rolloutId,
    long sequence,
    String json) {

  /// Empty when the record is no rollout event.
  static Optional<LoggedEvent> of(ConsumerRecord<String, byte[]> record) {
    if (!(Decoded.tree(record.value()) instanceof Decoded.Readable<JsonNode>(JsonNode tree))) {
      return Optional.empty();
    }
    String type = text(tree, "type");
    String rolloutId = text(tree, "rolloutId");
    if (!Check.isName(type) || rolloutId.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new LoggedEvent(
            record.partition(),
            record.offset(),
            type,
            text(tree, "service"),
            rolloutId,
            tree.path("sequence").asLong(0),
            new String(record.value(), StandardCharsets.UTF_8)));
  }

  private static String text(JsonNode tree, String field) {
    return tree.path(field).asString("");
  }
}
