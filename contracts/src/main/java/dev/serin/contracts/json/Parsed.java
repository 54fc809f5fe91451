package dev.serin.contracts.json;

import java.util.List;

/// What reading an operator's document came to.
public sealed interface Parsed<T> {
  record Valid<T>(T value) implements Parsed<T> {}

  /// @param problems every problem found, each one line: where, what was expected, what was found
  record Invalid<T>(List<String> problems) implements Parsed<T> {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
