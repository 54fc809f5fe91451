package dev.serin.contracts.migration;

import java.util.List;
import java.util.Locale;

/// One statement of a file, as the lexer cut it out.
///
/// @param line where it begins, from 1
/// @param sql its text, each comment a space
/// @param code the same, and what is in strings left out: keywords in it are keywords
/// @param bodies what stands between dollar quotes in it
record SqlStatement(int line, String sql, String code, List<Body> bodies) {
  private static final int SHOWN = 60;

  /// Code within a statement: of a `DO` block, or of a function.
  ///
  /// @param line where it begins, from 1
  /// @param code comments and strings left out
  record Body(int line, String code) {}

  SqlStatement {
    bodies = List.copyOf(bodies);
  }

  /// Its first words, for people.
  String shown() {
    String words = sql.strip().replaceAll("\\s+", " ");
    return words.length() > SHOWN ? words.substring(0, SHOWN) + "…" : words;
  }

  /// Its keywords: upper case, single spaces.
  static String keywords(String code) {
    return code.strip().replaceAll("\\s+", " ").toUpperCase(Locale.ROOT);
  }

  String keywords() {
    return keywords(code);
  }
}
