package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is asked for an alarm, and what becomes of the answers.
class DataPointsAskedTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Reading NONE = new Reading.NoSeries();

  /// Of queries over steps, by query.
  private final Map<String, Reply> steps = new HashMap<>();

  private final List<Question> asked = new ArrayList<>();

  private static SliQuery sli(TreatMissingData missing, @Nullable String least) {
    return new SliQuery(
        "sli",
        "q",
        1.0,
        null,
        least,
        20,
        null,
        List.of(new SliQuery.Witness("w", null, MINUTE)),
        new SliQuery.Alarm(2, 3, MINUTE, missing),
        null);
  }

  private List<Reading> ask(SliQuery sli, int slotSeconds) throws InterruptedException {
    PrometheusWire wire =
        questions -> {
          asked.addAll(questions);
          return questions.stream()
              .map(question ->
                  question.steps() == null
                      ? answered("\"scalar\",\"result\":[1,\"0\"]")
                      : steps.getOrDefault(question.query(), matrix("")))
              .toList();
        };
    Asked answer =
        new Prometheus(wire, "http://prom")
            .ask(List.of(sli), START, START.plusSeconds(slotSeconds))
            .getFirst();
    return Objects.requireNonNull(answer.points()).values();
  }

  private Question.Steps steps() {
    return Objects.requireNonNull(
        asked.stream().filter(it -> it.steps() != null).findFirst().orElseThrow().steps());
  }

  private static Reply matrix(String series) {
    return answered("\"matrix\",\"result\":[" + series + "]");
  }

  private static Reply answered(String data) {
    return new Reply.Answered(
        200, "application/json", "{\"status\":\"success\",\"data\":{\"resultType\":" + data + "}}");
  }

  /// Each value at so many seconds after the start.
  private static String series(String... values) {
    List<String> samples = new ArrayList<>();
    for (int i = 0; i < values.length; i += 2) {
      long at = START.getEpochSecond() + Long.parseLong(values[i]);
      samples.add("[" + at + ",\"" + values[i + 1] + "\"]");
    }
    return "{\"metric\":{},\"values\":[" + String.join(",", samples) + "]}";
  }

  @Test
  void eachPeriodHasTheValueAtItsEnd() throws Exception {
    steps.put("q", matrix(series("330", "1", "390", "NaN", "450", "+Inf", "570", "4")));
    assertThat(ask(sli(TreatMissingData.MISSING, null), 570))
        .containsExactly(
            new Reading.Number(1),
            new Reading.NotANumber(),
            new Reading.Number(Double.POSITIVE_INFINITY),
            NONE,
            new Reading.Number(4));
    assertThat(steps()).isEqualTo(new Question.Steps(5, MINUTE));
    assertThat(asked).extracting(Question::time).containsOnly(START.plusSeconds(570));
  }

  /// What was before the start tells of the binary before.
  @ParameterizedTest
  @CsvSource({"30, 1", "60, 1", "61, 2", "120, 2", "240, 4", "300, 5", "3600, 5"})
  void onlyPeriodsThatEndInTheAnalysisCount(int slotSeconds, int points) throws Exception {
    assertThat(ask(sli(TreatMissingData.BREACHING, null), slotSeconds)).hasSize(points);
    assertThat(steps().points()).isEqualTo(points);
  }

  @Test
  void whatIsIgnoredIsWhatItWasSoAllOfThemAreAskedFor() throws Exception {
    assertThat(ask(sli(TreatMissingData.IGNORE, null), 3600)).hasSize(60);
    asked.clear();
    ask(sli(TreatMissingData.IGNORE, null), 3_600_000);
    assertThat(steps().points()).as("Prometheus gives at most 11,000").isEqualTo(10_000);
  }

  @Test
  void requestsAreCountedForEachPeriod() throws Exception {
    steps.put("q", matrix(series("60", "5", "120", "5")));
    steps.put("n", matrix(series("60", "20", "120", "19")));
    assertThat(ask(sli(TreatMissingData.MISSING, "n"), 120))
        .containsExactly(new Reading.Number(5), NONE);
  }

  /// A label may change its value in between; at one instant there can be one number only.
  @Test
  void severalSeriesAreOneWhereTheyFollowEachOther() throws Exception {
    steps.put("q", matrix(series("60", "5") + "," + series("120", "6")));
    assertThat(ask(sli(TreatMissingData.MISSING, null), 120))
        .containsExactly(new Reading.Number(5), new Reading.Number(6));
    steps.put("q", matrix(series("60", "5", "120", "5") + "," + series("120", "6")));
    assertThat(ask(sli(TreatMissingData.MISSING, null), 120))
        .containsExactly(new Reading.Number(5), new Reading.NotOneNumber("several series"));
    steps.put("q", matrix("{\"metric\":{},\"histograms\":[]}"));
    assertThat(ask(sli(TreatMissingData.MISSING, null), 60))
        .containsExactly(new Reading.NotOneNumber("a histogram; take histogram_quantile(…) of it"));
  }

  @Test
  void whatCouldNotBeAskedForIsNotMissing() throws Exception {
    steps.put("q", new Reply.NotReached("connection refused"));
    assertThat(ask(sli(TreatMissingData.MISSING, null), 120))
        .hasSize(2)
        .hasOnlyElementsOfType(Reading.Unavailable.class);
  }

  @Test
  void withoutAnAnalysisTheQueryAloneIsAsked() throws Exception {
    PrometheusWire wire =
        questions -> {
          asked.addAll(questions);
          return questions.stream().map(it -> answered("\"scalar\",\"result\":[1,\"0\"]")).toList();
        };
    Asked answer =
        new Prometheus(wire, "http://prom")
            .askBefore(
                List.of(sli(TreatMissingData.MISSING, null)),
                START.minusSeconds(60),
                List.of(),
                START.minusSeconds(60),
                START)
            .looked()
            .getFirst();
    assertThat(answer.points()).isNull();
    assertThat(asked).extracting(Question::steps).containsOnlyNulls();
  }
}
