package dev.serin.contracts.migration;

import dev.serin.contracts.migration.Finding.Severity;
import dev.serin.contracts.migration.KeywordScan.Hit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.UnsupportedStatement;
import net.sf.jsqlparser.statement.alter.Alter;
import net.sf.jsqlparser.statement.alter.AlterExpression;
import net.sf.jsqlparser.statement.alter.RenameTableStatement;
import net.sf.jsqlparser.statement.create.function.CreateFunction;
import net.sf.jsqlparser.statement.create.index.CreateIndex;
import net.sf.jsqlparser.statement.create.procedure.CreateProcedure;
import net.sf.jsqlparser.statement.create.table.CreateTable;
import net.sf.jsqlparser.statement.delete.Delete;
import net.sf.jsqlparser.statement.drop.Drop;
import net.sf.jsqlparser.statement.grant.Grant;
import net.sf.jsqlparser.statement.truncate.Truncate;
import net.sf.jsqlparser.statement.update.Update;
import org.jspecify.annotations.Nullable;

/// What each statement means, by its parsed form; by its keywords where the parser can't read it.
/// Remembers the tables that the same migrations create: what is done to those is nobody's trouble,
/// since no version uses them yet.
final class StatementRules {
  /// What the parser does not know, and what makes no difference here.
  private static final Pattern CONCURRENTLY = Pattern.compile("(?i)\\bCONCURRENTLY\\b");

  private static final Pattern NOT_VALID = Pattern.compile("(?i)\\bNOT\\s+VALID\\s*$");
  private static final Pattern SET_DATA_TYPE = Pattern.compile("(?i)\\bSET\\s+DATA\\s+TYPE\\b");

  /// What the parser can't read, and every version can live with.
  private static final Pattern HARMLESS =
      Pattern.compile(
          "(?:INSERT|BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|SET|RESET|LOCK|ANALYZE"
              + "|VACUUM|REINDEX|CLUSTER|CHECKPOINT|COMMENT|GRANT|NOTIFY|USE|DELIMITER|SELECT|COPY"
              + "|CREATE (?:EXTENSION|TYPE|DOMAIN|SEQUENCE|SCHEMA|ROLE|USER|INDEX|UNIQUE INDEX|POLICY"
              + "|AGGREGATE|OPERATOR|CAST|COLLATION|STATISTICS|PUBLICATION|SUBSCRIPTION|SERVER"
              + "|FOREIGN|TABLE|UNLOGGED|TEMP|TEMPORARY|DATABASE|MATERIALIZED|VIEW|OR REPLACE VIEW)"
              + "|ALTER TYPE \\S+ ADD VALUE|ALTER SEQUENCE|ALTER INDEX|ALTER (?:DATABASE|ROLE|SYSTEM)"
              + "|DROP (?:TRIGGER|POLICY|EXTENSION))\\b.*",
          Pattern.DOTALL);

  private static final Pattern MADE_TO_BE_CALLED =
      Pattern.compile("CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\\b");

  /// How long one statement may take to be parsed: deeply nested ones can take for ever.
  private static final long PARSED_WITHIN_MS = 1_000;

  /// After so many that took longer, nothing more is parsed.
  private static final int MOST_TOO_LONG = 3;

  private final Dialect dialect;
  private final Set<String> created;
  private int tookTooLong;

  /// @param created the tables that were created before, in the same release
  StatementRules(Dialect dialect, Set<String> created) {
    this.dialect = dialect;
    this.created = created;
  }

  /// What is to be said of it; `SCANNED` first where the parser could not read it.
  List<Hit> of(SqlStatement statement) {
    Statement parsed = parsed(statement);
    if (statement.sql().startsWith("\\")) {
      return List.of(new Hit(Severity.WARNS, Words.UNSEEN, "give that file too"));
    }
    return switch (parsed) {
      case Alter alter -> altered(alter, statement);
      case Drop drop -> dropped(drop);
      case RenameTableStatement rename -> List.of(breaks(Words.RENAMED, Words.NEW_NAME_BESIDE));
      case Truncate truncate -> List.of(breaks(Words.ROWS_GONE, Words.DROP_LATER));
      case CreateTable table -> {
        if (!table.isIfNotExists()) {
          created.add(name(table.getTable().getFullyQualifiedName()));
        }
        yield List.of();
      }
      case CreateIndex index -> indexed(index, statement);
      case Update update -> List.of(new Hit(Severity.WARNS, Words.DATA, ""));
      case Delete delete -> List.of(new Hit(Severity.WARNS, Words.DATA, ""));
      case CreateFunction function -> inBodies(statement, false);
      case CreateProcedure procedure -> inBodies(statement, false);
      case Grant grant -> List.of();
      case UnsupportedStatement unsupported -> scanned(statement);
      case null -> scanned(statement);
      default -> List.of();
    };
  }

