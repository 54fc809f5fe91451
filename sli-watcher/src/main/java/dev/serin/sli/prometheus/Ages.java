package dev.serin.sli.prometheus;

import dev.serin.sli.judge.Reading;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How old the samples are that a query's value rests on. A value says nothing of that: an instant
/// vector gives the newest sample of the last 5 minutes, and `rate` goes on for its range after the
/// last one came.
///
/// @param selectors what is asked about
record Ages(List<Selector> selectors) {
  /// A query of more is not asked for its age: one that was left out might be the one that counts.
  private static final int MOST = 10;

  static Ages of(String query) {
    List<Selector> selectors = Selectors.of(query);
    return new Ages(selectors.size() > MOST ? List.of() : selectors);
  }

  List<String> queries() {
    return selectors.stream().map(Selector::age).toList();
  }

  /// The value as it is, or as an old one. It is old where samples were there for one selector at
  /// least, and fresh ones for none. A selector without any proves nothing (errors that never
  /// came), and a question that Prometheus refuses neither. Where it does not answer at all, nobody
  /// knows whether anything was measured.
  ///
  /// @param readings the answers to [#queries], in their order
  Reading judge(Reading value, Iterator<Reading> readings) {
    Reading.Old old = null;
    Reading unknown = null;
    boolean fresh = false;
    for (Selector selector : selectors) {
      Reading reading = readings.next();
      if (reading instanceof Reading.Unavailable) {
        unknown = reading;
      }
      Duration age = age(reading);
      if (age == null || age.compareTo(selector.lookedBack()) > 0) {
        continue;
      }
      fresh |= age.compareTo(selector.limit()) <= 0;
      if (value instanceof Reading.Number(double number)
          && (old == null || age.compareTo(old.age()) < 0)) {
        old = new Reading.Old(number, age, selector.limit());
      }
    }
    if (fresh || !(value instanceof Reading.Number)) {
      return value;
    }
    return unknown != null ? unknown : old != null ? old : value;
  }

  private static @Nullable Duration age(Reading reading) {
    return reading instanceof Reading.Number(double seconds) && Double.isFinite(seconds)
        ? Duration.ofMillis(Math.round(seconds * 1_000))
        : null;
  }
}
