package dev.serin.sli.judge;

/// What Prometheus said to one query. A number, no data and an error are three different things
/// (I8): only a number can be green.
public sealed interface Reading {

  /// One number, infinity included; never `NaN`.
  record Number(double value) implements Reading {}

  /// No series matches the query.
  record NoSeries() implements Reading {}

  /// `NaN`: a division of nothing by nothing, most of the time.
  record NotANumber() implements Reading {}

  /// The query works, but its answer is not one number.
  ///
  /// @param found what came instead: "3 series"
  record NotOneNumber(String found) implements Reading {}

  /// Prometheus refused the query.
  ///
  /// @param text Prometheus' own words
  record Refused(String text) implements Reading {}

  /// Prometheus could not be asked, or its answer could not be used.
  ///
  /// @param sentence names Prometheus' address, and what came instead of an answer
  record Unavailable(String sentence) implements Reading {}
}
