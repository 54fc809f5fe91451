package dev.serin.contracts.migration;

import java.util.regex.Pattern;

/// Whose SQL a file is written in.
public enum Dialect {
  /// Nested comments, dollar quotes, `E''` strings, `"identifiers"`.
  POSTGRESQL,
  /// `#` comments, backslashes in strings, `"strings"`, backticks, `DELIMITER`, `/*! code */`.
  MYSQL;

  /// Comments and strings: people write backticks in those, whatever their database.
  private static final Pattern NO_CODE =
      Pattern.compile("--[^\\n]*+|/\\*(?!M?!)(?s:.*?)\\*/|'[^']*+'");

  private static final Pattern OF_POSTGRESQL =
      Pattern.compile(
          "\\$[A-Za-z_0-9]*\\$|::|\\bLANGUAGE\\s+(?:plpgsql|sql)\\b|\\bCONCURRENTLY\\b|\\bTIMESTAMPTZ\\b"
              + "|\\b(?:BIG|SMALL)?SERIAL\\b|\\bJSONB\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern OF_MYSQL =
      Pattern.compile(
          "`|^\\s*DELIMITER\\s|\\bENGINE\\s*=|\\bAUTO_INCREMENT\\b|/\\*M?!"
              + "|\\b(?:MODIFY|CHANGE)\\s+COLUMN\\b|\\bUNSIGNED\\b|^\\s*RENAME\\s+TABLE\\b",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  /// What only MySQL writes, outside of comments and strings, makes it MySQL's; everything else is
  /// read as PostgreSQL's.
  public static Dialect of(String sql) {
    String code = NO_CODE.matcher(sql).replaceAll(" ");
    return OF_MYSQL.matcher(code).find() && !OF_POSTGRESQL.matcher(code).find()
        ? MYSQL
        : POSTGRESQL;
  }
}
