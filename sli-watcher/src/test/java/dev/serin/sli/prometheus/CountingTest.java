package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.sli.Commands;
import dev.serin.sli.judge.Asked;
import dev.serin.sli.judge.Compared;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CountingTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void countsSinceTheStartAndWhatASeriesWasBornWith() {
    assertThat(new Counting(Duration.ofSeconds(90)).all("r{n='c'}"))
        .isEqualTo(
            "sum((r{n='c'} - (r{n='c'} offset 90s or last_over_time(r{n='c'}[1h] offset 90s) <="
                + " min_over_time(r{n='c'}[90s]))) >= 0 or r{n='c'})");
  }

  @Test
  void whatNeverHappenedIsNone() {
    assertThat(new Counting(Duration.ofSeconds(90)).some("e")).endsWith(" or vector(0)");
  }

  @Test
  void asksAsOfTheSlotAndOnceForEachCounter() throws InterruptedException {
    List<Question> asked = new ArrayList<>();
    Prometheus prometheus =
        new Prometheus(
            questions -> {
              asked.addAll(questions);
              return questions.stream().map(CountingTest::answered).toList();
            },
            "http://prometheus");
    Asked found =
        prometheus.ask(List.of(Commands.COMPARED), START, START.plusSeconds(60)).getFirst();
    assertThat(asked).hasSize(7).allMatch(it -> it.time().equals(START.plusSeconds(60)));
    Compared compared = Objects.requireNonNull(found.compared());
    assertThat(compared.canary().part()).isEqualTo(new Reading.Number(3));
    assertThat(compared.canary().good()).isFalse();
    assertThat(compared.baseline().all()).isEqualTo(new Reading.Number(100));
  }

  private static Reply answered(Question question) {
    int value = question.query().contains("vector(0)") ? 3 : 100;
    return new Reply.Answered(
        200,
        "application/json",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},"
            + "\"value\":[1,\""
            + value
            + "\"]}]}}");
  }
}