  private @Nullable Statement parsed(SqlStatement statement) {
    String sql = CONCURRENTLY.matcher(statement.sql()).replaceAll("");
    sql = NOT_VALID.matcher(sql).replaceAll("");
    sql = SET_DATA_TYPE.matcher(sql).replaceAll("TYPE");
    if (tookTooLong >= MOST_TOO_LONG) {
      return null;
    }
    try {
      return CCJSqlParserUtil.parse(sql, parser -> parser.withTimeOut(PARSED_WITHIN_MS));
    } catch (JSQLParserException unreadable) {
      if (unreadable.getCause() instanceof TimeoutException) {
        tookTooLong++;
      }
      return null;
    }
  }

  private List<Hit> altered(Alter alter, SqlStatement statement) {
    if (created.contains(name(alter.getTable().getFullyQualifiedName()))) {
      return List.of();
    }
    List<Hit> hits = new ArrayList<>();
    for (AlterExpression change : alter.getAlterExpressions()) {
      Hit hit = altered(change, statement);
      if (hit != null && !hits.contains(hit)) {
        hits.add(hit);
      }
    }
    return hits;
  }

  private @Nullable Hit altered(AlterExpression change, SqlStatement statement) {
    return switch (change.getOperation()) {
      case DROP ->
          change.getColumnName() != null || !isEmpty(change.getPkColumns())
              ? breaks(Words.COLUMN_GONE, Words.DROP_LATER)
              : new Hit(Severity.WARNS, Words.INDEX_GONE, "");
      case DROP_PRIMARY_KEY, DROP_UNIQUE, DROP_FOREIGN_KEY ->
          new Hit(Severity.WARNS, Words.INDEX_GONE, "");
      case DROP_PARTITION, TRUNCATE_PARTITION -> breaks(Words.ROWS_GONE, Words.DROP_LATER);
      case RENAME, RENAME_TABLE -> breaks(Words.RENAMED, Words.NEW_NAME_BESIDE);
      case MODIFY, CHANGE, CONVERT -> breaks(Words.TYPE_CHANGED, Words.NEW_COLUMN);
      case ALTER -> column(change);
      case ADD -> added(change);
      case RENAME_INDEX, RENAME_KEY, RENAME_CONSTRAINT, COMMENT, COMMENT_WITH_EQUAL_SIGN -> null;
      default -> KeywordScan.worst("ALTER TABLE X " + codeOf(change, statement)).orElse(null);
    };
  }

  /// The parser keeps what it does not know as it was written, strings and all.
  private static String codeOf(AlterExpression change, SqlStatement statement) {
    String kept = String.valueOf(change);
    return kept.indexOf('\'') < 0 ? kept : statement.code();
  }

  private static @Nullable Hit column(AlterExpression change) {
    String what = SqlStatement.keywords(String.valueOf(change));
    if (!isEmpty(change.getColumnDropDefaultList())) {
      return new Hit(Severity.WARNS, Words.DEFAULT_GONE, "");
    }
    return KeywordScan.worst("ALTER TABLE X " + what).orElse(null);
  }

  private @Nullable Hit added(AlterExpression change) {
    List<AlterExpression.ColumnDataType> columns = change.getColDataTypeList();
    if (columns == null || columns.isEmpty()) {
      boolean plain = change.getIndex() != null && isPlain(change);
      return plain ? locks() : new Hit(Severity.WARNS, Words.CONSTRAINED, "");
    }
    for (AlterExpression.ColumnDataType column : columns) {
      List<String> specs = column.getColumnSpecs() == null ? List.of() : column.getColumnSpecs();
      String words = SqlStatement.keywords(String.join(" ", specs));
      String type = String.valueOf(column.getColDataType()).toLowerCase(Locale.ROOT);
      boolean isGiven =
          words.matches("(?s).*\\b(?:DEFAULT|GENERATED|AUTO_INCREMENT)\\b.*")
              || type.contains("serial");
      if (words.contains("NOT NULL") && !isGiven) {
        return breaks(Words.ADDED_NOT_NULL, Words.WITH_DEFAULT);
      }
      if (words.matches("(?s).*\\b(?:UNIQUE|CHECK|PRIMARY KEY|REFERENCES)\\b.*") && isGiven) {
        return new Hit(Severity.WARNS, Words.CONSTRAINED, "");
      }
    }
    return null;
  }

