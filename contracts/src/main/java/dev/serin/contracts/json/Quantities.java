package dev.serin.contracts.json;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations and numbers as people write them.
public final class Quantities {
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");
  private static final Pattern SHORT = Pattern.compile("-?(?:" + PART.pattern() + ")+");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d{1,4})?");
  private static final Pattern PERCENT = Pattern.compile("(-?\\d+(?:\\.\\d+)?)\\s*%");

  /// What is longer is no quantity: a long row of parts would exhaust the stack of the pattern.
  private static final int LONGEST_TEXT = 100;

  private Quantities() {}

  /// A duration: ISO-8601 (`PT1M30S`), or parts with the units `ms s m h d` (`1m30s`), or `0`.
  public static Optional<Duration> duration(String text) {
    String trimmed = text.strip();
    if (trimmed.length() > LONGEST_TEXT) {
      return Optional.empty();
    }
    if (trimmed.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    try {
      if (SHORT.matcher(trimmed).matches()) {
        Duration sum = Duration.ZERO;
        Matcher parts = PART.matcher(trimmed);
        while (parts.find()) {
          double millis = Double.parseDouble(parts.group(1)) * millisOf(parts.group(2));
          sum = sum.plusMillis(Math.round(millis));
        }
        return Optional.of(trimmed.startsWith("-") ? sum.negated() : sum);
      }
      return Optional.of(Duration.parse(trimmed));
    } catch (DateTimeParseException | ArithmeticException notOne) {
      return Optional.empty();
    }
  }

  private static long millisOf(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }

  /// A number; `500ms` is 0.5 (seconds), `0.5%` is 0.005.
  public static OptionalDouble number(String text) {
    String trimmed = text.strip();
    if (trimmed.length() > LONGEST_TEXT) {
      return OptionalDouble.empty();
    }
    Matcher percent = PERCENT.matcher(trimmed);
    if (percent.matches()) {
      return OptionalDouble.of(Double.parseDouble(percent.group(1)) / 100);
    }
    if (SHORT.matcher(trimmed).matches()) {
      return duration(trimmed)
          .map(it -> OptionalDouble.of(it.getSeconds() + it.getNano() / 1e9))
          .orElseGet(OptionalDouble::empty);
    }
    return NUMBER.matcher(trimmed).matches()
        ? OptionalDouble.of(Double.parseDouble(trimmed))
        : OptionalDouble.empty();
  }

  /// A duration in the short form, exact to the millisecond: `1h30m`, `45s`, `250ms`, `0s`.
  public static String shown(double number) {
    return java.math.BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  public static String shown(Duration duration) {
    if (duration.isNegative()) {
      return "-" + shown(duration.negated());
    }
    StringBuilder text = new StringBuilder();
    append(text, duration.toDays(), "d");
    append(text, duration.toHoursPart(), "h");
    append(text, duration.toMinutesPart(), "m");
    append(text, duration.toSecondsPart(), "s");
    append(text, duration.toMillisPart(), "ms");
    return text.isEmpty() ? "0s" : text.toString();
  }

  private static void append(StringBuilder text, long amount, String unit) {
    if (amount > 0) {
      text.append(amount).append(unit);
    }
  }
}
