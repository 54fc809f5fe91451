package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.Comparing;
import dev.serin.sli.judge.Compared;
import dev.serin.sli.judge.Reading;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;

/// How many requests a counter has counted since an instant, as PromQL.
///
/// `increase` alone would not see what a series was born with: after a restart the first failure of
/// each set of labels brings a series that begins with 1. So what was not there at the start counts
/// as it stands, and what was there by its increase, which bears resets.
///
/// @param elapsed since the start, a second or more
record Counting(Duration elapsed) {

  /// All requests: no number where there is no series.
  String all(String selector) {
    String ago = Math.max(1, elapsed.toSeconds()) + "s";
    return "sum(increase(%1$s[%2$s]) and %1$s offset %2$s or (%1$s unless %1$s offset %2$s))"
        .formatted(selector, ago);
  }

  /// Some of them: 0 where there is no series, as long as nothing of the kind has happened.
  String some(String selector) {
    return all(selector) + " or vector(0)";
  }

  Stream<String> queries(Comparing comparing) {
    return Stream.of(comparing.canary(), comparing.baseline())
        .flatMap(side -> Stream.of(part(side), all(side.all())));
  }

  Compared read(Comparing comparing, Function<String, Reading> answers) {
    return new Compared(
        comparing, side(comparing.canary(), answers), side(comparing.baseline(), answers));
  }

  private Compared.Side side(Comparing.Side side, Function<String, Reading> answers) {
    return new Compared.Side(
        answers.apply(part(side)), side.bad() == null, answers.apply(all(side.all())));
  }

  private String part(Comparing.Side side) {
    if (side.bad() != null) {
      return some(side.bad());
    }
    return side.good() == null ? "vector(0)" : some(side.good());
  }
}
