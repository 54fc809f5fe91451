package dev.serin.contracts.migration;

import dev.serin.contracts.migration.Finding.Severity;
import dev.serin.contracts.request.Request.Migration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the migrations that a release brings, and says what in them is not additive. While a
/// release is on its way both versions run on one database, and a rollback takes the binary back,
/// never the schema: so the schema after the migrations must serve the version before them too.
///
/// 1. Each file is cut into statements; what a tool's marker sets apart for the way back is left
///    out, and that is said.
/// 2. Each statement is parsed (JSqlParser) and judged by its parsed form.
/// 3. What can't be parsed (`DO` blocks, triggers) is looked through for keywords, and that is
///    said.
public final class MigrationCheck {
  private MigrationCheck() {}

  /// All findings, in the order of the files and of their lines.
  public static List<Finding> of(List<Migration> migrations) {
    return of(migrations, null);
  }

  /// @param dialect whose SQL it is; none where each file tells by itself
  public static List<Finding> of(List<Migration> migrations, @Nullable Dialect dialect) {
    List<Finding> findings = new ArrayList<>();
    NewObjects made = new NewObjects();
    for (Migration migration : migrations) {
      Dialect own = dialect == null ? Dialect.of(migration.sql()) : dialect;
      SqlLexer.Read read = SqlLexer.read(migration.sql(), own);
      StatementRules rules = new StatementRules(own, made);
      List<Finding> ofFile = new ArrayList<>();
      for (SqlStatement statement : read.statements()) {
        for (KeywordScan.Hit hit : rules.of(statement)) {
          ofFile.add(
              new Finding(
                  hit.severity(),
                  migration.path(),
                  statement.line(),
                  statement.shown(),
                  hit.why(),
                  hit.instead()));
        }
      }
      if (read.leftOut() > 0) {
        ofFile.add(
            new Finding(
                Severity.SCANNED,
                migration.path(),
                read.leftOutLine(),
                read.leftOut() == 1 ? "a statement" : read.leftOut() + " statements from here on",
                "left out, since a marker above sets it apart for the way back",
                ""));
      }
      if (read.unended() != null) {
        ofFile.add(
            new Finding(
                Severity.BREAKS,
                migration.path(),
                read.unendedLine(),
                read.unended(),
                "expected it to end, found the end of the file",
                "see whether the file is whole, and whether it is "
                    + (own == Dialect.MYSQL ? "MySQL's" : "PostgreSQL's")));
      }
      ofFile.sort(Comparator.comparingInt(Finding::line));
      findings.addAll(ofFile);
    }
    return findings;
  }

  /// Whether the version that still runs can go on.
  public static boolean isAdditive(List<Finding> findings) {
    return findings.stream().noneMatch(finding -> finding.severity() == Severity.BREAKS);
  }
}
