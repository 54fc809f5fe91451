package dev.serin.cli.coordinator;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// What asking the coordinator came to.
public sealed interface Answer {
  /// It answered; the body may be a missing node where it said nothing.
  record Found(JsonNode body) implements Answer {}

  /// It knows nothing by that name (404).
  record Unknown(String detail) implements Answer {}

  /// It said no (400 and its like).
  ///
  /// @param problems everything that it found wrong
  /// @param body its problem details (RFC 9457)
  record Refused(int status, String detail, List<String> problems, JsonNode body)
      implements Answer {}

  /// It is there but can't answer now, or something else is there: a 5xx, or no JSON.
  record Unfit(String found) implements Answer {}

  /// Nobody answered.
  ///
  /// @param sent whether it may have received what was sent all the same
  record Unreachable(String found, boolean sent) implements Answer {}
}
