package dev.serin.coordinator.plan;

import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How far back a query sees: for so long after a bad release its errors are still in the value,
/// though everything is taken back.
public final class LookBack {
  /// What is supposed where a query does not tell: a gauge or a recorded series has its own range
  /// behind it, and `offset` asks of another time.
  static final Duration UNTOLD = Duration.ofMinutes(10);

  /// As the data points that an alarm asks for beyond those that it looks at.
  private static final int FURTHER_POINTS = 2;

  private static final Pattern RANGE = Pattern.compile("\\[([^\\]]*)\\]");

  private LookBack() {}

  /// The longest of these queries; where one does not tell, 10 min at least.
  ///
  /// @param queries with everything filled in
  public static Duration longest(List<SliQuery> queries) {
    return queries.stream().map(LookBack::of).max(Comparator.naturalOrder()).orElse(UNTOLD);
  }

  private static Duration of(SliQuery sli) {
    Duration one = of(sli.query());
    SliQuery.Alarm alarm = sli.alarm();
    return alarm == null
        ? one
        : one.plus(alarm.period().multipliedBy(alarm.of() + (long) FURTHER_POINTS));
  }

  /// The longest of its ranges, and each of a subquery on top, since that may be of one that looks
  /// back itself.
  static Duration of(String query) {
    String bare = Selectors.bare(query);
    List<Selector> selectors = Selectors.of(query);
    boolean untold =
        selectors.isEmpty()
            || selectors.stream().anyMatch(selector -> selector.range() == null)
            || Selectors.asksElsewhen(bare);
    Duration longest = Duration.ZERO;
    Duration subqueries = Duration.ZERO;
    Matcher ranges = RANGE.matcher(bare);
    for (MatchResult found : ranges.results().toList()) {
      Duration range = Selectors.range(found.group(1));
      if (range == null) {
        untold = true;
      } else if (found.group(1).contains(":")) {
        subqueries = subqueries.plus(range);
      } else if (range.compareTo(longest) > 0) {
        longest = range;
      }
    }
    Duration told = longest.plus(subqueries);
    return untold && told.compareTo(UNTOLD) < 0 ? UNTOLD : told;
  }
}
