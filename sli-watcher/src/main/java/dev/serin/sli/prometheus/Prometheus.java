package dev.serin.sli.prometheus;

import dev.serin.contracts.sli.Comparing;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.DataPoints;
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
  ///
  /// @param since when the analysis began, before `time`: of which on requests are compared, and
  ///   data points asked for
  public List<Asked> ask(List<SliQuery> slis, Instant since, Instant time)
      throws InterruptedException {
    return ask(slis, since, time, since);
  }

  /// The same where nothing is judged: no data points are asked for.
  ///
  /// @param since of which on requests are compared, before `time`
  public List<Asked> look(List<SliQuery> slis, Instant since, Instant time)
      throws InterruptedException {
    return ask(slis, since, time, null);
  }

  private List<Asked> ask(List<SliQuery> slis, Instant since, Instant time, @Nullable Instant begun)
      throws InterruptedException {
    Answers answers = new Answers(time, begun);
    Counting counting = new Counting(Duration.between(since, time));
    answers.ask(
        slis.stream().flatMap(sli -> queries(sli, counting)),
        slis.stream().flatMap(answers::overSteps));
    answers.ask(
        slis.stream().flatMap(Prometheus::witnesses).flatMap(answers::ofRange), Stream.of());
    return slis.stream()
        .map(sli -> {
          SliQuery.Baseline baseline = sli.baseline();
          Comparing comparing = sli.comparing();
          return new Asked(
              sli,
              answers.value(sli.query(), sli.witnesses()),
              answers.orNone(sli.minRequestsQuery()),
              baseline == null
                  ? null
                  : new Asked.Baseline(
                      baseline,
                      answers.value(baseline.query(), baseline.witnesses()),
                      answers.orNone(baseline.minRequestsQuery())),
              answers.points(sli),
              comparing == null
                  ? null
                  : counting.read(comparing, Counting.maxAge(sli), answers::value));
        })
        .toList();
  }

  private static Stream<String> queries(SliQuery sli, Counting counting) {
    Comparing comparing = sli.comparing();
    SliQuery.Baseline baseline = sli.baseline();
    return Stream.of(
            Stream.of(sli.query()),
            Stream.ofNullable(sli.minRequestsQuery()),
            baseline == null ? Stream.<String>of() : Stream.of(baseline.query()),
            Stream.ofNullable(baseline == null ? null : baseline.minRequestsQuery()),
            comparing == null
                ? Stream.<String>of()
                : counting.queries(comparing, Counting.maxAge(sli)),
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
    private final @Nullable Instant start;
    private final Map<String, Reading> readings = new HashMap<>();
    private final Map<Question, List<Reading>> points = new HashMap<>();

    Answers(Instant time, @Nullable Instant start) {
      this.time = time;
      this.start = start;
    }

    /// All at once.
    void ask(Stream<String> queries, Stream<Question> overSteps) throws InterruptedException {
      List<Question> questions =
          Stream.concat(
                  queries
                      .filter(query -> !readings.containsKey(query))
                      .map(query -> new Question(query, time)),
                  overSteps)
              .distinct()
              .toList();
      if (questions.isEmpty()) {
        return;
      }
      List<Reply> replies = wire.ask(questions);
      for (int i = 0; i < questions.size(); i++) {
        Question question = questions.get(i);
        Question.Steps steps = question.steps();
        if (steps == null) {
          readings.put(question.query(), parser.read(replies.get(i)));
        } else {
          points.put(question, parser.read(replies.get(i), question, steps));
        }
      }
    }

    /// What is asked of each period of an alarm.
    Stream<Question> overSteps(SliQuery sli) {
      SliQuery.Alarm alarm = sli.alarm();
      Instant begun = start;
      return alarm == null || begun == null
          ? Stream.of()
          : Stream.concat(Stream.of(sli.query()), Stream.ofNullable(sli.minRequestsQuery()))
              .map(query -> DataPointQueries.of(query, alarm, begun, time));
    }

    /// A data point is as old as a value would be, which is asked for at the slot alone.
    @Nullable DataPoints points(SliQuery sli) {
      List<List<Reading>> answered =
          overSteps(sli).map(question -> Objects.requireNonNull(points.get(question))).toList();
      return answered.isEmpty()
          ? null
          : DataPoints.of(
              sli,
              answered.getFirst(),
              answered.size() == 1 ? null : answered.getLast(),
              judged(new Reading.Number(0), sli.witnesses()));
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
      return judged(of(query), witnesses);
    }

    private Reading judged(Reading value, List<Witness> witnesses) {
      return Ages.judge(value, witnesses.stream().map(this::said).toList());
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
