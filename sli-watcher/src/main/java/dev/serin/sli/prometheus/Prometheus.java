package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Asks Prometheus for SLIs.
public final class Prometheus {
  private final PrometheusWire wire;
  private final PrometheusParser parser;

  /// @param address Prometheus' address, as messages name it
  public Prometheus(PrometheusWire wire, String address) {
    this.wire = wire;
    this.parser = new PrometheusParser(address);
  }

  /// Every query of every SLI, all as of one instant, and how old what their values rest on was by
  /// then.
  public List<Asked> ask(List<SliQuery> slis, Instant time) throws InterruptedException {
    List<Question> questions = new ArrayList<>();
    for (SliQuery sli : slis) {
      queries(sli).forEach(query -> questions.add(new Question(query, time)));
    }
    if (questions.isEmpty()) {
      return List.of();
    }
    Iterator<Reading> readings = wire.ask(questions).stream().map(parser::read).iterator();
    List<Asked> asked = new ArrayList<>();
    for (SliQuery sli : slis) {
      SliQuery.Baseline baseline = sli.baseline();
      asked.add(
          new Asked(
              sli,
              value(readings, sli.query()),
              next(readings, sli.minRequestsQuery()),
              baseline == null
                  ? null
                  : new Asked.Baseline(
                      baseline,
                      value(readings, baseline.query()),
                      next(readings, baseline.minRequestsQuery()))));
    }
    return asked;
  }

  private static Reading value(Iterator<Reading> readings, String query) {
    Reading value = readings.next();
    return Ages.of(query).judge(value, readings);
  }

  private static @Nullable Reading next(Iterator<Reading> readings, @Nullable String query) {
    return query == null ? null : readings.next();
  }

  /// In the order in which they are read. How many requests there were is not asked for its age:
  /// the value's decides.
  private static List<String> queries(SliQuery sli) {
    SliQuery.Baseline baseline = sli.baseline();
    return Stream.of(
            withAges(sli.query()),
            Stream.ofNullable(sli.minRequestsQuery()),
            baseline == null ? Stream.<String>of() : withAges(baseline.query()),
            Stream.ofNullable(baseline == null ? null : baseline.minRequestsQuery()))
        .flatMap(queries -> queries)
        .toList();
  }

  private static Stream<String> withAges(String query) {
    return Stream.concat(Stream.of(query), Ages.of(query).queries().stream());
  }
}
