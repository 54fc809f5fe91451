package dev.serin.haproxy.runtime;

/// One way to HAProxy's runtime API. Each call is one connection: HAProxy answers and closes it.
@FunctionalInterface
public interface RuntimeWire {
  /// Says a line, one command or several parted by `;`, and reads the answer to its end. Takes no
  /// longer than the wire's own time-out. May be called from several threads.
  Reply execute(String line);

  /// What came of it.
  sealed interface Reply {}

  /// HAProxy answered, if only with an error message. Whether all of it came only [WholeAnswers]
  /// tells: the end of a connection looks the same wherever it is cut.
  record Answered(String text) implements Reply {}

  /// No whole answer came; whether the command had its effect is not known.
  ///
  /// @param what what was found instead of an answer, in words for an operator
  record Unanswered(String what) implements Reply {}
}
