package dev.serin.contracts.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Cuts a file into statements, so that neither comments nor strings nor several statements a line
/// fool anybody: a parser wants one statement at a time, and says no lines. One class, though a
/// long one, since every method moves the same position through the same text.
///
/// What a migration tool's marker (`-- +goose Down`, `-- +migrate Down`, `-- migrate:down`) sets
/// apart for the way back is left out. It is one only where the tool itself takes it for one: it
/// begins its line, and goose wants that line for it alone; a sentence in a comment is none.
/// Sources: PostgreSQL, "Lexical Structure"; MySQL Reference Manual, "Language Structure"; mysql's
/// `DELIMITER`.
final class SqlLexer {
  private static final Pattern MARKER =
      Pattern.compile(
          "--\\s*(?:\\+(?:goose|migrate)\\s+|migrate:)(up|down)\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern GOOSE =
      Pattern.compile("--\\s*\\+goose\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern GOOSE_ALONE =
      Pattern.compile("--\\s*\\+goose\\s+down\\s*", Pattern.CASE_INSENSITIVE);
  private static final Pattern DOLLAR = Pattern.compile("\\$([A-Za-z_][A-Za-z_0-9]*)?\\$");
  private static final Pattern DELIMITER =
      Pattern.compile("DELIMITER[ \\t]+(\\S+)[^\\n]*", Pattern.CASE_INSENSITIVE);
  private static final Pattern EXECUTES = Pattern.compile("(?i)\\bEXECUTE\\b");
  private static final Pattern COPIES =
      Pattern.compile("COPY\\b.*\\bFROM STDIN\\b.*", Pattern.DOTALL);

  /// What was found.
  ///
  /// @param unended what has no end, such as `a string`, and the line that it begins in; none where
  ///   everything has
  /// @param leftOut how many statements a marker has set apart for the way back
  /// @param leftOutLine the line of the first of them
  record Read(
      List<SqlStatement> statements,
      @Nullable String unended,
      int unendedLine,
      int leftOut,
      int leftOutLine) {}

  /// How deep code may stand in code: what is deeper is no longer looked at.
  private static final int DEEPEST = 8;

  private final String text;
  private final Dialect dialect;
  private final int depth;
  private final List<SqlStatement> statements = new ArrayList<>();
  private final List<SqlStatement.Body> bodies = new ArrayList<>();
  private StringBuilder sql = new StringBuilder();
  private StringBuilder code = new StringBuilder();
  private String delimiter = ";";
  private int at;
  private int line;
  private int begins;
  private boolean isBlank = true;
  private boolean isLeftOut;
  private boolean isExecutableComment;
  private int executableFrom;
  private @Nullable String unended;
  private int unendedLine;
  private int leftOut;
  private int leftOutLine;

  private SqlLexer(String text, Dialect dialect, int line, int depth) {
    this.depth = depth;
    this.text = text;
    this.dialect = dialect;
    this.line = line;
    this.begins = line;
  }

  static Read read(String text, Dialect dialect) {
    String whole = text.startsWith("\uFEFF") ? text.substring(1) : text;
    SqlLexer lexer = new SqlLexer(whole, dialect, 1, 0);
    lexer.run();
    return new Read(
        lexer.statements, lexer.unended, lexer.unendedLine, lexer.leftOut, lexer.leftOutLine);
  }

  private void run() {
    while (at < text.length() && unended == null) {
      next();
    }
    if (isExecutableComment && unended == null) {
      unended("a comment", executableFrom);
    }
    end();
  }

  private void next() {
    char now = text.charAt(at);
    if (isBlank && lineCommand(now)) {
      return;
    }
    if (text.startsWith(delimiter, at)) {
      skip(delimiter.length());
      end();
    } else if (isLineComment(now)) {
      lineComment();
    } else if (text.startsWith("/*", at)) {
      blockComment();
    } else if (isExecutableComment && text.startsWith("*/", at)) {
      isExecutableComment = false;
      skip(2);
      space();
    } else if (now == '\'') {
      quoted('\'', true, isBackslashed(), "a string");
    } else if (now == '"') {
      quoted('"', dialect == Dialect.MYSQL, dialect == Dialect.MYSQL, "a quoted name");
    } else if (now == '`') {
      quoted('`', false, false, "a quoted name");
    } else if (now == '\\' && dialect == Dialect.POSTGRESQL) {
      // psql carries it out instead of the semicolon: `\gexec` runs what the query returns.
      keep(endOfLine() - at);
      end();
    } else if (now == '$' && dialect == Dialect.POSTGRESQL && !followsAWord() && dollarQuoted()) {
      // Its body is kept apart.
    } else {
      keep(1);
    }
  }

  /// What a client carries out by itself, up to the end of its line.
  private boolean lineCommand(char now) {
    Matcher changes = DELIMITER.matcher(text).region(at, text.length());
    if (dialect == Dialect.MYSQL && changes.lookingAt()) {
      delimiter = changes.group(1);
      skip(changes.group().length());
      return true;
    }
    if (now == '\\' && dialect == Dialect.POSTGRESQL) {
      int end = endOfLine();
      String command = text.substring(at, end).strip();
      if (command.matches("\\\\i[re]?\\s.*|\\\\include.*")) {
        keep(end - at);
        end();
      } else {
        skip(end - at);
      }
      return true;
    }
    return false;
  }

  private boolean isLineComment(char now) {
    if (now == '#') {
      return dialect == Dialect.MYSQL;
    }
    if (!text.startsWith("--", at)) {
      return false;
    }
    // MySQL wants a space behind it: 5--3 is a number there.
    return dialect == Dialect.POSTGRESQL
        || at + 2 >= text.length()
        || Character.isWhitespace(text.charAt(at + 2));
  }

  private void lineComment() {
    int end = endOfLine();
    Matcher marker = MARKER.matcher(text.substring(at, end));
    if (marker.lookingAt()) {
      boolean isDown = marker.group(1).toLowerCase(Locale.ROOT).equals("down");
      if (isDown ? isMarker(text.substring(at, end)) : isLeftOut) {
        end();
        isLeftOut = isDown;
      }
    }
    skip(end - at);
    space();
  }

  /// Whether a tool takes the comment for the beginning of the way back. What it does not take for
  /// it, it carries out.
  private boolean isMarker(String comment) {
    String before = text.substring(text.lastIndexOf('\n', at) + 1, at);
    if (depth > 0 || !before.isBlank()) {
      return false;
    }
    return GOOSE.matcher(comment).lookingAt()
        ? GOOSE_ALONE.matcher(comment).matches()
        : before.isEmpty();
  }

  private int endOfLine() {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end;
  }

  private void blockComment() {
    boolean isMariaDbs = text.startsWith("/*M!", at);
    if (dialect == Dialect.MYSQL && (isMariaDbs || text.startsWith("/*!", at))) {
      isExecutableComment = true;
      executableFrom = line;
      skip(isMariaDbs ? 4 : 3);
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        skip(1);
      }
      space();
      return;
    }
    int from = line;
    int nested = 0;
    do {
      if (at >= text.length()) {
        unended("a comment", from);
        return;
      }
      if (text.startsWith("/*", at) && (nested == 0 || dialect == Dialect.POSTGRESQL)) {
        nested++;
        skip(2);
      } else if (text.startsWith("*/", at)) {
        nested--;
        skip(2);
      } else {
        skip(1);
      }
    } while (nested > 0);
    space();
    lines(line - from);
  }

  private boolean isBackslashed() {
    if (dialect == Dialect.MYSQL) {
      return true;
    }
    boolean marked = at > 0 && Character.toUpperCase(text.charAt(at - 1)) == 'E';
    return marked && (at == 1 || !isPartOfAName(text.charAt(at - 2)));
  }

  /// @param isString whether what is in it is no code
  private void quoted(char quote, boolean isString, boolean backslashed, String what) {
    int from = line;
    keep(1);
    while (at < text.length()) {
      char now = text.charAt(at);
      if (now == quote) {
        boolean isDoubled = at + 1 < text.length() && text.charAt(at + 1) == quote;
        if (!isDoubled) {
          keep(1);
          return;
        }
        copy(isString);
        copy(isString);
      } else {
        if (now == '\\' && backslashed && at + 1 < text.length()) {
          copy(isString);
        }
        copy(isString);
      }
    }
    unended(what, from);
  }

  private void copy(boolean isString) {
    char now = text.charAt(at);
    sql.append(now);
    if (!isString || now == '\n') {
      code.append(now);
    }
    count(now);
    at++;
  }

  private boolean followsAWord() {
    return at > 0 && isPartOfAName(text.charAt(at - 1));
  }

  private static boolean isPartOfAName(char letter) {
    return Character.isLetterOrDigit(letter) || letter == '_' || letter == '$';
  }

  private boolean dollarQuoted() {
    Matcher tag = DOLLAR.matcher(text).region(at, text.length());
    if (!tag.lookingAt()) {
      return false;
    }
    int from = line;
    int body = at + tag.group().length();
    int end = text.indexOf(tag.group(), body);
    if (end < 0) {
      unended("a body between " + tag.group(), from);
      return true;
    }
    if (depth < DEEPEST) {
      inside(text.substring(body, end), from);
    }
    if (isBlank) {
      isBlank = false;
      begins = line;
    }
    sql.append(text, at, end + tag.group().length());
    code.append("$…$");
    skip(end + tag.group().length() - at);
    lines(line - from);
    return true;
  }

  private void inside(String body, int from) {
    SqlLexer inside = new SqlLexer(body, dialect, from, depth + 1);
    inside.run();
    for (SqlStatement statement : inside.statements) {
      bodies.add(new SqlStatement.Body(statement.line(), statement.code(), statement.sql()));
      if (EXECUTES.matcher(statement.code()).find()) {
        bodies.addAll(statement.bodies());
      }
    }
  }

  /// Lines that were left out: what follows keeps its distance to the statement's beginning.
  private void lines(int count) {
    code.append("\n".repeat(count));
  }

  private void keep(int characters) {
    for (int i = 0; i < characters; i++) {
      char now = text.charAt(at);
      if (isBlank && !Character.isWhitespace(now)) {
        isBlank = false;
        begins = line;
      }
      sql.append(now);
      code.append(now);
      count(now);
      at++;
    }
  }

  private void skip(int characters) {
    for (int i = 0; i < characters; i++) {
      count(text.charAt(at));
      at++;
    }
  }

  private void space() {
    sql.append(' ');
    code.append(' ');
  }

  private void count(char passed) {
    if (passed == '\n') {
      line++;
    }
  }

  private void unended(String what, int from) {
    if (!isLeftOut) {
      unended = what;
      unendedLine = from;
    }
    at = text.length();
  }

  private void end() {
    if (!isBlank && !isLeftOut) {
      SqlStatement statement =
          new SqlStatement(begins, sql.toString().strip(), code.toString().strip(), bodies);
      statements.add(statement);
      if (COPIES.matcher(statement.keywords()).matches()) {
        skipData();
      }
    } else if (!isBlank) {
      leftOutLine = leftOut == 0 ? begins : leftOutLine;
      leftOut++;
    }
    sql = new StringBuilder();
    code = new StringBuilder();
    bodies.clear();
    isBlank = true;
  }

  /// The rows of a `COPY … FROM STDIN`, up to `\.` on a line of its own.
  private void skipData() {
    int end = text.indexOf("\n\\.", at);
    skip((end < 0 ? text.length() : end + 3) - at);
  }
}
