package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.SliQuery.Witness;
import dev.serin.sli.judge.Reading;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How old the samples are that a value rests on.
///
/// Where a target is gone, Prometheus marks its series as ended, and they have no newest sample any
/// more; a range goes on with those before the mark. So the newest sample is asked for first, which
/// is cheap, and only where there is none, or an old one, are those of the range looked through.
final class Ages {
  private static final int STEPS = 30;

  private Ages() {}

  /// Asks how many seconds ago the newest sample came that no mark has ended.
  static String newest(Witness witness) {
    return "time() - max(timestamp(" + witness.series() + "))";
  }

  /// The same of the whole range, marks or not.
  static String ofRange(Witness witness, Duration range) {
    long step = Math.max(1, range.toSeconds() / STEPS);
    return "time() - max(max_over_time(timestamp(%s)[%dms:%ds]))"
        .formatted(witness.series(), range.toMillis(), step);
  }

  static boolean isFresh(Witness witness, Reading reading) {
    Duration age = age(reading);
    return age != null && age.compareTo(witness.maxAge()) <= 0;
  }

  /// What was said of one witness.
  ///
  /// @param readings to each question that was asked about it
  record Said(Witness witness, List<Reading> readings) {
    boolean isFresh() {
      return readings.stream().anyMatch(reading -> Ages.isFresh(witness, reading));
    }
  }

  /// The value as it is, or as an old one. It is old where one witness at least has samples, and
  /// none has a fresh one. One without any proves nothing: that no series matches is for the query
  /// itself to say. Where the one that might be fresh has no answer, the value stays what it was
  /// answered as, and says that its age is not known.
  static Reading judge(Reading value, List<Said> said) {
    if (!(value instanceof Reading.Number(double number))
        || said.stream().anyMatch(Said::isFresh)) {
      return value;
    }
    Reading.Old old = null;
    for (Said one : said) {
      for (Reading reading : one.readings()) {
        String why = unknown(reading);
        if (why != null) {
          return new Reading.Undated(number, why);
        }
        Duration age = age(reading);
        if (age != null && (old == null || age.compareTo(old.age()) < 0)) {
          old = new Reading.Old(number, age, one.witness().maxAge());
        }
      }
    }
    return old == null ? value : old;
  }

  private static @Nullable String unknown(Reading reading) {
    return switch (reading) {
      case Reading.Unavailable(String sentence) -> sentence;
      case Reading.Refused(String text) -> "Prometheus refused to say: " + text;
      case Reading.NotOneNumber(String found) -> "expected one number, found " + found;
      case Reading.NotANumber _ -> "expected a number, found NaN";
      case Reading.Number(double seconds) when !Double.isFinite(seconds) ->
          "expected a number, found an infinite one";
      case Reading.Number _, Reading.Old _, Reading.Undated _, Reading.NoSeries _ -> null;
    };
  }

  private static @Nullable Duration age(Reading reading) {
    return reading instanceof Reading.Number(double seconds) && Double.isFinite(seconds)
        ? Duration.ofMillis(Math.round(seconds * 1_000))
        : null;
  }
}
