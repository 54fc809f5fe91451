package dev.serin.contracts.service;

import dev.serin.contracts.json.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Reads the requests of a smoke test.
final class SmokeReader {
  /// How many requests there may be: each costs a moment on every node.
  private static final int MOST = 20;

  private static final int LONGEST_TEXT = 1_000;
  private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e]{0,999}");
  private static final Pattern POINTER = Pattern.compile("/[^\\x00-\\x1f]{0,199}");

  private SmokeReader() {}

  static List<SmokeRequest> requests(Fields fields) {
    List<SmokeRequest> requests = new ArrayList<>();
    for (Fields smoke : fields.objects("smoke")) {
      String get = smoke.requiredText("get");
      boolean isPath = PATH.matcher(get).matches();
      if (smoke.text("get").isPresent() && !isPath) {
        smoke.problem("get", "expected a path that begins with '/', found another text");
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
      requests.add(
          new SmokeRequest(
              isPath ? get : "/",
              smoke.integer("status", 100, 599).orElse(200),
              contains,
              json,
              smoke.duration("within", Duration.ofMillis(1)).orElse(Duration.ofSeconds(5))));
    }
    if (requests.size() > MOST) {
      fields.problem("smoke", "expected at most " + MOST + " requests, found " + requests.size());
    }
    return requests;
  }
}
