package dev.serin.sli.prometheus;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The way to Prometheus' query endpoints, `/api/v1/query` and `/api/v1/query_range`. It only
/// carries: what an answer means is the [PrometheusParser]'s.
@FunctionalInterface
public interface PrometheusWire {

  /// Asks all of them at once, so that one hanging query keeps no other waiting, and answers in the
  /// same order.
  List<Reply> ask(List<Question> questions) throws InterruptedException;

  /// One query.
  ///
  /// @param time the instant that it is evaluated for
  /// @param steps the instants before that it is evaluated for too; none for `time` alone
  record Question(String query, Instant time, @Nullable Steps steps) {
    public Question(String query, Instant time) {
      this(query, time, null);
    }

    /// Instants at the same distance, of which the last one is the question's own.
    ///
    /// @param points how many, 1 or more
    public record Steps(int points, Duration step) {}

    /// The first instant that it is evaluated for.
    Instant first() {
      return steps == null ? time : time.minus(steps.step().multipliedBy(steps.points() - 1));
    }
  }

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
