package dev.serin.sli.hook;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/// The way to whoever is called. It only carries: what an answer means is the [HookAnswer]'s.
@FunctionalInterface
public interface HookWire {
  /// The most that goes out or comes back, in bytes.
  int LONGEST_BODY_BYTES = 64 * 1024;

  Reply post(Post post) throws InterruptedException;

  /// One attempt.
  ///
  /// @param body UTF-8 JSON, the very bytes that are signed
  /// @param timeout for the whole exchange, connecting included
  @SuppressWarnings("ArrayRecordComponent")
  record Post(URI url, Map<String, String> headers, byte[] body, Duration timeout) {}

  /// What came back.
  sealed interface Reply {

    /// An HTTP answer, of whatever status.
    ///
    /// @param contentType the header as it came, empty without one
    record Answered(int status, String contentType, String body) implements Reply {}

    /// The answer is longer than [#LONGEST_BODY_BYTES].
    record TooLong() implements Reply {}

    /// No connection, or one that broke off.
    ///
    /// @param why such as "connection refused"
    record NotReached(String why) implements Reply {}

    /// No whole answer in time.
    record TimedOut(Duration after) implements Reply {}
  }
}
