package dev.serin.coordinator.plan;

import static dev.serin.coordinator.plan.LookBack.UNTOLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.sli.SliQuery;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookBackTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '|',
      textBlock =
          """
          sum(rate(a{n=~"b2"}[1m])) / sum(rate(b{n=~"b2"}[5m]))  ; PT5M
          max_over_time(sum(rate(a[5m]))[30m:1m])                ; PT35M
          avg_over_time((sum(rate(a[1m])))[60s:5s])              ; PT2M
          rate(a{n=~"[0-9]+ offset"}[2m]) # [1h] or so           ; PT2M
          (sum(rate(a[1m])) or vector(0)) / sum(rate(b[1m]))     ; PT1M
          a                                                      ; PT10M
          rate(a[1m]) / recorded:rate1h                          ; PT10M
          sum(rate(a[1h])) / on() recorded_total                 ; PT1H
          rate(a[1m]) / rate(a[1m] offset 1d)                    ; PT10M
          rate(a[1h]) - rate(a[1h] offset 1d)                    ; PT1H
          rate(a[1m] @ 1609746000)                               ; PT10M
          rate(a[any]) / rate(b[30m])                            ; PT30M
          vector(0)                                              ; PT10M
          """)
  void isTheLongestRangeWithEachSubqueryOnTopAndTenMinutesAtLeastWhereTheQueryDoesNotTell(
      String query, Duration expected) {
    assertThat(LookBack.of(query)).isEqualTo(expected);
  }

  @Test
  void aTextOfAnyLengthIsRead() {
    String nodes = "10\\\\.0|".repeat(30_000);
    assertThat(
            LookBack.of("rate(a{n=~\"" + nodes + "\",m='" + nodes + "'}[2m])" + " ".repeat(30_000)))
        .isEqualTo(Duration.ofMinutes(2));
  }

  private static SliQuery sli(String query, SliQuery.@Nullable Alarm alarm) {
    return new SliQuery("x", query, 1.0, null, null, 0, null, List.of(), alarm, null);
  }

  @Test
  void theLongestOfAllCounts() {
    SliQuery minute = sli("rate(a[1m])", null);
    SliQuery hour = sli("rate(a[1h])", null);
    SliQuery gauge = sli("a", null);
    assertThat(LookBack.longest(List.of(minute))).isEqualTo(Duration.ofMinutes(1));
    assertThat(LookBack.longest(List.of(minute, gauge))).isEqualTo(UNTOLD);
    assertThat(LookBack.longest(List.of(gauge, hour, minute))).isEqualTo(Duration.ofHours(1));
    assertThat(LookBack.longest(List.of())).isEqualTo(UNTOLD);
  }

  @Test
  void anAlarmLooksBackOverItsDataPointsToo() {
    SliQuery.Alarm alarm =
        new SliQuery.Alarm(3, 5, Duration.ofMinutes(1), TreatMissingData.MISSING);
    assertThat(LookBack.longest(List.of(sli("rate(a[1m])", alarm))))
        .isEqualTo(Duration.ofMinutes(8));
  }
}
