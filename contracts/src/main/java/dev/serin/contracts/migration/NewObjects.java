package dev.serin.contracts.migration;

import dev.serin.contracts.migration.KeywordScan.Hit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the migrations of one release make themselves: no version uses it yet, so what is done to
/// it is nobody's trouble. And routines, which do what is in them once they are called.
final class NewObjects {
  private static final String NAME = "((?:\"[^\"]*+\"|`[^`]*+`|[\\p{Alnum}_$.])++)";
  private static final String NAMES = "(" + NAME + "(?:\\s*+,\\s*+" + NAME + ")*+)";

  private static final Pattern CREATES =
      pattern(
          "CREATE (?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED) )*+TABLE (IF NOT EXISTS )?" + NAME);

  /// The tables that a statement is about, and no others.
  private static final List<Pattern> ABOUT =
      List.of(
          pattern("ALTER (?:FOREIGN )?TABLE (?:IF EXISTS )?(?:ONLY )?(" + NAME + ")"),
          pattern("DROP (?:FOREIGN )?TABLE (?:IF EXISTS )?" + NAMES),
          pattern("TRUNCATE (?:TABLE )?(?:ONLY )?" + NAMES),
          pattern("RENAME TABLE (" + NAME + ") TO " + NAME + "$"),
          pattern(
              "CREATE (?:UNIQUE |FULLTEXT |SPATIAL )?INDEX [^(]*?\\bON (?:ONLY )?(" + NAME + ")"),
          pattern("(?:UPDATE|DELETE FROM) (?:ONLY )?(" + NAME + ")(?!\\s*+,)"),
          pattern("CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER [^(]*?\\bON (" + NAME + ")"));

  private static final Pattern DROPS = pattern("DROP (?:FOREIGN )?TABLE\\b");

  private static final Pattern ONE = Pattern.compile(NAME);

  private final Set<String> created = new HashSet<>();
  private final Set<String> perhaps = new HashSet<>();
  private final Map<String, List<Hit>> routines = new HashMap<>();

  private static Pattern pattern(String code) {
    return Pattern.compile(code.replace(" ", "\\s++"), Pattern.CASE_INSENSITIVE);
  }

  /// Whether it creates a table, which is remembered.
  boolean remember(String code) {
    Matcher creates = CREATES.matcher(code);
    if (!creates.lookingAt()) {
      return false;
    }
    // Where one of that name may be there before, it stays somebody's.
    (creates.group(1) == null ? created : perhaps).add(name(creates.group(2)));
    return true;
  }

  /// Whether a statement is about new tables alone.
  boolean areNew(String code) {
    List<String> tables = tables(code);
    boolean all = !tables.isEmpty() && created.containsAll(tables);
    if (all && DROPS.matcher(code).lookingAt()) {
      tables.forEach(created::remove);
    }
    return all;
  }

  /// Whether it is about tables that are new, or that `CREATE TABLE IF NOT EXISTS` has found there.
  boolean mayBeNew(String code) {
    List<String> tables = tables(code);
    return !tables.isEmpty()
        && tables.stream().allMatch(it -> created.contains(it) || perhaps.contains(it));
  }

  private static List<String> tables(String code) {
    for (Pattern about : ABOUT) {
      Matcher found = about.matcher(code);
      if (found.lookingAt()) {
        List<String> names = new ArrayList<>();
        Matcher one = ONE.matcher(found.group(1));
        while (one.find()) {
          names.add(name(one.group()));
        }
        return names;
      }
    }
    return List.of();
  }

  void routine(String name, List<Hit> breaking) {
    routines.put(name(name), breaking);
  }

  /// What happens where a statement calls a routine of the same release.
  List<Hit> called(String code) {
    List<Hit> hits = new ArrayList<>();
    String text = code.toLowerCase(Locale.ROOT);
    routines.forEach((name, breaking) -> {
      if (Pattern.compile("(?<![\\w$])" + Pattern.quote(name) + "(?![\\w$])")
          .matcher(text)
          .find()) {
        breaking.forEach(hit ->
            hits.add(
                new Hit(hit.severity(), "it calls " + name + ": " + hit.why(), hit.instead())));
      }
    });
    return hits;
  }

  static Optional<String> nameAfter(Pattern words, String code) {
    Matcher found = words.matcher(code);
    if (!found.lookingAt()) {
      return Optional.empty();
    }
    Matcher one = ONE.matcher(code).region(found.end(), code.length());
    return one.lookingAt() ? Optional.of(one.group()) : Optional.empty();
  }

  /// As it is compared: quotes left out, in lower case where there were none, without the default
  /// schema. MySQL's backticks keep no case.
  private static String name(String written) {
    StringBuilder name = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < written.length(); i++) {
      char letter = written.charAt(i);
      if (letter == '"') {
        quoted = !quoted;
      } else if (letter != '`') {
        name.append(quoted ? letter : Character.toLowerCase(letter));
      }
    }
    String plain = name.toString();
    return plain.startsWith("public.") ? plain.substring("public.".length()) : plain;
  }
}
