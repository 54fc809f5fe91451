package dev.serin.sli.prometheus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The way to Prometheus' instant query endpoint, `/api/v1/query`. It only carries: what an answer
/// means is the [PrometheusParser]'s.
@FunctionalInterface
public interface PrometheusWire {

  /// Asks all of them at once, so that one hanging query keeps no other waiting, and answers in the
  /// same order.
  List<Reply> ask(List<Question> questions) throws InterruptedException;

  /// One query.
  ///
  /// @param time the instant that it is evaluated for
  record Question(String query, Instant time) {}

  /// What came back.
  sealed interface Reply {

    /// An HTTP answer, of whatever status.
    ///
    /// @param contentType the header as it came, empty without one
    record Answered(int status, String contentType, String body) implements Reply {}

    /// The answer is longer than anything with one number in it.
    record TooLong(int limitBytes) implements Reply {}

    /// No connection, or one that broke off.
    ///
    /// @param why such as "connection refused"
    record NotReached(String why) implements Reply {}

    /// No whole answer in time.
    record TimedOut(Duration after) implements Reply {}
  }
}
