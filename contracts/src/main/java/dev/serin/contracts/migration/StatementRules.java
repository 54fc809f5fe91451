package dev.serin.contracts.migration;

import static dev.serin.contracts.migration.AlterRules.breaks;
import static dev.serin.contracts.migration.AlterRules.warns;

import dev.serin.contracts.migration.Finding.Severity;
import dev.serin.contracts.migration.KeywordScan.Hit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.alter.Alter;
import net.sf.jsqlparser.statement.alter.RenameTableStatement;
import net.sf.jsqlparser.statement.create.index.CreateIndex;
import net.sf.jsqlparser.statement.drop.Drop;
import net.sf.jsqlparser.statement.truncate.Truncate;
import org.jspecify.annotations.Nullable;

/// What each statement means, by its parsed form; by its keywords where the parser can't read it,
/// or where they tell all there is to tell.
final class StatementRules {
  /// What is parsed. Queries are not: they change no schema, and nested ones can take the parser
  /// for ever.
  private static final Pattern PARSED =
      Pattern.compile("(?s)(?:ALTER|DROP|RENAME|TRUNCATE|CREATE (?:UNIQUE )?INDEX)\\b.*");

  private static final Pattern INDEX = Pattern.compile("CREATE (?:UNIQUE )?INDEX\\b");

  private static final Pattern QUERY = Pattern.compile("\\bSELECT\\b");

  /// How deep brackets may be nested in what is parsed: the parser calls itself for each.
  private static final int DEEPEST = 50;

  /// What the parser does not know, and what makes no difference here.
  private static final Pattern CONCURRENTLY = Pattern.compile("(?i)\\bCONCURRENTLY\\b");

  private static final Pattern NOT_VALID = Pattern.compile("(?i)\\bNOT\\s+VALID\\s*$");
  private static final Pattern SET_DATA_TYPE = Pattern.compile("(?i)\\bSET\\s+DATA\\s+TYPE\\b");

  /// What its keywords tell whole.
  private static final Pattern TOLD =
      Pattern.compile(
          "(?s)(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|WITH|REVOKE|LOCK|VACUUM|REINDEX|CLUSTER|REFRESH"
              + "|DROP (?:TRIGGER|RULE|POLICY|EVENT))\\b.*");

  /// What every version can live with, unless a keyword in it says otherwise.
  private static final Pattern HARMLESS =
      Pattern.compile(
          "(?s)(?:BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|SET|RESET|ANALYZE"
              + "|CHECKPOINT|COMMENT|GRANT|NOTIFY|USE|SELECT|VALUES|COPY|CALL|UNLOCK TABLES|SHOW|EXPLAIN"
              + "|CREATE (?:EXTENSION|TYPE|DOMAIN|SEQUENCE|SCHEMA|ROLE|USER|POLICY"
              + "|FULLTEXT INDEX|SPATIAL INDEX|AGGREGATE|OPERATOR|CAST|COLLATION|STATISTICS|PUBLICATION"
              + "|SUBSCRIPTION|SERVER|FOREIGN|DATABASE|MATERIALIZED|VIEW|OR REPLACE VIEW)"
              + "|ALTER TYPE \\S+ ADD VALUE|ALTER SEQUENCE|ALTER INDEX|ALTER (?:DATABASE|ROLE|USER|SYSTEM)"
              + "|DROP TEMPORARY TABLE|DEALLOCATE|DISCARD)\\b.*");

