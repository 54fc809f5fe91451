package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
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
import org.junit.jupiter.api.Test;

/// What is asked about a value's age, and what becomes of the value.
class AgesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Reading GREEN = new Reading.Number(0.001);
  private static final Witness TOTAL =
      new Witness("total", Duration.ofMinutes(1), Duration.ofSeconds(35));
  private static final Witness GAUGE = new Witness("gauge", null, Duration.ofSeconds(165));

  private static final String TOTAL_NEWEST = "time() - max(timestamp(total))";
  private static final String TOTAL_RANGE =
      "time() - max(max_over_time(timestamp(total)[60000ms:2s]))";
  private static final String GAUGE_NEWEST = "time() - max(timestamp(gauge))";

  private final Map<String, Reply> prometheus = new HashMap<>(Map.of("q", number("0.001")));

  /// One list an exchange.
  private final List<List<String>> asked = new ArrayList<>();

  private Reading ask(Witness... witnesses) throws InterruptedException {
    return asked(witnesses).value();
  }

  private Asked asked(Witness... witnesses) throws InterruptedException {
    PrometheusWire wire =
        questions -> {
          assertThat(questions).extracting(Question::time).containsOnly(NOW);
          asked.add(questions.stream().map(Question::query).toList());
          return questions.stream()
              .map(question -> prometheus.getOrDefault(question.query(), nothing()))
              .toList();
        };
    SliQuery sli = new SliQuery("sli", "q", 1.0, null, null, 0, null, List.of(witnesses));
    return new Prometheus(wire, "http://prom")
        .ask(List.of(sli), NOW.minusSeconds(60), NOW)
        .getFirst();
  }

  private static Reply number(String value) {
    return answered("{\"resultType\":\"scalar\",\"result\":[1,\"" + value + "\"]}");
  }

  private static Reply nothing() {
    return answered("{\"resultType\":\"vector\",\"result\":[]}");
  }

  private static Reply answered(String data) {
    return new Reply.Answered(
        200, "application/json", "{\"status\":\"success\",\"data\":" + data + "}");
  }

  private static Reading old(int age, int limit) {
    return new Reading.Old(0.001, Duration.ofSeconds(age), Duration.ofSeconds(limit));
  }

  @Test
  void aValueWithAFreshSampleIsAsItIsAndItsRangeIsNotLookedThrough() throws Exception {
    prometheus.put(TOTAL_NEWEST, number("35"));
    assertThat(ask(TOTAL)).isEqualTo(GREEN);
    assertThat(asked).containsExactly(List.of("q", TOTAL_NEWEST));
  }

  @Test
  void aValueWithoutOneIsOld() throws Exception {
    prometheus.put(TOTAL_NEWEST, number("36"));
    assertThat(ask(TOTAL)).isEqualTo(old(36, 35));
    prometheus.put(GAUGE_NEWEST, number("165.1"));
    assertThat(ask(GAUGE)).isInstanceOf(Reading.Old.class);
  }

  @Test
  void aRangeGoesOnWithTheSamplesBeforeTheMark() throws Exception {
    prometheus.put(TOTAL_RANGE, number("20"));
    assertThat(ask(TOTAL)).isEqualTo(GREEN);
    assertThat(asked).containsExactly(List.of("q", TOTAL_NEWEST), List.of(TOTAL_RANGE));
    prometheus.put(TOTAL_RANGE, number("50"));
    assertThat(ask(TOTAL)).isEqualTo(old(50, 35));
  }

  @Test
  void oneFreshWitnessIsEnough() throws Exception {
    prometheus.put(TOTAL_NEWEST, number("50"));
    prometheus.put(GAUGE_NEWEST, number("1"));
    assertThat(ask(TOTAL, GAUGE)).isEqualTo(GREEN);
    prometheus.put(GAUGE_NEWEST, number("170"));
    assertThat(ask(GAUGE, TOTAL)).isEqualTo(old(50, 35));
  }

  @Test
  void whoHasNoSamplesAtAllProvesNothing() throws Exception {
    assertThat(ask(TOTAL)).isEqualTo(GREEN);
    assertThat(ask(GAUGE)).isEqualTo(GREEN);
    assertThat(ask()).isEqualTo(GREEN);
  }

  @Test
  void anAgeThatIsNotAnsweredSpoilsNoValueAndIsTold() throws Exception {
    prometheus.put(TOTAL_NEWEST, new Reply.TimedOut(Duration.ofSeconds(5)));
    assertThat(ask(TOTAL))
        .isEqualTo(
            new Reading.Undated(0.001, "Prometheus at http://prom did not answer within 5000 ms"));
    assertThat(asked).hasSize(1);

    prometheus.put(TOTAL_NEWEST, nothing());
    prometheus.put(TOTAL_RANGE, new Reply.NotReached("connection refused"));
    assertThat(ask(TOTAL)).isInstanceOf(Reading.Undated.class);
    prometheus.put(TOTAL_RANGE, number("NaN"));
    assertThat(ask(TOTAL)).isInstanceOf(Reading.Undated.class);
  }

  @Test
  void whatIsFreshWithoutTheUnknownOneIsFresh() throws Exception {
    prometheus.put(TOTAL_NEWEST, new Reply.NotReached("connection refused"));
    prometheus.put(GAUGE_NEWEST, number("170"));
    assertThat(ask(GAUGE, TOTAL)).isInstanceOf(Reading.Undated.class);
    prometheus.put(GAUGE_NEWEST, number("1"));
    assertThat(ask(TOTAL, GAUGE)).isEqualTo(GREEN);
  }

  @Test
  void aLackStaysALack() throws Exception {
    prometheus.put(GAUGE_NEWEST, number("200"));
    prometheus.put("q", nothing());
    assertThat(ask(GAUGE)).isEqualTo(new Reading.NoSeries());
  }

  @Test
  void eachQuestionIsAskedOnce() throws Exception {
    asked(TOTAL, TOTAL);
    assertThat(asked).containsExactly(List.of("q", TOTAL_NEWEST), List.of(TOTAL_RANGE));
  }
}
