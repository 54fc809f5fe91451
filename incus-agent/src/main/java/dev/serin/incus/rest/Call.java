package dev.serin.incus.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request to an Incus server.
///
/// @param path beginning with `/1.0`
/// @param query the parameters, not yet encoded
/// @param contentType of the content; empty where there is none
/// @param timeout for the whole exchange
public record Call(
    Method method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    String contentType,
    @Nullable Content content,
    Duration timeout) {
  /// The HTTP methods that the agent uses.
  public enum Method {
    GET,
    POST,
    DELETE
  }

  public Call {
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  static Call get(String path, Map<String, String> query, Duration timeout) {
    return new Call(Method.GET, path, query, Map.of(), "", null, timeout);
  }

  static Call delete(String path, Duration timeout) {
    return new Call(Method.DELETE, path, Map.of(), Map.of(), "", null, timeout);
  }

  static Call post(String path, String json, Duration timeout) {
    Content content = Content.of(json.getBytes(StandardCharsets.UTF_8));
    return new Call(Method.POST, path, Map.of(), Map.of(), "application/json", content, timeout);
  }

  Call within(Duration shorter) {
    return new Call(method, path, query, headers, contentType, content, shorter);
  }

  Call with(String parameter, String value) {
    Map<String, String> more = new LinkedHashMap<>(query);
    more.put(parameter, value);
    return new Call(method, path, more, headers, contentType, content, timeout);
  }

  /// Path and encoded query, as they stand in the request line.
  public String target() {
    StringBuilder target = new StringBuilder(path);
    char separator = '?';
    for (var parameter : new java.util.TreeMap<>(query).entrySet()) {
      target
          .append(separator)
          .append(parameter.getKey())
          .append('=')
          .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
      separator = '&';
    }
    return target.toString();
  }
}
