package dev.serin.incus.rest;

import dev.serin.contracts.Check;
import dev.serin.contracts.json.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// What stands around every answer of the API. The HTTP status is no guide: a wait that ran out of
/// time and one for an operation that failed are both answered with 200 (measured on 6.0.4).
sealed interface Envelope {
  /// The answer is complete.
  record Sync(JsonNode metadata) implements Envelope {}

  /// The server works on it.
  ///
  /// @param operation the operation's path
  record Async(String operation) implements Envelope {}

  /// The server said no.
  ///
  /// @param code as HTTP statuses are
  record Refusal(int code, String error) implements Envelope {}

  /// This is no answer of the API: a proxy's error page, or half a document.
  record Garbled(String found) implements Envelope {}

  static Envelope read(Reply reply) {
    JsonNode json;
    try {
      json = Json.mapper().readTree(reply.body());
    } catch (JacksonException notJson) {
      return garbled(reply);
    }
    if (!json.isObject()) {
      return garbled(reply);
    }
    JsonNode metadata = json.path("metadata");
    return switch (json.path("type").asString("")) {
      case "sync" -> new Sync(metadata.isMissingNode() ? NullNode.getInstance() : metadata);
      case "async" -> {
        String operation = json.path("operation").asString("");
        yield operation.startsWith("/") ? new Async(operation) : garbled(reply);
      }
      case "error" ->
          new Refusal(
              json.path("error_code").asInt(reply.status()),
              Check.printable(json.path("error").asString("no reason given")));
      default -> garbled(reply);
    };
  }

  private static Garbled garbled(Reply reply) {
    String start = reply.text().strip();
    return new Garbled(
        "HTTP status "
            + reply.status()
            + (start.isEmpty() ? " and nothing else" : " and '" + Check.printable(start) + "'"));
  }
}
