package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
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

  /// Every query of every SLI, all as of one instant.
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
      Reading value = readings.next();
      Reading requests = next(readings, sli.minRequestsQuery());
      SliQuery.Baseline baseline = sli.baseline();
      asked.add(
          new Asked(
              sli,
              value,
              requests,
              baseline == null
                  ? null
                  : new Asked.Baseline(
                      baseline, readings.next(), next(readings, baseline.minRequestsQuery()))));
    }
    return asked;
  }

  private static @Nullable Reading next(Iterator<Reading> readings, @Nullable String query) {
    return query == null ? null : readings.next();
  }

  /// In the order in which they are read.
  private static List<String> queries(SliQuery sli) {
    SliQuery.Baseline baseline = sli.baseline();
    return Stream.of(
            sli.query(),
            sli.minRequestsQuery(),
            baseline == null ? null : baseline.query(),
            baseline == null ? null : baseline.minRequestsQuery())
        .filter(Objects::nonNull)
        .toList();
  }
}
