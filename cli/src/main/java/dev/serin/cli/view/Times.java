package dev.serin.cli.view;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Times as a person reads them at a glance.
public final class Times {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private static final Pattern INSTANT =
      Pattern.compile(
          "\\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z\\b");

  private Times() {}

  /// How long something took: `0.4s`, `42s`, `12m04s`, `1h02m`, `3d04h`.
  public static String took(Duration duration) {
    if (duration.isNegative()) {
      return "0s";
    }
    if (duration.toMillis() < 9_950) {
      return String.format(Locale.ROOT, "%.1fs", duration.toMillis() / 1000.0);
    }
    return about(duration);
  }

  /// How long something lasts, to the second: `4s`, `42s`, `12m04s`, `1h02m`, `3d04h`.
  public static String about(Duration duration) {
    long seconds = Math.max(0, (duration.toMillis() + 500) / 1000);
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60);
    }
    if (seconds < 86_400) {
      return String.format(Locale.ROOT, "%dh%02dm", seconds / 3600, seconds / 60 % 60);
    }
    return String.format(Locale.ROOT, "%dd%02dh", seconds / 86_400, seconds / 3600 % 24);
  }

  /// A sentence of the coordinator's, its instants as the person's clock has them.
  public static String local(String sentence, Instant now, ZoneId zone) {
    return INSTANT.matcher(sentence).replaceAll(match -> local(match, now, zone));
  }

  private static String local(MatchResult match, Instant now, ZoneId zone) {
    try {
      return at(Instant.parse(match.group()), now, zone);
    } catch (DateTimeParseException noDay) {
      return match.group();
    }
  }

  /// The time of day, with the date where that isn't today's.
  public static String at(Instant instant, Instant now, ZoneId zone) {
    boolean today = instant.atZone(zone).toLocalDate().equals(now.atZone(zone).toLocalDate());
    return (today ? CLOCK : DAY).format(instant.atZone(zone));
  }
}
