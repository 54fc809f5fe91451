package dev.serin.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  private static final Marks MARKS = Marks.of(true);

  @Test
  void measuresColumnsAndNotCharacters() {
    assertThat(Text.of("发布 v2").width()).isEqualTo(7);
    assertThat(Text.of("发布 v2").cut(4, MARKS).plain()).isEqualTo("发…");
    assertThat(Text.of("e\u0301a").width()).isEqualTo(2);
  }

  @Test
  void givesWayAtTheLeft() {
    Text line = Text.of("a long sentence").withRight(Text.of("12s"), 12, MARKS);

    assertThat(line.plain()).isEqualTo("a long … 12s");
    assertThat(line.width()).isEqualTo(12);
  }

  @Test
  void breaksBetweenWordsAndSaysWhereItStops() {
    assertThat(Text.wrapped("one two three four five", 9, 9, MARKS))
        .isEqualTo(List.of("one two", "three", "four five"));
    assertThat(Text.wrapped("one two three four five", 9, 2, MARKS))
        .isEqualTo(List.of("one two", "three…"));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0.0s",
    "440,0.4s",
    "9949,9.9s",
    "9951,10s",
    "42000,42s",
    "59600,1m00s",
    "724000,12m04s",
    "3720000,1h02m",
    "273600000,3d04h",
    "-5,0s"
  })
  void showsHowLongSomethingTook(long millis, String shown) {
    assertThat(Times.took(Duration.ofMillis(millis))).isEqualTo(shown);
  }

  @Test
  void namesTheDayOnlyWhereItIsAnother() {
    ZoneId paris = ZoneId.of("Europe/Paris");
    Instant now = Instant.parse("2026-11-20T23:30:00Z");

    assertThat(Times.at(Instant.parse("2026-11-20T23:10:00Z"), now, paris)).isEqualTo("00:10:00");
    assertThat(Times.at(Instant.parse("2026-11-20T22:10:00Z"), now, paris))
        .isEqualTo("2026-11-20 23:10:00");
  }

  @Test
  void showsInstantsWithinASentenceAsThePersonsClockHasThem() {
    ZoneId paris = ZoneId.of("Europe/Paris");
    Instant now = Instant.parse("2026-08-31T10:00:00Z");

    assertThat(Times.local("until 2026-08-31T12:00:05.123Z, not 2026-02-30T12:00:00Z", now, paris))
        .isEqualTo("until 14:00:05, not 2026-02-30T12:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({
    "0.2314,0.231",
    "0,0",
    "1234.6,1235",
    "0.00049,0.00049",
    "12.3456,12.3",
    "100,100",
    "0.5,0.5",
    "1e-9,1E-9",
    "150000000,150000000"
  })
  void showsNumbersInThreeDigits(double value, String shown) {
    assertThat(ProbeLines.number(value)).isEqualTo(shown);
  }
}