  private static final Pattern ROUTINE =
      Pattern.compile(
          "CREATE\\s++(?:OR\\s++REPLACE\\s++)?(?:DEFINER\\s*+=\\s*+\\S++\\s++)?"
              + "(?:FUNCTION|PROCEDURE)\\s++(?:IF\\s++NOT\\s++EXISTS\\s++)?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CALLS =
      Pattern.compile("(?:CALL|SELECT|EXEC|EXECUTE|DO|WITH)\\b", Pattern.CASE_INSENSITIVE);

  private static final Pattern DYNAMIC = Pattern.compile("(?i)\\b(?:EXECUTE|PREPARE)\\b");

  private static final Pattern QUOTED_BODY = Pattern.compile("(?i)\\b(?:AS|DO)\\s+E?'");

  private static final Hit SCANNED =
      new Hit(
          Severity.SCANNED,
          "it could not be parsed, so it was only looked through for keywords",
          "");

  private final NewObjects made;
  private final AlterRules alters;

  /// @param made what the same release has made before
  StatementRules(Dialect dialect, NewObjects made) {
    this.made = made;
    this.alters = new AlterRules(dialect);
  }

  /// What is to be said of it; `SCANNED` first where the parser could not read it.
  List<Hit> of(SqlStatement statement) {
    if (statement.sql().startsWith("\\")) {
      return warns(Words.UNSEEN, "give that file too");
    }
    if (made.remember(statement.code()) || made.areNew(statement.code())) {
      return List.of();
    }
    List<Hit> hits = judged(statement);
    return made.mayBeNew(statement.code())
        ? hits.stream().filter(hit -> hit.severity() != Severity.WARNS).toList()
        : hits;
  }

  private List<Hit> judged(SqlStatement statement) {
    if (ROUTINE.matcher(statement.code()).lookingAt()) {
      return routine(statement);
    }
    return switch (parsed(statement)) {
      case Alter alter -> alters.of(alter);
      case Drop drop -> dropped(drop);
      case RenameTableStatement rename -> breaks(Words.RENAMED, Words.NEW_NAME_BESIDE);
      case Truncate truncate -> breaks(Words.ROWS_GONE, Words.DROP_LATER);
      case CreateIndex index -> indexed(index, statement);
      case null, default -> scanned(statement);
    };
  }

  /// The parser's own thread pool and time-out are passed by: what comes of a statement must not
  /// depend on how fast this machine is.
  private static @Nullable Statement parsed(SqlStatement statement) {
    String keywords = statement.keywords();
    if (!PARSED.matcher(keywords).matches()
        || HARMLESS.matcher(keywords).matches()
        || QUERY.matcher(keywords).find()
        || depth(statement.code()) > DEEPEST) {
      return null;
    }
    String sql = CONCURRENTLY.matcher(statement.sql()).replaceAll("");
    sql = NOT_VALID.matcher(sql).replaceAll("");
    sql = SET_DATA_TYPE.matcher(sql).replaceAll("TYPE");
    try {
      return new CCJSqlParser(sql).withAllowComplexParsing(false).Statement();
    } catch (ParseException | RuntimeException | StackOverflowError unreadable) {
      // Whatever it stumbles over, the keywords are looked at instead, and that is said.
      return null;
    }
  }

  private static int depth(String code) {
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < code.length(); i++) {
      char now = code.charAt(i);
      depth += now == '(' ? 1 : now == ')' ? -1 : 0;
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  }

  private static List<Hit> dropped(Drop drop) {
    return switch (drop.getType().toUpperCase(Locale.ROOT)) {
      case "TABLE" -> breaks(Words.TABLE_GONE, Words.DROP_LATER);
      case "SCHEMA", "DATABASE", "OWNED" -> breaks(Words.SCHEMA_GONE, Words.DROP_LATER);
      case "INDEX" -> warns(Words.INDEX_GONE, "");
      case "TRIGGER", "POLICY", "RULE", "EVENT" -> warns(Words.TRIGGER_GONE, "");
      default -> breaks(Words.OBJECT_GONE, Words.DROP_LATER);
    };
  }

  private List<Hit> indexed(CreateIndex index, SqlStatement statement) {
    List<Hit> hits = new ArrayList<>();
    String type = index.getIndex().getType();
    if (type != null && type.equalsIgnoreCase("UNIQUE")) {
      hits.addAll(warns(Words.CONSTRAINED, Words.AFTER_THIS));
    }
    if (!CONCURRENTLY.matcher(statement.code()).find()) {
      hits.addAll(alters.locks());
    }
    return hits;
  }

  /// What the parser can't read is looked through, and that is said where anything may be in it.
  private List<Hit> scanned(SqlStatement statement) {
    String keywords = statement.keywords();
    List<Hit> hits = new ArrayList<>(KeywordScan.scan(statement.code()));
    if (INDEX.matcher(keywords).lookingAt()) {
      if (keywords.startsWith("CREATE UNIQUE")) {
        hits.addAll(warns(Words.CONSTRAINED, Words.AFTER_THIS));
      }
      if (!CONCURRENTLY.matcher(statement.code()).find()) {
        hits.addAll(alters.locks());
      }
    }
    if (DYNAMIC.matcher(statement.code()).find()) {
      hits.addAll(inStrings(statement.sql()));
    }
    if (keywords.startsWith("DO ")) {
      for (SqlStatement.Body body : bodies(statement)) {
        hits.addAll(inBody(body));
        hits.addAll(made.called(body.code()));
      }
    } else if (CALLS.matcher(statement.code()).lookingAt()) {
      hits.addAll(made.called(statement.code()));
    }
    boolean isKnown =
        TOLD.matcher(keywords).matches()
            || (hits.isEmpty()
                && (INDEX.matcher(keywords).lookingAt() || HARMLESS.matcher(keywords).matches()));
    if (!isKnown) {
      hits.addFirst(
          hits.isEmpty()
              ? new Hit(
                  Severity.SCANNED, SCANNED.why(), "none that breaks was found: " + Words.READ_IT)
              : SCANNED);
    }
    return hits;
  }

  /// A routine does nothing until it is called: who calls it in the same release does it all.
  private List<Hit> routine(SqlStatement statement) {
    List<Hit> inside = new ArrayList<>();
    bodies(statement).forEach(body -> inside.addAll(inBody(body)));
    List<Hit> breaking = inside.stream().filter(hit -> hit.severity() == Severity.BREAKS).toList();
    NewObjects.nameAfter(ROUTINE, statement.code()).ifPresent(name -> made.routine(name, breaking));
    return breaking.stream()
        .map(hit -> new Hit(Severity.WARNS, "when it is called, " + hit.why(), ""))
        .toList();
  }

  /// Its dollar-quoted code; without such, what it has in quotes; else itself.
  private static List<SqlStatement.Body> bodies(SqlStatement statement) {
    if (!statement.bodies().isEmpty()) {
      return statement.bodies();
    }
    String code =
        QUOTED_BODY.matcher(statement.code()).find()
            ? statement.sql().replace('\'', ' ')
            : statement.code();
    return List.of(new SqlStatement.Body(statement.line(), code, statement.sql()));
  }

  private static List<Hit> inBody(SqlStatement.Body body) {
    List<Hit> hits = new ArrayList<>();
    for (KeywordScan.Found found : KeywordScan.found(body.code())) {
      String before = body.code().substring(0, found.at());
      long line = body.line() + before.chars().filter(letter -> letter == '\n').count();
      String words = SqlStatement.shown(body.code().substring(found.at()), 50);
      hits.add(
          new Hit(
              found.hit().severity(),
              "line " + line + " (" + words + "): " + found.hit().why(),
              found.hit().instead()));
    }
    if (DYNAMIC.matcher(body.code()).find()) {
      hits.addAll(inStrings(body.sql()));
    }
    return hits;
  }

  /// What breaks in the strings of a statement that runs strings.
  private static List<Hit> inStrings(String sql) {
    return KeywordScan.scan(sql.replace('\'', ' ')).stream()
        .filter(hit -> hit.severity() == Severity.BREAKS)
        .map(hit -> new Hit(hit.severity(), "in what it runs: " + hit.why(), hit.instead()))
        .toList();
  }
}
