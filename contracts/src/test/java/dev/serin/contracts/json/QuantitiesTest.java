package dev.serin.contracts.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
  @ParameterizedTest
  @CsvSource({
    "30s, PT30S",
    "1h30m, PT1H30M",
    "1.5s, PT1.5S",
    "250ms, PT0.25S",
    "2d, PT48H",
    "0, PT0S",
    "0s, PT0S",
    "-5s, PT-5S",
    "' 30s ', PT30S",
    "PT1M30S, PT1M30S",
  })
  void readsADuration(String text, Duration duration) {
    assertThat(Quantities.duration(text)).contains(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "s",
        "30 s",
        "30x",
        "1h-30m",
        "PT",
        "NaN",
        "P1Y",
        "PT99999999999999999999S"
      })
  void whatIsNoDurationIsNone(String text) {
    assertThat(Quantities.duration(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 0.5",
    "-3, -3",
    ".5, 0.5",
    "1e3, 1000",
    "500ms, 0.5",
    "2m, 120",
    "0.5%, 0.005",
    "100 %, 1"
  })
  void readsANumber(String text, double number) {
    assertThat(Quantities.number(text)).hasValue(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "NaN", "Infinity", "0x1p3", "5f", "1,5", "%", "--1"})
  void whatIsNoNumberIsNone(String text) {
    assertThat(Quantities.number(text)).isEmpty();
  }

  /// Each of these once ended the reader by an overflow, of the stack or of a number.
  @Test
  void whatIsFarTooLongOrTooLargeIsNoQuantity() {
    assertThat(Quantities.duration("1s".repeat(50_000))).isEmpty();
    assertThat(Quantities.number("1s".repeat(50_000))).isEmpty();
    assertThat(Quantities.number("9".repeat(50_000) + "%")).isEmpty();
    assertThat(Quantities.number("99999999999999999999d1ms")).isNotNull();
    assertThat(Quantities.number("-99999999999999999999d99999999999999999999d")).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT45S, 45s",
    "PT1H30M, 1h30m",
    "PT0.25S, 250ms",
    "P2DT1S, 2d1s",
    "PT-5S, -5s"
  })
  void showsADurationAsItCanBeWritten(Duration duration, String text) {
    assertThat(Quantities.shown(duration)).isEqualTo(text);
    assertThat(Quantities.duration(text)).isEqualTo(Optional.of(duration));
  }

  @Test
  void aNumberKeepsWhatIsBelowAMillisecond() {
    assertThat(Quantities.number("0.0004")).isEqualTo(OptionalDouble.of(0.0004));
  }
}
