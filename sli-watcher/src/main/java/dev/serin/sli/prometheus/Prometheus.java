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

  /// SLIs to ask for.
  ///
  /// @param since of which on requests are compared, before the instant that is asked for
  /// @param begun of which on data points are asked for; none where nothing is judged
  private record Wanted(List<SliQuery> slis, Instant since, @Nullable Instant begun) {}

  /// What is asked before a rollout.
  ///
  /// @param looked at only: no data points are asked for
  /// @param judged as they are
  public record Before(List<Asked> looked, List<Asked> judged) {}

  /// Every query of every SLI, all as of one instant, and how old what their values rest on was by
  /// then. The range of a witness is looked through only where it has no fresh sample.
  ///
  /// @param since when the analysis began, before `time`: of which on requests are compared, and
  ///   data points asked for
  public List<Asked> ask(List<SliQuery> slis, Instant since, Instant time)
      throws InterruptedException {
    return ask(List.of(new Wanted(slis, since, since)), time).getFirst();
  }

  /// The same of two sets at once, so that one hanging query costs one time-out.
  ///
  /// @param looked those of which nothing is judged
  /// @param compared of which on their requests are compared, before `time`
  /// @param judged those that are judged
  /// @param since of which on data points are asked for, before `time`
  public Before askBefore(
      List<SliQuery> looked, Instant compared, List<SliQuery> judged, Instant since, Instant time)
      throws InterruptedException {
    List<List<Asked>> both =
        ask(List.of(new Wanted(looked, compared, null), new Wanted(judged, since, since)), time);
    return new Before(both.getFirst(), both.getLast());
  }

  private List<List<Asked>> ask(List<Wanted> all, Instant time) throws InterruptedException {
    Answers answers = new Answers(time);
    answers.ask(
        all.stream()
            .flatMap(wanted ->
                wanted.slis().stream().flatMap(sli -> queries(sli, counting(wanted, time)))),
        all.stream()
            .flatMap(wanted ->
                wanted.slis().stream().flatMap(sli -> answers.overSteps(sli, wanted.begun()))));
    answers.ask(
        all.stream()
            .flatMap(wanted -> wanted.slis().stream())
            .flatMap(Prometheus::witnesses)
            .flatMap(answers::ofRange),
        Stream.of());
    return all.stream()
        .map(wanted ->
            wanted.slis().stream()
                .map(sli -> asked(sli, answers, counting(wanted, time), wanted.begun()))
                .toList())
        .toList();
  }

  private static Counting counting(Wanted wanted, Instant time) {
    return new Counting(Duration.between(wanted.since(), time));
  }

  private static Asked asked(
      SliQuery sli, Answers answers, Counting counting, @Nullable Instant begun) {
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
        answers.points(sli, begun),
        comparing == null ? null : counting.read(comparing, Counting.maxAge(sli), answers::value));
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
    private final Map<String, Reading> readings = new HashMap<>();
    private final Map<Question, List<Reading>> points = new HashMap<>();

    Answers(Instant time) {
      this.time = time;
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
    Stream<Question> overSteps(SliQuery sli, @Nullable Instant begun) {
      SliQuery.Alarm alarm = sli.alarm();
      return alarm == null || begun == null
          ? Stream.of()
          : Stream.concat(Stream.of(sli.query()), Stream.ofNullable(sli.minRequestsQuery()))
              .map(query -> DataPointQueries.of(query, alarm, begun, time));
    }

    /// A data point is as old as a value would be, which is asked for at the slot alone.
    @Nullable DataPoints points(SliQuery sli, @Nullable Instant begun) {
      List<List<Reading>> answered =
          overSteps(sli, begun)
              .map(question -> Objects.requireNonNull(points.get(question)))
              .toList();
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
