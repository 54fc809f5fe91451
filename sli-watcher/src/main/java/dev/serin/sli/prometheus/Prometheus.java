package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

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
      questions.add(new Question(sli.query(), time));
      if (sli.minRequestsQuery() != null) {
        questions.add(new Question(sli.minRequestsQuery(), time));
      }
    }
    if (questions.isEmpty()) {
      return List.of();
    }
    Iterator<Reading> readings = wire.ask(questions).stream().map(parser::read).iterator();
    List<Asked> asked = new ArrayList<>();
    for (SliQuery sli : slis) {
      Reading value = readings.next();
      asked.add(new Asked(sli, value, sli.minRequestsQuery() == null ? null : readings.next()));
    }
    return asked;
  }
}
