package dev.serin.coordinator.plan;

import dev.serin.contracts.service.ServiceDefinition.Sli;
import dev.serin.contracts.sli.SliQuery.Witness;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the value of an SLI is as old as. A value says nothing of that: an instant vector gives the
/// newest sample of the last 5 minutes, and `rate` goes on for its range after the last one came.
///
/// They are the metrics that the query takes, of the nodes that it names, and those of
/// `minRequests`: whoever counts requests has a sample with each scrape, even where a metric of
/// errors alone has none since the restart. Only the coordinator can tell: it knows which matchers
/// stand for nodes, which nobody can see once they are filled in.
final class Witnesses {
  /// A query of more is not asked for its age: one that was left out might be the one that counts.
  private static final int MOST = 10;

  /// What a query has a value by where a metric has none. A counter of errors that comes with the
  /// first of them ends with the old process, and is absent for as long as all is well: by its age
  /// a good release would never be green. Where each of its metrics may be absent so, only another
  /// that is always there (`minRequests`) tells such a node from one that is gone.
  private static final Pattern FALLBACK = Pattern.compile("\\bvector\\s*\\(");

  private Witnesses() {}

  /// Each series once, with the longest range that it is taken with.
  ///
  /// @param query the SLI's, with `$canary` or `$baseline` still in it, and its ranges filled in
  /// @param least the one of `minRequests`, likewise; none where there is none
  /// @param fill puts in what `$` names stand for
  static List<Witness> of(
      Sli sli, String query, @Nullable String least, UnaryOperator<String> fill) {
    List<Selector> own = Selectors.of(query);
    if (least == null && FALLBACK.matcher(query).results().count() >= own.size()) {
      return List.of();
    }
    Map<String, Witness> witnesses = new LinkedHashMap<>();
    Stream.concat(own.stream(), Selectors.of(least == null ? "" : least).stream())
        .filter(selector -> !selector.witness().isEmpty())
        .map(selector -> witness(sli, selector, fill))
        .forEach(witness -> witnesses.merge(witness.series(), witness, Witnesses::both));
    return witnesses.size() > MOST ? List.of() : List.copyOf(witnesses.values());
  }

  private static Witness witness(Sli sli, Selector selector, UnaryOperator<String> fill) {
    Duration maxAge = sli.maxAge() == null ? selector.limit() : sli.maxAge();
    return new Witness(fill.apply(selector.witness()), selector.range(), maxAge);
  }

  private static Witness both(Witness one, Witness other) {
    Duration range =
        one.range() == null || other.range() == null
            ? (one.range() == null ? other.range() : one.range())
            : longer(one.range(), other.range());
    return new Witness(one.series(), range, longer(one.maxAge(), other.maxAge()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
