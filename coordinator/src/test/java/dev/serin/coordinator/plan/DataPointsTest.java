package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.canaryThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is asked for an SLI with an alarm; the interval is 30 s.
class DataPointsTest {
  private static SliQuery asked(String query, String alarm) {
    return Queries.of(
            with(
                canaryThenPeers("b2", "b1"),
                """
                {"slis": [{"name": "x", "query": "%s", "max": 3, "alarm": %s}]}
                """
                    .formatted(query, alarm)),
            "1")
        .getFirst();
  }

  @ParameterizedTest
  @CsvSource({
    "average, avg_over_time((q{n=~'b2'})[1m:5s])",
    "maximum, max_over_time((q{n=~'b2'})[1m:5s])",
    "minimum, min_over_time((q{n=~'b2'})[1m:5s])",
    "sum, sum(increase(q{n=~'b2'}[1m]))"
  })
  void aStatisticIsTakenOfTheWholePeriod(String statistic, String query) {
    assertThat(
            asked("q{n=~'$canary'}", "{\"period\": \"60s\", \"statistic\": \"" + statistic + "\"}")
                .query())
        .isEqualTo(query);
  }

  @Test
  void withoutOneADataPointIsTheQuerysValueAtThePeriodsEnd() {
    SliQuery sli =
        asked("rate(q{n=~'$canary'}[1m])", "{\"datapoints\": 2, \"of\": 3, \"period\": \"1m\"}");
    assertThat(sli.query()).isEqualTo("rate(q{n=~'b2'}[1m])");
    assertThat(sli.alarm())
        .isEqualTo(new SliQuery.Alarm(2, 3, Duration.ofMinutes(1), TreatMissingData.MISSING));
  }

  @Test
  void consecutiveProbesAreOneIntervalApart() {
    assertThat(asked("q", "{\"consecutive\": 3}").alarm())
        .isEqualTo(new SliQuery.Alarm(3, 3, Duration.ofSeconds(30), TreatMissingData.MISSING));
  }

  /// A statistic goes on for its period after the last sample, so that is looked through too.
  @Test
  void aDataPointIsAsOldAsWhatItIsTakenOf() {
    assertThat(
            asked("q{n=~'$canary'}", "{\"period\": \"1m\", \"statistic\": \"maximum\"}")
                .witnesses())
        .isEqualTo(
            List.of(new Witness("q{n=~'b2'}", Duration.ofMinutes(1), Duration.ofSeconds(165))));
    assertThat(
            asked("rate(q{n=~'$canary'}[2m])", "{\"period\": \"1m\", \"statistic\": \"average\"}")
                .witnesses())
        .isEqualTo(
            List.of(new Witness("q{n=~'b2'}", Duration.ofMinutes(3), Duration.ofSeconds(66))));
    assertThat(asked("q{n=~'$canary'}", "{\"period\": \"1m\", \"statistic\": \"sum\"}").witnesses())
        .isEqualTo(
            List.of(new Witness("q{n=~'b2'}", Duration.ofMinutes(1), Duration.ofSeconds(35))));
  }
}
