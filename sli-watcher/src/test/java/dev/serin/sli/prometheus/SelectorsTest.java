package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {
  private static List<Selector> of(String query) {
    return Selectors.of(query);
  }

  /// @param range in seconds; none for an instant vector
  private static Selector selector(String series, @Nullable Integer range) {
    return new Selector(series, range == null ? null : Duration.ofSeconds(range));
  }

  @Test
  void findsWhatAQueryTakesFromTheStore() {
    assertThat(
            of(
                "(sum(rate(requests{node=~\"$canary\",status=~\"5..\"}[1m])) or vector(0))"
                    + " / sum(rate(requests{node=~\"$canary\"}[1m]))"))
        .containsExactly(
            selector("requests{node=~\"$canary\",status=~\"5..\"}", 60),
            selector("requests{node=~\"$canary\"}", 60));
    assertThat(of("histogram_quantile(0.95, sum(rate(seconds_bucket[5m])) by (le))"))
        .containsExactly(selector("seconds_bucket", 300));
    assertThat(of("up")).containsExactly(selector("up", null));
    assertThat(of("{job=\"api\"} > 0")).containsExactly(selector("{job=\"api\"}", null));
  }

  @Test
  void findsEachOnce() {
    assertThat(of("sum(a) / (sum(a) + sum(b))"))
        .containsExactly(selector("a", null), selector("b", null));
    assertThat(of("rate(a[1m]) + a")).containsExactly(selector("a", 60), selector("a", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "sum by (node, status) (a)                        ; a",
        "sum without(le) (a)                              ; a",
        "count_values(\"v\", a)                           ; a",
        "a / on(node) group_left(version) b               ; a b",
        "a and ignoring (x) b unless c                    ; a b c",
        "a > bool 0.5 + 1e-3 - 0x1F + 30                  ; a",
        "topk(3, a) + scalar(b) + -Inf + NaN              ; a b",
        "SUM BY (le) (a)                                  ; a",
        "label_replace(a, 'x', '$1', \"b\", \"c (d{e})\")  ; a",
        "job:errors:ratio_5m{x='}[1m]'}                   ; job:errors:ratio_5m{x='}[1m]'}",
        "a # b{c}                                         ; a",
        "count(count)                                     ; count",
      })
  void isNotMisledByWordsThatAreNoSeries(String query, String series) {
    assertThat(of(query))
        .extracting(Selector::series)
        .containsExactlyElementsOf(Arrays.asList(series.split(" ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "rate(a[1h30m])             ; 5400",
        "rate(a [ 90s ])            ; 90",
        "max_over_time(a[10m:30s])  ; 600",
        "max_over_time(a[10m:])     ; 600",
      })
  void readsHowFarItLooksBack(String query, int seconds) {
    assertThat(of(query)).containsExactly(selector("a", seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vector(1)",
        "time() - 5",
        "a offset 1h",
        "rate(a{b=\"c\"}[5m] offset 1w)",
        "a @ end()",
        "rate(a[5m] @ 1609746000)",
        "rate(a[$window])",
        "rate(a[99999999999999999999m])",
        "rate(a[999999999y])",
      })
  void leavesOutWhatIsOfAnotherTimeOrOfNone(String query) {
    assertThat(of(query)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a{", "a{b=\"", "rate(a[", "'", "by (", "é", "a{b='\\"})
  void comesToAnEndWhateverItReads(String broken) {
    assertThat(of(broken)).hasSizeLessThan(2);
  }

  @ParameterizedTest
  @CsvSource({"5, 10", "20, 10", "60, 30", "240, 120", "300, 150", "3600, 150"})
  void aSampleCountsForHalfOfWhatIsLookedBack(int range, int limit) {
    assertThat(selector("a", range).limit()).isEqualTo(Duration.ofSeconds(limit));
    assertThat(selector("a", null).limit()).isEqualTo(Duration.ofSeconds(150));
  }

  @Test
  void asksForTheAgeInSeconds() {
    assertThat(selector("a{b=\"c\"}", null).age()).isEqualTo("time() - max(timestamp(a{b=\"c\"}))");
    assertThat(selector("a", 60).age())
        .isEqualTo("time() - (max(timestamp(a)) or max(max_over_time(timestamp(a)[60000ms:2s])))");
  }
}
