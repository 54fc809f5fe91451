package dev.serin.contracts;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Checks of message fields, for the constructors of records. A decoder passes a missing field as
/// `null`, so the parameters are nullable although the fields are not. Every failure is an
/// [IllegalArgumentException] that says what was expected and what was found.
public final class Check {
  /// What a service, node, instance, load balancer, pool or server may be called: 1 to 100 letters,
  /// digits, `.`, `_`, `:` and `-`, the first one a letter or digit. Anything else could end a
  /// command of HAProxy's runtime API (`;`, a newline, a space, a backslash).
  private static final int LONGEST_NAME = 100;

  private static final int SHA256_DIGITS = 64;

  private Check() {}

  /// Whether the text can name a service, node, instance, load balancer, pool or server.
  public static boolean isName(String text) {
    if (text.isEmpty() || text.length() > LONGEST_NAME || !isLetterOrDigit(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != ':' && c != '-') {
        return false;
      }
    }
    return true;
  }

  /// Of ASCII: each message that is read asks this of many characters.
  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /// Whether the text is a SHA-256 digest: 64 lower-case hexadecimal digits.
  public static boolean isSha256(String text) {
    if (text.length() != SHA256_DIGITS) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /// Whether the text is an absolute path with nothing in it that has to be worked out, and not in
  /// a folder of Serin's own on a node (`.serin`).
  public static boolean isPlainPath(String text) {
    return text.startsWith("/")
        && text.chars().noneMatch(Character::isISOControl)
        && List.of(text.substring(1).split("/", -1)).stream()
            .noneMatch(name ->
                name.isEmpty() || name.equals(".") || name.equals("..") || name.equals(".serin"));
  }

  public static <T> T required(String field, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(field + ": expected a value, was missing");
    }
    return value;
  }

  public static String text(String field, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          field + ": expected a text, was " + (value == null ? "missing" : "empty"));
    }
    return value;
  }

  public static String name(String field, @Nullable String value) {
    if (value == null || !isName(value)) {
      throw new IllegalArgumentException(
          field
              + ": expected 1 to 100 letters, digits, '.', '_', ':' or '-', was "
              + (value == null ? "missing" : "'" + printable(value) + "'"));
    }
    return value;
  }

  public static String sha256(String field, @Nullable String value) {
    if (value == null || !isSha256(value)) {
      throw new IllegalArgumentException(
          field
              + ": expected a SHA-256 digest of 64 hexadecimal digits, was "
              + (value == null ? "missing" : "'" + printable(value) + "'"));
    }
    return value;
  }

  public static Duration notNegative(String field, @Nullable Duration value) {
    if (value == null || value.isNegative()) {
      throw new IllegalArgumentException(
          field
              + ": expected a duration of 0 or more, was "
              + (value == null ? "missing" : value.toString()));
    }
    return value;
  }

  /// A duration of 0 or more; a missing one is 0.
  public static Duration orZero(String field, @Nullable Duration value) {
    return value == null ? Duration.ZERO : notNegative(field, value);
  }

  public static Duration positive(String field, @Nullable Duration value) {
    if (value == null || value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          field
              + ": expected a duration above 0, was "
              + (value == null ? "missing" : value.toString()));
    }
    return value;
  }

  public static long atLeast(String field, long minimum, long value) {
    if (value < minimum) {
      throw new IllegalArgumentException(
          field + ": expected " + minimum + " or more, was " + value);
    }
    return value;
  }

  /// An unmodifiable copy; a missing list is an empty one.
  public static <T> List<T> list(@Nullable Collection<? extends T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }

  /// An unmodifiable copy in the same order, so that it is always written alike; a missing map is
  /// an empty one.
  public static <V> Map<String, V> map(@Nullable Map<String, ? extends V> values) {
    Map<String, V> copy = new LinkedHashMap<>();
    if (values != null) {
      values.forEach((key, value) -> copy.put(key, required(key, value)));
    }
    return Collections.unmodifiableMap(copy);
  }

  /// The text without what a URI in it may tell: user and password, query and fragment. Rather too
  /// much is left out than too little.
  public static String withoutSecrets(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return text;
    }
    int at = text.lastIndexOf('@');
    String safe = at > colon ? text.substring(0, colon + 1) + "***" + text.substring(at) : text;
    for (int i = colon; i < safe.length(); i++) {
      if (safe.charAt(i) == '?' || safe.charAt(i) == '#') {
        return safe.substring(0, i + 1) + "***";
      }
    }
    return safe;
  }

  /// The text as it can stand in one line of an error message: control characters escaped, cut
  /// after 80 characters.
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints()
        .limit(80)
        .forEach(point -> {
          if (Character.isISOControl(point)) {
            safe.append(String.format("\\u%04x", point));
          } else {
            safe.appendCodePoint(point);
          }
        });
    return text.codePointCount(0, text.length()) > 80
        ? safe.append('…').toString()
        : safe.toString();
  }
}
