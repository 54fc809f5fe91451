package dev.serin.coordinator.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the selectors in a query, by PromQL's tokens: names that are neither a function's, an
/// operator's nor a label's in `by (…)`, with what stands in braces and brackets behind them.
/// Whoever takes samples of another time on purpose (`offset`, `@`) is left out.
///
/// It is no parser: what Prometheus would refuse may be read as anything.
final class Selectors {
  private static final Set<String> BEFORE_LABELS =
      Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
  private static final Set<String> WORDS =
      Set.of("and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "start", "end");
  private static final Set<String> AGGREGATIONS =
      Set.of(
          "sum",
          "min",
          "max",
          "avg",
          "group",
          "stddev",
          "stdvar",
          "count",
          "count_values",
          "bottomk",
          "topk",
          "quantile",
          "limitk",
          "limit_ratio");

  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern NUMBER = Pattern.compile("[0-9][0-9a-zA-Z_.]*");
  private static final Pattern COMMENT = Pattern.compile("#[^\\n]*+");
  private static final Pattern SPACE = Pattern.compile("(?:\\s|#[^\\n]*+)++");
  private static final Pattern BY = Pattern.compile("(?i)(?:by|without)\\b");
  private static final Pattern ELSEWHEN = Pattern.compile("(?i)@|\\boffset\\b");

  /// What opens right before a selector of which it takes two samples at least.
  private static final Pattern TAKES_TWO =
      Pattern.compile("\\b(?:rate|irate|increase|delta|idelta|deriv)\\s*\\(\\s*$");

  private static final Pattern PART = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d|w|y)");

  /// Prometheus keeps nothing for longer.
  private static final Duration LONGEST = Duration.ofDays(3_650);

  private static final Pattern DURATION = Pattern.compile("(?:" + PART.pattern() + ")+");

  private final String query;
  private final Set<Selector> found = new LinkedHashSet<>();
  private int at;

  private Selectors(String query) {
    this.query = query;
  }

  /// Each of them once, in the order of the query.
  static List<Selector> of(String query) {
    Selectors selectors = new Selectors(query);
    selectors.read();
    return List.copyOf(selectors.found);
  }

  /// The query without its texts and comments, in which nothing is PromQL's.
  static String bare(String query) {
    Selectors selectors = new Selectors(query);
    StringBuilder bare = new StringBuilder();
    while (selectors.at < query.length()) {
      char next = query.charAt(selectors.at);
      if (isQuote(next)) {
        selectors.passText();
      } else if (!selectors.pass(COMMENT)) {
        bare.append(next);
        selectors.at++;
      }
    }
    return bare.toString();
  }

  /// Whether samples of another time are taken anywhere.
  static boolean asksElsewhen(String bare) {
    return ELSEWHEN.matcher(bare).find();
  }

  private void read() {
    while (at < query.length()) {
      char next = query.charAt(at);
      if (!pass(SPACE) && !pass(NUMBER)) {
        if (isQuote(next)) {
          passText();
        } else if (next == '{') {
          selector(at);
        } else if (next == '[') {
          passTo(']');
        } else if (Character.isLetter(next) || next == '_' || next == ':') {
          name();
        } else {
          at++;
        }
      }
    }
  }

  private static boolean isQuote(char next) {
    return next == '"' || next == '\'' || next == '`';
  }

  private void name() {
    int from = at;
    if (!pass(NAME)) {
      at++;
      return;
    }
    String name = query.substring(from, at).toLowerCase(Locale.ROOT);
    pass(SPACE);
    if (BEFORE_LABELS.contains(name)) {
      if (isNext('(')) {
        passTo(')');
      }
    } else if (!WORDS.contains(name)
        && !isNext('(')
        && !(AGGREGATIONS.contains(name) && looksAt(BY))) {
      at = from;
      pass(NAME);
      selector(from);
    }
  }

  /// @param from where its name, or its brace, begins
  private void selector(int from) {
    String metric = query.substring(from, at);
    pass(SPACE);
    List<String> matchers = isNext('{') ? matchers() : List.of();
    pass(SPACE);
    Duration range = null;
    boolean readable = true;
    if (isNext('[')) {
      int bracket = at;
      passTo(']');
      range = range(query.substring(bracket + 1, Math.max(bracket + 1, at - 1)));
      readable = range != null;
      pass(SPACE);
    }
    if (readable && !looksAt(ELSEWHEN)) {
      found.add(
          new Selector(metric, matchers, range, TAKES_TWO.matcher(query).region(0, from).find()));
    }
  }

  /// What stands between the braces, each without the comma behind it.
  private List<String> matchers() {
    List<String> matchers = new ArrayList<>();
    at++;
    int from = at;
    while (at < query.length() && query.charAt(at) != '}') {
      char next = query.charAt(at);
      if (isQuote(next)) {
        passText();
      } else {
        at++;
      }
      if (next == ',') {
        matchers.add(query.substring(from, at - 1).strip());
        from = at;
      }
    }
    matchers.add(query.substring(Math.min(from, at), at).strip());
    at = Math.min(query.length(), at + 1);
    matchers.removeIf(String::isEmpty);
    return matchers;
  }

  /// Of `5m`, or of the first part of a subquery's `5m:30s`; none where it is no plain duration.
  static @Nullable Duration range(String text) {
    String first = text.split(":", 2)[0].strip();
    if (!DURATION.matcher(first).matches()) {
      return null;
    }
    Duration range = Duration.ZERO;
    Matcher part = PART.matcher(first);
    while (part.find()) {
      long amount = Long.parseLong(part.group(1));
      range =
          range.plus(
              switch (part.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                case "d" -> Duration.ofDays(amount);
                case "w" -> Duration.ofDays(7 * amount);
                default -> Duration.ofDays(365 * amount);
              });
    }
    return range.compareTo(LONGEST) > 0 ? null : range;
  }

  private boolean isNext(char wanted) {
    return at < query.length() && query.charAt(at) == wanted;
  }

  private boolean looksAt(Pattern wanted) {
    return query.length() > at && wanted.matcher(query).region(at, query.length()).lookingAt();
  }

  private boolean pass(Pattern wanted) {
    Matcher matcher = wanted.matcher(query).region(at, query.length());
    if (!matcher.lookingAt()) {
      return false;
    }
    at = matcher.end();
    return true;
  }

  /// Passes what opens here and all up to what closes it; a closing one in a text is none.
  private void passTo(char closing) {
    at++;
    while (at < query.length() && query.charAt(at) != closing) {
      if (isQuote(query.charAt(at))) {
        passText();
      } else {
        at++;
      }
    }
    at = Math.min(query.length(), at + 1);
  }

  private void passText() {
    char quote = query.charAt(at++);
    while (at < query.length() && query.charAt(at) != quote) {
      at += quote != '`' && query.charAt(at) == '\\' ? 2 : 1;
    }
    at = Math.min(query.length(), at + 1);
  }
}
