package dev.serin.contracts.migration;

import dev.serin.contracts.migration.Finding.Severity;
import dev.serin.contracts.migration.KeywordScan.Hit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import net.sf.jsqlparser.statement.alter.Alter;
import net.sf.jsqlparser.statement.alter.AlterExpression;
import org.jspecify.annotations.Nullable;

/// What each change of an `ALTER TABLE` means, by its parsed form.
final class AlterRules {
  /// Functions that answer otherwise each time (PostgreSQL, "Function Volatility Categories").
  private static final Pattern VOLATILE =
      Pattern.compile(
          "\\b(?:RANDOM|CLOCK_TIMESTAMP|TIMEOFDAY|NEXTVAL|GEN_RANDOM_UUID|UUIDV[47]"
              + "|UUID_GENERATE_V\\w+)\\s*\\(");

  private static final Pattern CONSTRAINS =
      Pattern.compile("\\b(?:UNIQUE|CHECK|PRIMARY KEY|REFERENCES)\\b");

  private final Dialect dialect;

  AlterRules(Dialect dialect) {
    this.dialect = dialect;
  }

  List<Hit> of(Alter alter) {
    List<Hit> hits = new ArrayList<>();
    for (AlterExpression change : alter.getAlterExpressions()) {
      for (Hit hit : of(change)) {
        if (!hits.contains(hit)) {
          hits.add(hit);
        }
      }
    }
    return hits;
  }

  private List<Hit> of(AlterExpression change) {
    return switch (change.getOperation()) {
      case DROP ->
          change.getColumnName() != null || !isEmpty(change.getPkColumns())
              ? breaks(Words.COLUMN_GONE, Words.DROP_LATER)
              : warns(Words.INDEX_GONE, "");
      case DROP_PRIMARY_KEY, DROP_UNIQUE, DROP_FOREIGN_KEY -> warns(Words.INDEX_GONE, "");
      case DROP_PARTITION, TRUNCATE_PARTITION -> breaks(Words.ROWS_GONE, Words.DROP_LATER);
      case RENAME, RENAME_TABLE -> breaks(Words.RENAMED, Words.NEW_NAME_BESIDE);
      case MODIFY, CHANGE, CONVERT -> breaks(Words.TYPE_CHANGED, Words.NEW_COLUMN);
      case ADD -> added(change);
      case RENAME_INDEX, RENAME_KEY, RENAME_CONSTRAINT, COMMENT, COMMENT_WITH_EQUAL_SIGN ->
          List.of();
      // The parser keeps what it does not know as it was written.
      default -> scanned(change);
    };
  }

  private List<Hit> scanned(AlterExpression change) {
    String written = SqlStatement.withoutStrings(String.valueOf(change), dialect);
    return KeywordScan.worst("ALTER TABLE X " + written).map(List::of).orElse(List.of());
  }

  private List<Hit> added(AlterExpression change) {
    List<AlterExpression.ColumnDataType> columns = change.getColDataTypeList();
    if (columns == null || columns.isEmpty()) {
      boolean plain = change.getIndex() != null && isPlain(change);
      return plain ? locks() : warns(Words.CONSTRAINED, Words.AFTER_THIS);
    }
    List<Hit> hits = new ArrayList<>();
    for (AlterExpression.ColumnDataType column : columns) {
      hits.addAll(added(column));
    }
    return hits;
  }

  private List<Hit> added(AlterExpression.ColumnDataType column) {
    List<String> specs = column.getColumnSpecs() == null ? List.of() : column.getColumnSpecs();
    String words =
        SqlStatement.keywords(SqlStatement.withoutStrings(String.join(" ", specs), dialect));
    String type = String.valueOf(column.getColDataType()).toUpperCase(Locale.ROOT);
    boolean isSerial = type.contains("SERIAL");
    if (!isSerial && KeywordScan.needsAValue(words)) {
      return breaks(Words.ADDED_NOT_NULL, Words.WITH_DEFAULT);
    }
    List<Hit> hits = new ArrayList<>();
    boolean rewrites = isSerial || words.contains("GENERATED") || VOLATILE.matcher(words).find();
    if (dialect == Dialect.POSTGRESQL && rewrites && !words.endsWith("VIRTUAL")) {
      hits.addAll(warns(Words.REWRITES, Words.FILL_LATER));
    }
    // A column that the old version leaves NULL breaks no rule.
    if (words.matches("(?s).*\\bDEFAULT\\b.*") && CONSTRAINS.matcher(words).find()) {
      hits.addAll(warns(Words.CONSTRAINED, Words.AFTER_THIS));
    }
    return hits;
  }

  private static boolean isPlain(AlterExpression change) {
    return SqlStatement.keywords(String.valueOf(change.getIndex()))
        .matches("(?s)(?:INDEX|KEY)\\b.*");
  }

  /// An index that others wait for; MySQL builds one while others write (InnoDB and Online DDL).
  List<Hit> locks() {
    return dialect == Dialect.POSTGRESQL ? warns(Words.LOCKS, Words.CONCURRENTLY) : List.of();
  }

  private static boolean isEmpty(@Nullable List<?> list) {
    return list == null || list.isEmpty();
  }

  static List<Hit> breaks(String why, String instead) {
    return List.of(new Hit(Severity.BREAKS, why, instead));
  }

  static List<Hit> warns(String why, String instead) {
    return List.of(new Hit(Severity.WARNS, why, instead));
  }
}
