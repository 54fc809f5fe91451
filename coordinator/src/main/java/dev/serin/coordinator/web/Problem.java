package dev.serin.coordinator.web;

import dev.serin.contracts.json.Json;
import java.util.List;
import java.util.Locale;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.node.ObjectNode;

/// An error as a client reads it: a problem detail (RFC 9457).
///
/// @param kind what sort of error it is, for programs
/// @param detail what was expected, what was found, and what the client can do
/// @param problems each thing that is wrong, one line each; empty where the detail says it all
record Problem(Kind kind, String detail, List<String> problems) {
  /// The sorts of errors. A released one is never renamed.
  enum Kind {
    INVALID_REQUEST(400, "The request is not valid"),
    INVALID_SERVICE(400, "The definition is not valid"),
    INVALID_PARAMETER(400, "A parameter is not valid"),
    MALFORMED(400, "The body is not readable"),
    UNKNOWN_EVENT_ID(400, "The event id is not known"),
    WRONG_TOKEN(401, "The token is another one"),
    CROSS_SITE(403, "Another site's page may not do this"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD(405, "The method does not fit"),
    NOT_ACCEPTABLE(406, "The answer's type is not accepted"),
    ROLLOUT_UNFINISHED(409, "A rollout is not over"),
    WRONG_OFFSET(409, "The upload does not go on there"),
    TOO_LARGE(413, "The body is too large"),
    CONTENT_TYPE(415, "The body's type does not fit"),
    WRONG_DIGEST(422, "The digest is another one"),
    WRONG_HOST(421, "The host is not this one"),
    NO_TOKEN(501, "There is no token for private files"),
    STILL_READING(503, "Still reading"),
    BROKER_AWAY(503, "The broker does not answer"),
    TOO_MANY(503, "Too many at once"),
    DISK_FULL(507, "The disk is full"),
    HTTP(0, "The request failed"),
    BUG(500, "A fault in Serin");

    final int status;
    final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    String type() {
      return "urn:serin:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// How long a client that got a 503 should wait, in seconds.
  private static final String RETRY_AFTER_SECONDS = "2";

  Problem {
    problems = List.copyOf(problems);
  }

  static Problem of(Kind kind, String detail) {
    return new Problem(kind, detail, List.of());
  }

  /// With every problem listed, and all of them in the detail for those who read only that.
  static Problem listing(Kind kind, List<String> problems) {
    return new Problem(kind, String.join("; ", problems), problems);
  }

  ResponseEntity<String> response() {
    return response(kind.status, HttpHeaders.EMPTY);
  }

  /// @param status for [Kind#HTTP], which has none of its own
  ResponseEntity<String> response(int status, HttpHeaders headers) {
    ResponseEntity.BodyBuilder response =
        ResponseEntity.status(status)
            .headers(headers)
            .cacheControl(CacheControl.noStore())
            .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (status == 503) {
      response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return response.body(json(status));
  }

  /// The problem detail's own text.
  String json(int status) {
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("type", kind.type());
    body.put("title", kind.title);
    body.put("status", status);
    body.put("detail", detail);
    if (!problems.isEmpty()) {
      var list = body.putArray("problems");
      problems.forEach(list::add);
    }
    return body.toString();
  }
}
