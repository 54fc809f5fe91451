package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import java.util.List;

/// The `limit` of a list.
final class Limits {
  private Limits() {}

  /// 0, and a problem more, where it is no number from 1 to the largest.
  static int read(String text, int largest, List<String> problems) {
    int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > largest) {
      problems.add(
          "limit: expected a whole number from 1 to "
              + largest
              + ", found '"
              + Check.printable(text)
              + "'");
      return 0;
    }
    return limit;
  }
}
