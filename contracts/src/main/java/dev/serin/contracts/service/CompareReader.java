package dev.serin.contracts.service;

import dev.serin.contracts.json.Fields;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `compare` of an SLI.
final class CompareReader {
  private static final Pattern SELECTOR =
      Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{.*})?", Pattern.DOTALL);
  private static final Pattern OF_CANARY = Pattern.compile("\\$canary\\b");

  private static final double LEAST = 0.001;
  private static final double ALPHA = 0.01;
  private static final double MOST_LEAST = 0.999;
  private static final double LEAST_ALPHA = 1e-6;
  private static final double MOST_ALPHA = 0.2;
  private static final double MIN_REQUESTS = 20;

  private CompareReader() {}

  static @Nullable Compare read(Fields sli) {
    return sli.object("compare").map(CompareReader::compare).orElse(null);
  }

  private static Compare compare(Fields compare) {
    if (compare.has("bad") == compare.has("good")) {
      compare.problem(
          "bad",
          "expected bad or good, a counter of the requests that count as bad or of those that don't,"
              + " found "
              + (compare.has("bad") ? "both" : "none"));
    }
    return new Compare(
        selector(compare, "bad"),
        selector(compare, "good"),
        compare.has("all") ? orDash(selector(compare, "all")) : compare.requiredText("all"),
        within(compare, "least", LEAST, 0, MOST_LEAST, "0 to 0.999"),
        within(compare, "alpha", ALPHA, LEAST_ALPHA, MOST_ALPHA, "0.000001 to 0.2"),
        within(compare, "minRequests", MIN_REQUESTS, 1, Double.MAX_VALUE, "1 or more"));
  }

  private static String orDash(@Nullable String selector) {
    return selector == null ? "-" : selector;
  }

  private static @Nullable String selector(Fields compare, String field) {
    String text = compare.text(field).orElse(null);
    if (text != null && !SELECTOR.matcher(text.strip()).matches()) {
      compare.problem(
          field,
          "expected the selector of a counter, such as http_requests_total{node=~\"$canary\"}, and no"
              + " function or range (they are added), found '"
              + text
              + "'");
    }
    if (text != null && !OF_CANARY.matcher(text).find()) {
      compare.problem(
          field, "expected $canary in it, since the baseline's nodes take its place, found none");
    }
    if (text != null && text.contains("$version")) {
      compare.problem(
          field, "expected no $version in it, since the baseline runs another one, found it");
    }
    return text == null ? null : text.strip();
  }

  private static double within(
      Fields compare, String field, double otherwise, double least, double most, String expected) {
    OptionalDouble number = compare.quantity(field);
    double value = number.orElse(otherwise);
    if (value < least || value > most) {
      compare.problem(field, "expected " + expected + ", found " + value);
    }
    return value;
  }
}
