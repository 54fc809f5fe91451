package dev.serin.lab.time;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `50ms`, `20s`, `1.5s`, `2m`, `1h` and ISO-8601 (`PT20S`); never below zero.
public final class DurationConverter implements ITypeConverter<Duration> {

  private static final Pattern SHORT_FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");

  @Override
  public Duration convert(String text) {
    Matcher matcher = SHORT_FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      double unitMillis =
          switch (matcher.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
          };
      return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unitMillis));
    }
    try {
      Duration duration = Duration.parse(text);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException notIso) {
      // Told below, together with the negative ones.
    }
    throw new TypeConversionException(
        "expected a duration such as 50ms, 20s, 2m or PT20S, was '" + text + "'");
  }
}
