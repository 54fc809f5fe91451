package dev.serin.contracts.migration;

import dev.serin.contracts.migration.Finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks through code that no parser reads for the keywords of what breaks. Each rule takes time by
/// the length of the code alone, since anybody may send any code.
final class KeywordScan {
  /// What is told of a keyword.
  record Hit(Severity severity, String why, String instead) {}

  /// Where in the code it was found.
  record Found(Hit hit, int at) {}

  /// @param within what must stand before it; none where it may stand anywhere
  private record Rule(Optional<Pattern> within, Pattern code, Hit hit) {}

  private static final Pattern TABLE = keywords("\\bALTER (?:FOREIGN )?TABLE\\b");
  private static final Pattern TABLE_OR_DOMAIN =
      keywords("\\bALTER (?:(?:FOREIGN )?TABLE|DOMAIN)\\b");
  private static final Pattern TYPE = keywords("\\bALTER TYPE\\b");
  private static final Pattern ANYTHING = keywords("\\bALTER (?!INDEX\\b)");

  /// A column that an ALTER TABLE adds, up to the next comma; numbers in brackets are its type's.
  private static final Pattern ADDED =
      keywords(
          "\\bADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT\\b|CHECK\\b|UNIQUE\\b|PRIMARY\\b"
              + "|FOREIGN\\b|EXCLUDE\\b|INDEX\\b|KEY\\b|PARTITION\\b)"
              + "((?:[^,;()]++|\\([^()]*+\\)){1,20}+)");

  /// What may stand before a statement; the statement itself is the one group of such a rule.
  private static final String BEGINS = "(?:^|\\(|\\b(?:BEGIN|THEN|ELSE|LOOP) )";

  private static final Pattern QUOTED = Pattern.compile("\"[^\"]*+\"|`[^`]*+`");

  private static final Hit ADDED_NOT_NULL =
      new Hit(Severity.BREAKS, Words.ADDED_NOT_NULL, Words.WITH_DEFAULT);

  private static final List<Rule> RULES =
      List.of(
          breaks(
              "\\b(?:DROP (?:FOREIGN )?|CREATE OR REPLACE )TABLE\\b",
              Words.TABLE_GONE,
              Words.DROP_LATER),
          breaks("\\bDROP (?:SCHEMA|DATABASE|OWNED BY)\\b", Words.SCHEMA_GONE, Words.DROP_LATER),
          breaks(
              "\\bDROP (?:MATERIALIZED )?(?:VIEW|TYPE|DOMAIN|SEQUENCE|FUNCTION|PROCEDURE|ROUTINE"
                  + "|AGGREGATE|OPERATOR|CAST|EXTENSION|ROLE|USER|SERVER)\\b",
              Words.OBJECT_GONE,
              Words.DROP_LATER),
          breaks("\\bTRUNCATE (?![(,]|ON\\b)", Words.ROWS_GONE, Words.DROP_LATER),
          breaks(
              TABLE,
              "\\bDROP (?!CONSTRAINT\\b|INDEX\\b|KEY\\b|PRIMARY\\b|FOREIGN\\b|CHECK\\b|DEFAULT\\b"
                  + "|NOT NULL\\b|EXPRESSION\\b|IDENTITY\\b|PARTITION\\b)\\S",
              Words.COLUMN_GONE,
              Words.DROP_LATER),
          breaks(
              TABLE,
              "\\b(?:(?:DROP|DETACH|EXCHANGE|TRUNCATE|DISCARD) PARTITION|DISCARD TABLESPACE)\\b",
              Words.ROWS_GONE,
              Words.DROP_LATER),
          breaks(
              TABLE,
              "\\bALTER (?:COLUMN )?\\S+ (?:SET DATA )?TYPE\\b",
              Words.TYPE_CHANGED,
              Words.NEW_COLUMN),
          breaks(TABLE, "\\b(?:MODIFY|CHANGE|CONVERT TO)\\b", Words.TYPE_CHANGED, Words.NEW_COLUMN),
          breaks(TYPE, "\\b(?:DROP|ALTER) ATTRIBUTE\\b", Words.TYPE_CHANGED, Words.NEW_NAME_BESIDE),
          breaks(TABLE_OR_DOMAIN, "\\bSET NOT NULL\\b", Words.NOT_NULL, Words.NOT_NULL_LATER),
          breaks(
              ANYTHING,
              "\\bRENAME (?!CONSTRAINT\\b|INDEX\\b|KEY\\b)",
              Words.RENAMED,
              Words.NEW_NAME_BESIDE),
          breaks("\\bRENAME TABLE\\b", Words.RENAMED, Words.NEW_NAME_BESIDE),
          breaks(ANYTHING, "\\bSET SCHEMA\\b", Words.RENAMED, Words.NEW_NAME_BESIDE),
          warns(
              TABLE,
              "\\bALTER (?:COLUMN )?\\S+ DROP (?:DEFAULT|IDENTITY)\\b",
              Words.DEFAULT_GONE,
              Words.KEEP_DEFAULT),
          warns(
              TABLE,
              "\\bDROP (?:CONSTRAINT|PRIMARY KEY|FOREIGN KEY|CHECK|INDEX|KEY)\\b",
              Words.INDEX_GONE,
              ""),
          warns("\\bDROP INDEX\\b", Words.INDEX_GONE, ""),
          warns("\\bDROP (?:TRIGGER|RULE|POLICY|EVENT)\\b", Words.TRIGGER_GONE, ""),
          warns(
              TABLE_OR_DOMAIN,
              "\\bADD (?:CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\\b",
              Words.CONSTRAINED,
              Words.AFTER_THIS),
          warns(TABLE, "\\b(?:ADD|SET) GENERATED ALWAYS\\b", Words.CONSTRAINED, Words.AFTER_THIS),
          warns(TABLE, "\\b(?:ENABLE|FORCE) ROW LEVEL SECURITY\\b", Words.ROWS_HIDDEN, ""),
          warns(
              "\\bCREATE (?:OR REPLACE )?(?:CONSTRAINT )?(?:TRIGGER|RULE|EVENT)\\b",
              Words.TRIGGERS,
              ""),
          warns(
              "\\bEXECUTE (?!FUNCTION\\b|PROCEDURE\\b)|\\bPREPARE \\S+ FROM\\b|\\\\gexec\\b",
              Words.DYNAMIC,
              Words.READ_IT),
          warns(BEGINS + "(REVOKE)\\b", Words.LESS_ALLOWED, ""),
          warns(
              BEGINS
                  + "(VACUUM FULL|CLUSTER|REINDEX(?! \\S+ CONCURRENTLY)|LOCK TABLES?"
                  + "|REFRESH MATERIALIZED VIEW(?! CONCURRENTLY))\\b",
              Words.LOCKS_ALL,
              ""),
          warns(BEGINS + "(UPDATE|DELETE|MERGE|REPLACE INTO)\\b", Words.DATA, ""));

