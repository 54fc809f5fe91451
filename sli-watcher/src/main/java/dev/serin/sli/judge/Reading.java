package dev.serin.sli.judge;

import java.time.Duration;

/// What Prometheus said to one query. A number, no data and an error are three different things
/// (I8): only a number can be green, and only one that is not old.
public sealed interface Reading {

  /// One number, infinity included; never `NaN`.
  record Number(double value) implements Reading {}

  /// One number, but nothing has come in lately that it could rest on: the target is gone, or
  /// nobody scrapes it any more. Prometheus goes on giving a value then for as long as it looks
  /// back.
  ///
  /// @param age of the newest sample behind it
  /// @param limit the age up to which a sample counts
  record Old(double value, Duration age, Duration limit) implements Reading {}

  /// One number, and nobody knows how old what it rests on is: Prometheus did not say. It counts as
  /// any other, and that is told.
  ///
  /// @param why what came instead of the age
  record Undated(double value, String why) implements Reading {}

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
