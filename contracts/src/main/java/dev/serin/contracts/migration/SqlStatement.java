package dev.serin.contracts.migration;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// One statement of a file, as the lexer cut it out.
///
/// @param line where it begins, from 1
/// @param sql its text, each comment a space
/// @param code the same, and what is in strings left out: keywords in it are keywords
/// @param bodies what stands between dollar quotes in it
record SqlStatement(int line, String sql, String code, List<Body> bodies) {
  private static final int SHOWN = 60;

  private static final Pattern STRINGS = Pattern.compile("'(?:[^']++|'')*+'");
  private static final Pattern MYSQL_STRINGS =
      Pattern.compile(
          "'(?:[^'\\\\]++|\\\\.|'')*+'|\"(?:[^\"\\\\]++|\\\\.|\"\")*+\"", Pattern.DOTALL);

  /// Code within a statement: of a `DO` block, or of a function.
  ///
  /// @param line where it begins, from 1
  /// @param code comments and strings left out
  /// @param sql the same with its strings
  record Body(int line, String code, String sql) {}

  SqlStatement {
    bodies = List.copyOf(bodies);
  }

  /// Its first words, for people. What stands in its strings is not shown: it may be a secret.
  String shown() {
    return shown(code, SHOWN);
  }

  static String shown(String code, int most) {
    String words =
        code.strip()
            .replaceAll("\\s+", " ")
            .replaceAll("' ?'", "'…'")
            .replaceAll("\" ?\"", "\"…\"");
    return words.length() > most ? words.substring(0, most) + "…" : words;
  }

  /// A part of a statement, as the parser tells it, without what is in its strings.
  static String withoutStrings(String part, Dialect dialect) {
    return (dialect == Dialect.MYSQL ? MYSQL_STRINGS : STRINGS).matcher(part).replaceAll("''");
  }

  /// Its keywords: upper case, single spaces.
  static String keywords(String code) {
    return code.strip().replaceAll("\\s+", " ").toUpperCase(Locale.ROOT);
  }

  String keywords() {
    return keywords(code);
  }
}
