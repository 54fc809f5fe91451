package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.Comparing;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import dev.serin.sli.judge.Compared;
import dev.serin.sli.judge.Reading;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// How many requests a counter has counted since an instant, as PromQL.
///
/// `increase` would extrapolate, and would not see what a series was born with: after a restart the
/// first failure of each set of labels brings a series that begins with 1. So each series counts by
/// what it has more than at the start, and as it stands where it was born since, or begun anew. One
/// that was not scraped at just that instant, and goes on from where it was, was there.
///
/// @param elapsed since the start, a second or more
record Counting(Duration elapsed) {
  private static final Duration SHORTEST_AGE = Duration.ofSeconds(165);

  /// All requests: no number where there is no series.
  String all(String selector) {
    String ago = Math.max(1, elapsed.toSeconds()) + "s";
    return ("sum((%1$s - (%1$s offset %2$s or"
            + " last_over_time(%1$s[1h] offset %2$s) <= min_over_time(%1$s[%2$s]))) >= 0 or %1$s)")
        .formatted(selector, ago);
  }

  /// Some of them: 0 where there is no series, as long as nothing of the kind has happened.
  String some(String selector) {
    return all(selector) + " or vector(0)";
  }

  Stream<String> queries(Comparing comparing, Duration maxAge) {
    return Stream.of(comparing.canary(), comparing.baseline())
        .flatMap(side -> Stream.of(part(side), all(side.all()), Ages.newest(alive(side, maxAge))));
  }

  /// What was said, and what is as old as these.
  interface Answers {
    Reading reading(String query, List<Witness> witnesses);
  }

  /// @param maxAge how old the newest sample of a side's requests may be
  Compared read(Comparing comparing, Duration maxAge, Answers answers) {
    return new Compared(
        comparing,
        side(comparing.canary(), maxAge, answers),
        side(comparing.baseline(), maxAge, answers));
  }

  /// How old the newest sample of a side's requests may be: as long as that of a value without a
  /// range, or as the SLI itself has it where that is longer.
  static Duration maxAge(SliQuery sli) {
    return sli.witnesses().stream()
        .map(Witness::maxAge)
        .reduce(SHORTEST_AGE, (one, other) -> one.compareTo(other) < 0 ? other : one);
  }

  /// A side whose target is gone keeps its counts for minutes: nothing is shown by them.
  private static Witness alive(Comparing.Side side, Duration maxAge) {
    return new Witness(side.all(), null, maxAge);
  }

  private Compared.Side side(Comparing.Side side, Duration maxAge, Answers answers) {
    return new Compared.Side(
        answers.reading(part(side), List.of()),
        side.bad() == null,
        answers.reading(all(side.all()), List.of(alive(side, maxAge))));
  }

  private String part(Comparing.Side side) {
    if (side.bad() != null) {
      return some(side.bad());
    }
    // Without a series nothing is known: all of them would be bad on either side.
    return side.good() == null ? "vector(0)" : all(side.good());
  }
}
