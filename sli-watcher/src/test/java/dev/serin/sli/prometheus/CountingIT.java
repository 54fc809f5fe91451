package dev.serin.sli.prometheus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Prometheus' own engine makes of the counting, by its own tests of rules.
@Tag("lab")
class CountingIT {
  @TempDir Path directory;

  /// A scrape each 15 s. The analysis begins at 60 s, the fifth sample; the slot is 90 s later.
  private void comesTo(String query, int requests) throws IOException, InterruptedException {
    Files.writeString(directory.resolve("none.yml"), "groups: []\n");
    Path tests =
        Files.writeString(
            directory.resolve("t.yml"),
            """
            rule_files: [none.yml]
            evaluation_interval: 15s
            tests:
              - interval: 15s
                input_series:
                  - {series: 'x{n="steady"}', values: '100+10x20'}
                  - {series: 'x{n="set back"}', values: '500 510 520 530 540 3 6 9 12 15 18'}
                  - {series: 'x{n="born"}', values: '_ _ _ _ _ _ 1 2 2 2 3'}
                  - {series: 'x{n="born at the slot"}', values: '_ _ _ _ _ _ _ _ _ _ 7'}
                  - {series: 'x{n="born again"}', values: '5 5 stale _ _ _ 1 2 3 3 8'}
                  - {series: 'x{n="not scraped at the start"}', values: '1000 1010 1020 1030 stale 1050 1060 1070 1080 1090 1100'}
                  - {series: 'x{n="gone"}', values: '50 51 52 53 54 55 56 stale stale stale stale'}
                promql_expr_test:
                  - expr: '%s'
                    eval_time: 150s
                    exp_samples: [{labels: '{}', value: %d}]
            """
                .formatted(query, requests));
    Process promtool =
        new ProcessBuilder("promtool", "test", "rules", tests.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
  }

  @Test
  void countsWhatCameSinceTheStartAndNothingElse() throws Exception {
    Counting counting = new Counting(Duration.ofSeconds(90));
    comesTo(counting.all("x{n=\"steady\"}"), 60);
    comesTo(counting.all("x{n=\"set back\"}"), 18);
    comesTo(counting.all("x{n=\"born\"}"), 3);
    comesTo(counting.all("x{n=\"born at the slot\"}"), 7);
    comesTo(counting.all("x{n=\"born again\"}"), 8);
    comesTo(counting.all("x{n=\"not scraped at the start\"}"), 70);
    comesTo(counting.all("x"), 60 + 18 + 3 + 7 + 8 + 70);
    comesTo(counting.some("y"), 0);
  }
}
