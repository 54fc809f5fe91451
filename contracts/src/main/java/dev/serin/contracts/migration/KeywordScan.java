package dev.serin.contracts.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Looks through code that no parser reads for the keywords of what breaks.
final class KeywordScan {
  /// What is told of a keyword.
  record Hit(Finding.Severity severity, String why, String instead) {}

  private record Rule(Pattern code, Hit hit) {}

  /// What stands in front of a table's alteration, up to the end of its statement.
  private static final String ALTERED = "ALTER (?:FOREIGN )?TABLE\\b[^;]*?\\b";

  private static final List<Rule> RULES =
      List.of(
          breaks("DROP (?:FOREIGN )?TABLE\\b", Words.TABLE_GONE, Words.DROP_LATER),
          breaks("DROP (?:SCHEMA|DATABASE)\\b", Words.SCHEMA_GONE, Words.DROP_LATER),
          breaks(
              "DROP (?:MATERIALIZED )?(?:VIEW|TYPE|DOMAIN|SEQUENCE|FUNCTION|PROCEDURE|ROUTINE)\\b",
              Words.OBJECT_GONE,
              Words.DROP_LATER),
          breaks("TRUNCATE\\b", Words.ROWS_GONE, Words.DROP_LATER),
          breaks(
              ALTERED
                  + "DROP (?!CONSTRAINT\\b|INDEX\\b|KEY\\b|PRIMARY\\b|FOREIGN\\b|CHECK\\b|DEFAULT\\b"
                  + "|NOT NULL\\b|EXPRESSION\\b|IDENTITY\\b|PARTITION\\b)\\S",
              Words.COLUMN_GONE,
              Words.DROP_LATER),
          breaks("DROP PARTITION\\b", Words.ROWS_GONE, Words.DROP_LATER),
          breaks(
              ALTERED + "ALTER (?:COLUMN )?\\S+ (?:SET DATA )?TYPE\\b",
              Words.TYPE_CHANGED,
              Words.NEW_COLUMN),
          breaks(ALTERED + "(?:MODIFY|CHANGE)\\b", Words.TYPE_CHANGED, Words.NEW_COLUMN),
          breaks(ALTERED + "SET NOT NULL\\b", Words.NOT_NULL, Words.NOT_NULL_LATER),
          breaks(
              ALTERED
                  + "ADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT\\b|CHECK\\b|UNIQUE\\b"
                  + "|PRIMARY\\b|FOREIGN\\b)(?:(?!DEFAULT|GENERATED|SERIAL)[^,;])*\\bNOT NULL\\b"
                  + "(?!(?:(?!,).)*\\b(?:DEFAULT|GENERATED)\\b)",
              Words.ADDED_NOT_NULL,
              Words.WITH_DEFAULT),
          breaks(
              "ALTER (?!INDEX\\b)[^;]*?\\bRENAME (?!CONSTRAINT\\b|INDEX\\b|KEY\\b)",
              Words.RENAMED,
              Words.NEW_NAME_BESIDE),
          breaks("^RENAME TABLE\\b", Words.RENAMED, Words.NEW_NAME_BESIDE),
          breaks("ALTER [^;]*?\\bSET SCHEMA\\b", Words.RENAMED, Words.NEW_NAME_BESIDE),
          warns("ALTER (?:COLUMN )?\\S+ DROP DEFAULT\\b", Words.DEFAULT_GONE, ""),
          warns("DROP (?:CONSTRAINT|PRIMARY KEY|FOREIGN KEY|INDEX|KEY)\\b", Words.INDEX_GONE, ""),
          warns(
              ALTERED + "ADD (?:CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\\b",
              Words.CONSTRAINED,
              ""),
          warns("CREATE (?:CONSTRAINT )?(?:OR REPLACE )?TRIGGER\\b", Words.TRIGGERS, ""),
          warns("\\bEXECUTE (?!FUNCTION\\b|PROCEDURE\\b)", Words.DYNAMIC, "read it yourself"),
          warns("\\bPREPARE \\S+ FROM\\b", Words.DYNAMIC, "read it yourself"),
          warns("\\b(?:UPDATE|DELETE FROM|REVOKE|MERGE INTO)\\b", Words.DATA, ""));

  private KeywordScan() {}

  private static Rule breaks(String code, String why, String instead) {
    return new Rule(Pattern.compile(code), new Hit(Finding.Severity.BREAKS, why, instead));
  }

  private static Rule warns(String code, String why, String instead) {
    return new Rule(Pattern.compile(code), new Hit(Finding.Severity.WARNS, why, instead));
  }

  /// All that is found, the worst first; nothing is said twice.
  static List<Hit> scan(String code) {
    String keywords = SqlStatement.keywords(code);
    List<Hit> hits = new ArrayList<>();
    for (Rule rule : RULES) {
      if (rule.code.matcher(keywords).find() && !hits.contains(rule.hit)) {
        hits.add(rule.hit);
      }
    }
    return hits;
  }

  /// The worst of it.
  static Optional<Hit> worst(String code) {
    return scan(code).stream().findFirst();
  }
}
