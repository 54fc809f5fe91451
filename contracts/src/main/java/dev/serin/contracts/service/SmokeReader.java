package dev.serin.contracts.service;

import dev.serin.contracts.json.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Reads the requests of a smoke test.
final class SmokeReader {
  /// How many requests there may be: each costs a moment on every node.
  private static final int MOST = 20;

  private static final int LONGEST_TEXT = 1_000;
  private static final int LONGEST_BODY = 16_384;
  private static final int MOST_HEADERS = 20;
  private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e]{0,999}");
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  /// A token (RFC 9110, 5.6.2).
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");

  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{0,1000}");
  private static final Pattern POINTER = Pattern.compile("/[^\\x00-\\x1f]{0,199}");

  private SmokeReader() {}

  static List<SmokeRequest> requests(Fields fields) {
    List<SmokeRequest> requests = new ArrayList<>();
    for (Fields smoke : fields.objects("smoke")) {
      String field = smoke.has("path") ? "path" : "get";
      String get = smoke.requiredText(field);
      boolean isPath = PATH.matcher(get).matches();
      if (smoke.text(field).isPresent() && !isPath) {
        smoke.problem(field, "expected a path that begins with '/', found another text");
      }
      String method = smoke.text("method").orElse("GET");
      if (!METHODS.contains(method)) {
        smoke.problem(
            "method",
            "expected one of " + String.join(", ", new TreeSet<>(METHODS)) + ", found another");
      }
      Map<String, String> headers = headers(smoke);
      String body = smoke.text("body").orElse(null);
      if (body != null && body.length() > LONGEST_BODY) {
        smoke.problem("body", "expected at most " + LONGEST_BODY + " characters, found more");
      }
      String contains = smoke.text("contains").orElse(null);
      if (contains != null && contains.length() > LONGEST_TEXT) {
        smoke.problem("contains", "expected at most " + LONGEST_TEXT + " characters, found more");
      }
      Map<String, String> json = smoke.textMap("json");
      for (String pointer : json.keySet()) {
        if (!POINTER.matcher(pointer).matches()) {
          smoke.problem(
              "json", "expected JSON pointers such as /build/version, found another text");
        }
      }
      if (smoke.has("path") && smoke.has("get")) {
        smoke.problem("get", "expected path or get, found both; get is path with method GET");
      }
      if (method.equals("HEAD") && (body != null || contains != null || !json.isEmpty())) {
        smoke.problem(
            "method",
            "expected another than HEAD beside body, contains or json, since a HEAD neither brings"
                + " nor gets a body; a HEAD is judged by its status");
      }
      requests.add(
          new SmokeRequest(
              isPath ? get : "/",
              smoke.integer("status", 100, 599).orElse(200),
              contains,
              json,
              smoke.duration("within", Duration.ofMillis(1)).orElse(Duration.ofSeconds(5)),
              METHODS.contains(method) ? method : "GET",
              headers,
              body));
    }
    if (requests.size() > MOST) {
      fields.problem("smoke", "expected at most " + MOST + " requests, found " + requests.size());
    }
    return requests;
  }

  private static Map<String, String> headers(Fields smoke) {
    Map<String, String> headers = smoke.textMap("headers");
    if (headers.size() > MOST_HEADERS) {
      smoke.problem("headers", "expected at most " + MOST_HEADERS + ", found " + headers.size());
    }
    headers.forEach((name, value) -> {
      if (!HEADER.matcher(name).matches() || !VALUE.matcher(value).matches()) {
        smoke.problem(
            "headers",
            "expected names that are tokens and values in one line of ASCII, found others");
      }
    });
    return headers;
  }
}
