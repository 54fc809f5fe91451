package dev.serin.contracts.migration;

import java.util.regex.Pattern;

/// Whose SQL a file is written in.
public enum Dialect {
  /// Nested comments, dollar quotes, `E''` strings, `"identifiers"`.
  POSTGRESQL,
  /// `#` comments, backslashes in strings, `"strings"`, backticks, `DELIMITER`, `/*! code */`.
  MYSQL;

  private static final Pattern OF_MYSQL =
      Pattern.compile(
          "`|^\\s*DELIMITER\\s|\\bENGINE\\s*=|\\bAUTO_INCREMENT\\b|/\\*!\\d"
              + "|\\bMODIFY\\s+COLUMN\\b|\\bUNSIGNED\\b",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  /// What only MySQL writes makes it MySQL's; everything else is read as PostgreSQL's.
  public static Dialect of(String sql) {
    return OF_MYSQL.matcher(sql).find() ? MYSQL : POSTGRESQL;
  }
}