  private static final Pattern SAYS_A_VALUE =
      Pattern.compile("(?i)\\b(?:DEFAULT(?!\\s+NULL\\b)|GENERATED|AUTO_INCREMENT|\\w*SERIAL)\\b");
  private static final Pattern IS_NOT_NULL =
      Pattern.compile("(?i)\\b(?:NOT\\s+NULL|PRIMARY\\s+KEY)\\b");

  private KeywordScan() {}

  /// Spaces stand for any white space, which is not given back once it is read.
  private static Pattern keywords(String code) {
    return Pattern.compile(code.replace(" ", "\\s++"), Pattern.CASE_INSENSITIVE);
  }

  private static Rule breaks(String code, String why, String instead) {
    return new Rule(Optional.empty(), keywords(code), new Hit(Severity.BREAKS, why, instead));
  }

  private static Rule breaks(Pattern within, String code, String why, String instead) {
    return new Rule(Optional.of(within), keywords(code), new Hit(Severity.BREAKS, why, instead));
  }

  private static Rule warns(String code, String why, String instead) {
    return new Rule(Optional.empty(), keywords(code), new Hit(Severity.WARNS, why, instead));
  }

  private static Rule warns(Pattern within, String code, String why, String instead) {
    return new Rule(Optional.of(within), keywords(code), new Hit(Severity.WARNS, why, instead));
  }

  /// Whether a column that is added takes no NULL and has no value for who does not know it.
  static boolean needsAValue(String column) {
    return IS_NOT_NULL.matcher(column).find() && !SAYS_A_VALUE.matcher(column).find();
  }

  /// All that is found, what breaks first; nothing is said twice.
  static List<Hit> scan(String code) {
    return found(code).stream().map(Found::hit).toList();
  }

  /// The worst of it.
  static Optional<Hit> worst(String code) {
    return scan(code).stream().findFirst();
  }

  /// The same with its places, of the first time that each is found.
  static List<Found> found(String code) {
    List<Found> all = new ArrayList<>();
    int from = 0;
    // A name in quotes is no keyword, whatever it is; its length is kept.
    String named = QUOTED.matcher(code).replaceAll(name -> "_".repeat(name.end() - name.start()));
    for (String one : named.split(";", -1)) {
      for (Found found : ofOne(one)) {
        if (all.stream().noneMatch(it -> it.hit.equals(found.hit))) {
          all.add(new Found(found.hit, from + found.at));
        }
      }
      from += one.length() + 1;
    }
    all.sort(Comparator.comparing(found -> found.hit.severity()));
    return all;
  }

  private static List<Found> ofOne(String code) {
    int indent = code.length() - code.stripLeading().length();
    String own = code.substring(indent);
    List<Found> found = new ArrayList<>();
    for (Rule rule : RULES) {
      int at = place(rule, own);
      if (at >= 0) {
        found.add(new Found(rule.hit, indent + at));
      }
    }
    Matcher table = TABLE.matcher(own);
    if (table.find() && addsWhatNeedsAValue(own, table.end())) {
      found.add(new Found(ADDED_NOT_NULL, indent + table.start()));
    }
    return found;
  }

  /// Where the statement that it is about begins; below 0 where there is none.
  private static int place(Rule rule, String code) {
    Matcher matcher = rule.code.matcher(code);
    if (rule.within.isPresent()) {
      Matcher before = rule.within.get().matcher(code);
      return before.find() && matcher.find(before.end()) ? before.start() : -1;
    }
    return matcher.find() ? matcher.start(matcher.groupCount()) : -1;
  }

  private static boolean addsWhatNeedsAValue(String code, int from) {
    Matcher added = ADDED.matcher(code);
    for (int at = from; added.find(at); at = added.end()) {
      if (needsAValue(added.group(1))) {
        return true;
      }
    }
    return false;
  }
}
