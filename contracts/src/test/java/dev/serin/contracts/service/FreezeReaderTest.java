package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Fields;
import dev.serin.contracts.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreezeReaderTest {
  private static List<String> problems(String freezes) {
    Fields fields = Fields.of(Json.mapper().readTree("{\"freezes\": " + freezes + "}"));
    FreezeReader.freezes(fields);
    return fields.problems();
  }

  private static List<FreezeWindow> read(String freezes) {
    Fields fields = Fields.of(Json.mapper().readTree("{\"freezes\": " + freezes + "}"));
    List<FreezeWindow> windows = FreezeReader.freezes(fields);
    assertThat(fields.problems()).isEmpty();
    return windows;
  }

  @Test
  void readsWhatTheClockOfAZoneShows() {
    assertThat(
            read(
                """
                [{"from": "2026-12-24T00:00", "until": "2026-12-27T00:00:00Z",
                  "zone": "Europe/Berlin", "reason": "christmas"},
                 {"cron": "0 0 * * FRI", "for": "60h", "zone": "Europe/Berlin"}]
                """))
        .containsExactly(
            new FreezeWindow(
                Instant.parse("2026-12-23T23:00:00Z"),
                Instant.parse("2026-12-27T00:00:00Z"),
                null,
                null,
                "Europe/Berlin",
                "christmas"),
            new FreezeWindow(null, null, "0 0 * * FRI", Duration.ofHours(60), "Europe/Berlin", ""));
  }

  @Test
  void whatIsWrittenReadsTheSameAgain() {
    List<FreezeWindow> windows =
        read(
            """
            [{"from": "2026-12-24T00:00", "until": "2026-12-27T00:00", "zone": "Europe/Berlin"},
             {"cron": "0 0 * * FRI", "for": "60h"}]
            """);
    assertThat(read(Json.mapper().writeValueAsString(windows))).isEqualTo(windows);
  }

  @Test
  void aFreezeWithoutAnEndIsRefusedWithWhatWouldBeAccepted() {
    assertThat(problems("[{\"from\": \"2026-12-24T00:00\"}]"))
        .singleElement()
        .asString()
        .startsWith("freezes[0].until: expected an end such as 2026-12-27T00:00")
        .contains("serin freeze SERVICE --until-lifted");
    assertThat(problems("[{\"cron\": \"0 0 * * FRI\"}]"))
        .containsExactly("freezes[0].for: expected how long each lasts, such as 60h, is missing");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"reason": "x"}                                                     | [0].from: expected from and until, or cron and for, found neither
          {"from": "2026-12-24T00:00", "cron": "0 0 * * *"}                   | found both
          {"from": "2026-12-24T00:00", "until": "2026-12-23T00:00"}           | [0].until: expected an instant after from, 2026-12-24T00:00:00Z, found 2026-12-23T00:00:00Z
          {"from": "2026-12-24", "until": "2026-12-27T00:00"}                 | [0].from: expected 2026-12-24T00:00:00Z, or 2026-12-24T00:00 by the clock of zone, found '2026-12-24'
          {"from": "2026-12-24T00:00", "until": "2026-12-27T00:00", "for": "1h"} | [0].for: expected none beside from
          {"cron": "0 0 * * FRI", "for": "1h", "until": "2026-12-27T00:00"}   | [0].until: expected none beside cron
          {"cron": "0 0 31 2 *", "for": "1h"}                                 | [0].cron: expected a date that there is
          {"cron": "never", "for": "1h"}                                      | [0].cron: expected five fields
          {"cron": "0 0 * * FRI", "for": "1h", "zone": "Mars"}                | [0].zone: expected a time zone such as Europe/Berlin, found 'Mars'
          {"cron": "0 0 * * FRI", "for": "1s"}                                | [0].for: expected a duration
          """)
  void namesWhatIsWrong(String freeze, String problem) {
    assertThat(problems("[" + freeze + "]")).anyMatch(found -> found.contains(problem));
  }
}