  private static boolean isPlain(AlterExpression change) {
    return SqlStatement.keywords(String.valueOf(change.getIndex())).matches("(?:INDEX|KEY)\\b.*");
  }

  /// MySQL builds an index while others write (InnoDB and Online DDL).
  private @Nullable Hit locks() {
    return dialect == Dialect.POSTGRESQL
        ? new Hit(Severity.WARNS, Words.LOCKS, Words.CONCURRENTLY)
        : null;
  }

  private List<Hit> dropped(Drop drop) {
    String name = name(drop.getName().getFullyQualifiedName());
    return switch (drop.getType().toUpperCase(Locale.ROOT)) {
      case "TABLE" ->
          created.remove(name) ? List.of() : List.of(breaks(Words.TABLE_GONE, Words.DROP_LATER));
      case "SCHEMA", "DATABASE" -> List.of(breaks(Words.SCHEMA_GONE, Words.DROP_LATER));
      case "INDEX" -> List.of(new Hit(Severity.WARNS, Words.INDEX_GONE, ""));
      case "TRIGGER", "POLICY", "EXTENSION", "USER", "ROLE" -> List.of();
      default -> List.of(breaks(Words.OBJECT_GONE, Words.DROP_LATER));
    };
  }

  private List<Hit> indexed(CreateIndex index, SqlStatement statement) {
    if (created.contains(name(index.getTable().getFullyQualifiedName()))) {
      return List.of();
    }
    List<Hit> hits = new ArrayList<>();
    String type = index.getIndex().getType();
    if (type != null && type.equalsIgnoreCase("UNIQUE")) {
      hits.add(new Hit(Severity.WARNS, Words.CONSTRAINED, ""));
    }
    Hit locks = locks();
    if (locks != null && !CONCURRENTLY.matcher(statement.code()).find()) {
      hits.add(locks);
    }
    return hits;
  }

  /// What the parser can't read is looked through, and that is said where anything may be in it.
  private List<Hit> scanned(SqlStatement statement) {
    List<Hit> hits = new ArrayList<>(KeywordScan.scan(statement.code()));
    Hit locks = locks();
    if (locks != null && isIndexWithoutConcurrently(statement)) {
      hits.add(locks);
    }
    boolean runsNow = statement.keywords().startsWith("DO ");
    if (runsNow || MADE_TO_BE_CALLED.matcher(statement.keywords()).lookingAt()) {
      hits.addAll(inBodies(statement, runsNow));
    }
    boolean isKnown = hits.isEmpty() && HARMLESS.matcher(statement.keywords()).matches();
    if (!isKnown) {
      hits.addFirst(
          new Hit(
              Severity.SCANNED,
              "it could not be parsed, so it was only looked through for keywords",
              hits.isEmpty() ? "none that breaks was found: read it yourself" : ""));
    }
    return hits;
  }

  private static boolean isIndexWithoutConcurrently(SqlStatement statement) {
    return statement.keywords().matches("(?s)CREATE (?:UNIQUE )?INDEX\\b.*")
        && !CONCURRENTLY.matcher(statement.code()).find();
  }

  /// What is in the body of a block that runs now counts in full; in one that runs later it is
  /// told.
  private static List<Hit> inBodies(SqlStatement statement, boolean runsNow) {
    List<Hit> hits = new ArrayList<>();
    for (SqlStatement.Body body : statement.bodies()) {
      for (Hit hit : KeywordScan.scan(body.code())) {
        String where = "line " + body.line() + " (" + shortened(body.code()) + "): " + hit.why();
        if (runsNow) {
          hits.add(new Hit(hit.severity(), where, hit.instead()));
        } else if (hit.severity() == Severity.BREAKS) {
          hits.add(new Hit(Severity.WARNS, "when it is called, " + where, ""));
        }
      }
    }
    return hits;
  }

  private static String shortened(String code) {
    String words = code.strip().replaceAll("\\s+", " ");
    return words.length() > 50 ? words.substring(0, 50) + "…" : words;
  }

  private static boolean isEmpty(@Nullable List<?> list) {
    return list == null || list.isEmpty();
  }

  private static Hit breaks(String why, String instead) {
    return new Hit(Severity.BREAKS, why, instead);
  }

  /// A table's name as it is compared: without quotes, in lower case, without the default schema.
  private static String name(String written) {
    String plain = written.replaceAll("[\"`]", "").toLowerCase(Locale.ROOT);
    return plain.startsWith("public.") ? plain.substring(7) : plain;
  }

  static Set<String> nothingCreated() {
    return new HashSet<>();
  }
}
