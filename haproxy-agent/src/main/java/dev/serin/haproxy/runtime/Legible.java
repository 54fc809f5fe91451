package dev.serin.haproxy.runtime;

/// Knows text from bytes that are none.
final class Legible {
  /// What bytes are read as that no character has.
  private static final char NO_CHARACTER = '\uFFFD';

  private Legible() {}

  static boolean is(String text) {
    return text.chars().noneMatch(Legible::isJunk);
  }

  private static boolean isJunk(int c) {
    boolean layout = c == '\n' || c == '\r' || c == '\t';
    return c == NO_CHARACTER || (!layout && Character.isISOControl(c));
  }
}
