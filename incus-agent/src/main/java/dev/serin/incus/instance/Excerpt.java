package dev.serin.incus.instance;

import dev.serin.contracts.Check;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an answer began with, to stand in a message that everybody reads: one line, short, without
/// what looks like a secret. Rather too much is left out than too little.
final class Excerpt {
  private static final String SECRET =
      "[A-Za-z0-9_.-]*(?:pass|secret|token|key|credential|auth|cookie|session|dsn)[A-Za-z0-9_.-]*";

  /// `"password": "x"`, `token=x`, `Authorization: Bearer x`: to the end of the value.
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)(\"?" + SECRET + "\"?\\s*[:=]\\s*)(\"(?:[^\"\\\\]|\\\\.)*\"?|[^,;&}\\]\\r\\n<]+)");

  /// `scheme://user:password@`.
  private static final Pattern USER = Pattern.compile("(://)[^/@\\s]+@");

  /// Long runs of what tokens are made of.
  private static final Pattern LONG = Pattern.compile("[A-Za-z0-9+/_.=-]{32,}");

  private Excerpt() {}

  static String of(String body) {
    return body.isBlank() ? "an empty answer" : "beginning '" + safe(body.strip()) + "'";
  }

  /// @param name what the value is called, which may tell that it is a secret
  static String ofValue(String name, String value) {
    return Pattern.compile("(?i).*" + SECRET + ".*").matcher(name).matches()
        ? "another value"
        : "'" + safe(value) + "'";
  }

  private static String safe(String text) {
    String begin = text.length() > 4_000 ? text.substring(0, 4_000) : text;
    String named =
        NAMED.matcher(begin).replaceAll(found -> Matcher.quoteReplacement(found.group(1)) + "***");
    String user = USER.matcher(named).replaceAll("$1***@");
    return Check.printable(LONG.matcher(user).replaceAll("***"));
  }
}
