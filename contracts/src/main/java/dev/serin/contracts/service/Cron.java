package dev.serin.contracts.service;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/// Times by the calendar, as cron(5) has them: minute, hour, day of the month, month, day of the
/// week, each `*`, a number, a range `a-b`, a list of those, or one of them with a step `/n`.
/// Months and days of the week also go by their first three letters; Sunday is 0 and 7. Where both
/// days are restricted, either one is enough.
///
/// It is ours since the saga evaluates it: no log, no clock, and what it does where clocks are put
/// forward or back is written here. A time that a zone leaves out (clocks are put forward) comes
/// later by what was left out; one that a zone has twice comes once, the first time.
final class Cron {
  static final String EXPECTED =
      "five fields, minute hour day month weekday, such as '0 18 * * FRI'";

  /// The longest that a date can be away: 29 February, over a century that is no leap year.
  private static final int MOST_DAYS = 8 * 366 + 2;

  private final BitSet minutes;
  private final BitSet hours;
  private final BitSet days;
  private final BitSet months;
  private final BitSet weekdays;
  private final boolean eitherDay;

  private Cron(String[] fields) {
    minutes = field(fields[0], 0, 59);
    hours = field(fields[1], 0, 23);
    days = field(fields[2], 1, 31);
    months = field(named(fields[3], Month.values(), 1), 1, 12);
    weekdays = field(named(fields[4], DayOfWeek.values(), 1), 0, 7);
    if (weekdays.get(0)) {
      weekdays.set(7);
    }
    eitherDay = !fields[2].startsWith("*") && !fields[4].startsWith("*");
  }

  /// @throws IllegalArgumentException where the text is none
  static Cron of(String text) {
    String[] fields = text.strip().split("\\s+", -1);
    if (fields.length != 5) {
      throw new IllegalArgumentException("expected " + EXPECTED);
    }
    return new Cron(fields);
  }

  private static <E extends Enum<E>> String named(String field, E[] names, int first) {
    String text = field.toUpperCase(Locale.ROOT);
    for (int i = 0; i < names.length; i++) {
      text = text.replace(names[i].name().substring(0, 3), String.valueOf(first + i));
    }
    return text;
  }

  private static BitSet field(String text, int least, int most) {
    BitSet all = new BitSet();
    for (String item : text.split(",", -1)) {
      String[] stepped = item.split("/", -1);
      int step = stepped.length == 1 ? 1 : number(stepped[stepped.length - 1], 1, most);
      String[] range = stepped[0].split("-", -1);
      boolean any = stepped[0].equals("*");
      int from = any ? least : number(range[0], least, most);
      int to =
          any
              ? most
              : range.length == 2
                  ? number(range[1], least, most)
                  : stepped.length == 2 ? most : from;
      if (stepped.length > 2 || range.length > 2 || to < from) {
        throw new IllegalArgumentException("expected " + EXPECTED);
      }
      for (int value = from; value <= to; value += step) {
        all.set(value);
      }
    }
    return all;
  }

  private static int number(String text, int least, int most) {
    if (text.isEmpty() || text.length() > 2 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException("expected " + EXPECTED);
    }
    int number = Integer.parseInt(text);
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "expected numbers from " + least + " to " + most + " there, or " + EXPECTED);
    }
    return number;
  }

  /// The first time after an instant; none where there is no such date.
  Optional<Instant> next(Instant after, ZoneId zone) {
    // The day before too: its last minutes may be left out, and come a little later.
    LocalDate day = after.atZone(zone).toLocalDate().minusDays(1);
    for (int i = 0; i < MOST_DAYS; i++, day = day.plusDays(1)) {
      Optional<Instant> first = isOn(day) ? firstOn(day, after, zone) : Optional.empty();
      if (first.isPresent()) {
        return first;
      }
    }
    return Optional.empty();
  }

  private boolean isOn(LocalDate day) {
    boolean date = days.get(day.getDayOfMonth());
    boolean weekday = weekdays.get(day.getDayOfWeek().getValue());
    return months.get(day.getMonthValue()) && (eitherDay ? date || weekday : date && weekday);
  }

  private Optional<Instant> firstOn(LocalDate day, Instant after, ZoneId zone) {
    return hours.stream()
        .boxed()
        .flatMap(hour -> minutes.stream().mapToObj(minute -> LocalTime.of(hour, minute)))
        .map(time -> ZonedDateTime.of(day, time, zone).toInstant())
        .filter(at -> at.isAfter(after))
        .min(Instant::compareTo);
  }
}
