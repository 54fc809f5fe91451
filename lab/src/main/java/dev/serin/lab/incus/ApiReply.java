package dev.serin.lab.incus;

import java.nio.ByteBuffer;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What the stand-in answers.
sealed interface ApiReply {

  /// Done, with what was asked for.
  record Sync(JsonNode metadata) implements ApiReply {}

  /// Begun; HTTP status 202.
  record Async(String operation, JsonNode metadata) implements ApiReply {}

  /// Refused; the HTTP status is the error's.
  record Error(int code, String message) implements ApiReply {}

  /// An error after the answer had begun: the daemon sends 200 before it waits for an operation.
  record LateError(int code, String message) implements ApiReply {}

  /// A file's bytes, or a directory's names with its headers.
  record Raw(ByteBuffer bytes, String contentType, Map<String, String> headers)
      implements ApiReply {}
}
