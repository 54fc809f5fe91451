package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /// Every query of every SLI, all as of one instant, and how old what their values rest on was by
  /// then. The range of a witness is looked through only where it has no fresh sample.
  public List<Asked> ask(List<SliQuery> slis, Instant time) throws InterruptedException {
    Answers answers = new Answers(time);
    answers.ask(slis.stream().flatMap(Prometheus::queries));
    answers.ask(slis.stream().flatMap(Prometheus::witnesses).flatMap(answers::ofRange));
    return slis.stream()
        .map(sli -> {
          SliQuery.Baseline baseline = sli.baseline();
          return new Asked(
              sli,
              answers.value(sli.query(), sli.witnesses()),
              answers.orNone(sli.minRequestsQuery()),
              baseline == null
                  ? null
                  : new Asked.Baseline(
                      baseline,
                      answers.value(baseline.query(), baseline.witnesses()),
                      answers.orNone(baseline.minRequestsQuery())));
        })
        .toList();
  }

  private static Stream<String> queries(SliQuery sli) {
    SliQuery.Baseline baseline = sli.baseline();
    return Stream.of(
            Stream.of(sli.query()),
            Stream.ofNullable(sli.minRequestsQuery()),
            baseline == null ? Stream.<String>of() : Stream.of(baseline.query()),
            Stream.ofNullable(baseline == null ? null : baseline.minRequestsQuery()),
            witnesses(sli).map(Ages::newest))
        .flatMap(queries -> queries);
  }

  private static Stream<Witness> witnesses(SliQuery sli) {
    SliQuery.Baseline baseline = sli.baseline();
    return Stream.concat(
        sli.witnesses().stream(), baseline == null ? Stream.of() : baseline.witnesses().stream());
  }

  /// What Prometheus said as of one instant, each question asked once, whichever SLIs want to know.
  private final class Answers {
    private final Instant time;
    private final Map<String, Reading> readings = new HashMap<>();

    Answers(Instant time) {
      this.time = time;
    }

    void ask(Stream<String> queries) throws InterruptedException {
      List<Question> questions =
          queries
              .distinct()
              .filter(query -> !readings.containsKey(query))
              .map(query -> new Question(query, time))
              .toList();
      if (questions.isEmpty()) {
        return;
      }
      List<Reply> replies = wire.ask(questions);
      for (int i = 0; i < questions.size(); i++) {
        readings.put(questions.get(i).query(), parser.read(replies.get(i)));
      }
    }

    /// Where Prometheus has not said how old the newest sample is, it is not asked once more.
    Stream<String> ofRange(Witness witness) {
      Duration range = witness.range();
      Reading newest = of(Ages.newest(witness));
      boolean old = newest instanceof Reading.Number && !Ages.isFresh(witness, newest);
      return range != null && (old || newest instanceof Reading.NoSeries)
          ? Stream.of(Ages.ofRange(witness, range))
          : Stream.of();
    }

    Reading value(String query, List<Witness> witnesses) {
      return Ages.judge(of(query), witnesses.stream().map(this::said).toList());
    }

    private Ages.Said said(Witness witness) {
      return new Ages.Said(
          witness,
          Stream.concat(Stream.of(Ages.newest(witness)), ofRange(witness)).map(this::of).toList());
    }

    @Nullable Reading orNone(@Nullable String query) {
      return query == null ? null : of(query);
    }

    private Reading of(String query) {
      return Objects.requireNonNull(readings.get(query));
    }
  }
}
