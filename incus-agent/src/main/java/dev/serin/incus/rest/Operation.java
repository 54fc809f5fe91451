package dev.serin.incus.rest;

import dev.serin.contracts.Check;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A background operation of the server, as `GET /1.0/operations/ID` shows it.
sealed interface Operation {
  record Running() implements Operation {}

  /// A command in an instance has ended. One that failed is a *successful* operation too.
  ///
  /// @param code its exit code
  /// @param output the path of what it wrote to standard output
  /// @param errors the path of what it wrote to standard error
  record Ended(int code, @Nullable String output, @Nullable String errors) implements Operation {}

  /// The operation itself failed (a missing command does that), or was cancelled.
  record Broken(String error, @Nullable String output, @Nullable String errors)
      implements Operation {}

  /// Status codes of the API: 103 running, 105 pending, 200 done, 400 failed, 401 cancelled.
  static Operation read(JsonNode metadata) {
    JsonNode result = metadata.path("metadata");
    String output = log(result, "1").orElse(null);
    String errors = log(result, "2").orElse(null);
    return switch (metadata.path("status_code").asInt(0)) {
      case 200 -> new Ended(result.path("return").asInt(0), output, errors);
      case 400, 401 ->
          new Broken(
              Check.printable(metadata.path("err").asString("no reason given")), output, errors);
      default -> new Running();
    };
  }

  private static Optional<String> log(JsonNode result, String stream) {
    return result.path("output").path(stream).asStringOpt();
  }
}
