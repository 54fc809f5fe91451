package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request of a smoke test: asked of the node itself, in the dark, before it takes traffic.
///
/// @param get what is asked for: a path with its query, beginning with `/`, at the host and port of
///   the health URL
/// @param status the HTTP status that must come, such as 200
/// @param contains what the answer's first 64 KiB must contain, `$version` for the release's
///   version; none for anything
/// @param json by JSON pointer (RFC 6901), what text the value there must have; an answer above 64
///   KiB has none
/// @param within how long the right answer may take, above 0
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SmokeRequest(
    String get, int status, @Nullable String contains, Map<String, String> json, Duration within) {
  public SmokeRequest {
    Check.text("get", get);
    Check.atLeast("status", 1, status);
    json = Check.map(json);
    Check.positive("within", within);
  }
}
