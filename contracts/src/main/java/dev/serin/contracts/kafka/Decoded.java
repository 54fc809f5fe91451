package dev.serin.contracts.kafka;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What reading a record's value came to. What is unreadable goes to the dead letters.
public sealed interface Decoded<T> {
  record Readable<T>(T value) implements Decoded<T> {}

  /// @param reason one line for the header `serin-reason`: what was expected, what was found
  record Unreadable<T>(String reason) implements Decoded<T> {}

  /// The value as a JSON tree, within the size that Serin reads.
  static Decoded<JsonNode> tree(byte @Nullable [] value) {
    if (value == null) {
      return new Unreadable<>("expected a JSON object, found no value");
    }
    if (value.length > Topics.LARGEST_VALUE_BYTES) {
      return new Unreadable<>(
          "expected at most " + Topics.LARGEST_VALUE_BYTES + " bytes, found " + value.length);
    }
    try {
      JsonNode tree = Json.mapper().readTree(value);
      return tree.isObject()
          ? new Readable<>(tree)
          : new Unreadable<>("expected a JSON object, found " + tree.getNodeType());
    } catch (JacksonException malformed) {
      return new Unreadable<>("expected a JSON object, found malformed JSON: " + cause(malformed));
    }
  }

  /// The value as one of a topic's messages.
  static <T> Decoded<T> message(byte @Nullable [] value, Class<T> type) {
    Decoded<JsonNode> tree = tree(value);
    if (tree instanceof Unreadable<JsonNode>(String reason)) {
      return new Unreadable<>(reason);
    }
    try {
      return new Readable<>(Json.mapper().readValue(value, type));
    } catch (JacksonException wrong) {
      return new Unreadable<>("expected a message of this topic, found: " + cause(wrong));
    }
  }

  /// What a message's own check says stands behind Jackson's words, which name a Java class
  /// instead.
  private static String cause(JacksonException failure) {
    String said =
        failure.getCause() instanceof IllegalArgumentException check
            ? String.valueOf(check.getMessage())
            : failure.getOriginalMessage();
    return Check.printable(Check.withoutSecrets(said));
  }
}
