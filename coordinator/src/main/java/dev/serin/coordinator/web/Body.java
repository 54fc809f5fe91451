package dev.serin.coordinator.web;

import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.Topics;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.JsonNode;

/// What a client sent: JSON of at most 256 KiB, the same rules as on the topics.
sealed interface Body {
  record Json(JsonNode tree) implements Body {}

  record Refused(ResponseEntity<String> answer) implements Body {}

  static Body of(HttpServletRequest request) throws IOException {
    byte[] bytes = request.getInputStream().readNBytes(Topics.LARGEST_VALUE_BYTES + 1);
    if (bytes.length > Topics.LARGEST_VALUE_BYTES) {
      return new Refused(tooLarge());
    }
    if (bytes.length == 0) {
      return new Refused(
          Problem.of(Problem.Kind.MALFORMED, "expected a JSON object, found an empty body")
              .response());
    }
    return switch (Decoded.tree(bytes)) {
      case Decoded.Readable<JsonNode>(JsonNode tree) -> new Json(tree);
      case Decoded.Unreadable<JsonNode>(String reason) ->
          new Refused(Problem.of(Problem.Kind.MALFORMED, reason).response());
    };
  }

  static ResponseEntity<String> tooLarge() {
    return Problem.of(
            Problem.Kind.TOO_LARGE,
            "expected at most "
                + Topics.LARGEST_VALUE_BYTES
                + " bytes (256 KiB), found more; send less, for example without large migrations")
        .response();
  }
}
