package dev.serin.sli.prometheus;

/// Foreign text as it can stand in one line of a message.
public final class Excerpt {
  /// Long enough for any parse error of Prometheus', in characters.
  private static final int LONGEST = 400;

  private Excerpt() {}

  static String of(String text) {
    return of(text, LONGEST);
  }

  /// Control characters become spaces, and what is longer than `longest` is cut.
  public static String of(String text, int longest) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(longest)
        .forEach(point -> line.appendCodePoint(Character.isISOControl(point) ? ' ' : point));
    return text.codePointCount(0, text.length()) > longest
        ? line.append('…').toString()
        : line.toString();
  }
}
