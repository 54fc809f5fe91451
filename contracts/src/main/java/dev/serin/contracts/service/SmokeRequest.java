package dev.serin.contracts.service;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.serin.contracts.Check;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request of a smoke test: asked of the node itself, in the dark, before it takes traffic.
///
/// @param get what is asked for, whatever the method: a path with its query, beginning with `/`, at
///   the host and port of the health URL
/// @param status the HTTP status that must come, such as 200
/// @param contains what the answer's first 64 KiB must contain, `$version` for the release's
///   version; none for anything
/// @param json by JSON pointer (RFC 6901), what text the value there must have; an answer above 64
///   KiB has none
/// @param within how long the right answer may take, above 0
/// @param method the HTTP method, in capitals
/// @param headers what goes with it, by name, `$version` for the release's version in each
/// @param body what is sent, `$version` for the release's version; none for nothing
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SmokeRequest(
    String get,
    int status,
    @Nullable String contains,
    Map<String, String> json,
    Duration within,
    String method,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> headers,
    @Nullable String body) {
  public SmokeRequest {
    Check.text("get", get);
    Check.atLeast("status", 1, status);
    json = Check.map(json);
    Check.positive("within", within);
    method = method == null ? "GET" : Check.text("method", method);
    headers = headers == null ? Map.of() : Check.map(headers);
  }

  /// A GET.
  public SmokeRequest(
      String get,
      int status,
      @Nullable String contains,
      Map<String, String> json,
      Duration within) {
    this(get, status, contains, json, within, "GET", Map.of(), null);
  }

  /// What is asked for, such as `POST /api/v1/echo`.
  @JsonIgnore
  public String line() {
    return method + " " + get;
  }
}
