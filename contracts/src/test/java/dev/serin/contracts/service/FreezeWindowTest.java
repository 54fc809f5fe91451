package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.service.FreezeWindow.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreezeWindowTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest(name = "{0} after {1} is {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 0 * * FRI            | 2026-11-20T12:00:00Z | 2026-11-26T23:00:00Z
          0 0 * * 5              | 2026-11-26T22:59:59Z | 2026-11-26T23:00:00Z
          0 0 * * 5              | 2026-11-26T23:00:00Z | 2026-12-03T23:00:00Z
          30 18 24 DEC *         | 2026-11-20T12:00:00Z | 2026-12-24T17:30:00Z
          0 9-17/4 * * mon-fri   | 2026-11-20T12:30:00Z | 2026-11-20T16:00:00Z
          */20 * * * *           | 2026-11-20T12:00:00Z | 2026-11-20T12:20:00Z
          0 0 1,15 * *           | 2026-11-20T12:00:00Z | 2026-11-30T23:00:00Z
          0 0 13 * FRI           | 2026-11-20T12:00:00Z | 2026-11-26T23:00:00Z
          0 0 * * 7              | 2026-11-20T12:00:00Z | 2026-11-21T23:00:00Z
          0 0 * * 0              | 2026-11-20T12:00:00Z | 2026-11-21T23:00:00Z
          0 0 29 2 *             | 2096-03-01T00:00:00Z | 2104-02-28T23:00:00Z
          50/5 0 * * *           | 2026-11-20T12:00:00Z | 2026-11-20T23:50:00Z
          """)
  void cronFollowsTheClockOfItsZone(String cron, Instant after, Instant next) {
    assertThat(Cron.of(cron).next(after, BERLIN)).contains(next);
  }

  @Test
  void aTimeThatTheZoneLeavesOutComesLaterByWhatWasLeftOut() {
    Instant night = Instant.parse("2026-03-28T23:30:00Z");
    assertThat(Cron.of("30 2 29 3 *").next(night, BERLIN))
        .contains(Instant.parse("2026-03-29T01:30:00Z"));
  }

  @Test
  void aTimeThatTheZoneHasTwiceComesOnce() {
    Instant first = Instant.parse("2026-10-25T00:30:00Z");
    assertThat(Cron.of("30 2 * * *").next(first.minusSeconds(60), BERLIN)).contains(first);
    assertThat(Cron.of("30 2 * * *").next(first, BERLIN))
        .contains(Instant.parse("2026-10-26T01:30:00Z"));
  }

  @Test
  void aDateThatThereIsNotNeverComes() {
    assertThat(Cron.of("0 0 31 2 *").next(Instant.EPOCH, BERLIN)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0 0 * *",
        "0 0 * * * *",
        "60 0 * * *",
        "0 24 * * *",
        "0 0 0 * *",
        "0 0 * 13 *",
        "0 0 * * 8",
        "5-1 0 * * *",
        "*/0 0 * * *",
        "a 0 * * *",
        "1,,2 0 * * *",
        "1-2-3 0 * * *",
        "-1 0 * * *",
        "1/2/3 0 * * *",
        "0 0 * * FRIDAY"
      })
  void whatIsNoCronExpressionIsNamed(String text) {
    assertThatThrownBy(() -> Cron.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void aWindowIsUnderWayUntilItsEndAndThenTheNextOneFollows() {
    FreezeWindow weekend =
        new FreezeWindow(null, null, "0 0 * * FRI", Duration.ofHours(60), "Europe/Berlin", "");
    Span first =
        new Span(Instant.parse("2026-11-19T23:00:00Z"), Instant.parse("2026-11-22T11:00:00Z"));
    assertThat(weekend.next(first.from().minusSeconds(1))).contains(first);
    assertThat(weekend.next(first.from())).contains(first);
    assertThat(weekend.next(first.until().minusSeconds(1))).contains(first);
    assertThat(weekend.next(first.until()))
        .contains(
            new Span(Instant.parse("2026-11-26T23:00:00Z"), Instant.parse("2026-11-29T11:00:00Z")));
  }

  @Test
  void whatIsOnceIsOverAfterwards() {
    Instant from = Instant.parse("2026-12-24T00:00:00Z");
    Instant until = Instant.parse("2026-12-27T00:00:00Z");
    FreezeWindow christmas = new FreezeWindow(from, until, null, null, null, "christmas");
    assertThat(christmas.next(from.minusSeconds(9_999))).contains(new Span(from, until));
    assertThat(christmas.next(until.minusSeconds(1))).contains(new Span(from, until));
    assertThat(christmas.next(until)).isEqualTo(Optional.empty());
  }
}
