package dev.serin.coordinator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {
  private static List<Selector> of(String query) {
    return Selectors.of(query);
  }

  /// What it finds, with the range in seconds behind it; none for an instant vector.
  private static List<String> found(String query) {
    return of(query).stream()
        .map(it -> it + (it.range() == null ? "" : " " + it.range().toSeconds()))
        .toList();
  }

  @Test
  void findsWhatAQueryTakesFromTheStore() {
    assertThat(
            found(
                "(sum(rate(requests{node=~\"$canary\",status=~\"5..\"}[1m])) or vector(0))"
                    + " / sum(rate(requests{node=~\"$canary\"}[1m]))"))
        .containsExactly(
            "requests{node=~\"$canary\",status=~\"5..\"} 60", "requests{node=~\"$canary\"} 60");
    assertThat(found("histogram_quantile(0.95, sum(rate(seconds_bucket[5m])) by (le))"))
        .containsExactly("seconds_bucket 300");
    assertThat(found("up")).containsExactly("up");
    assertThat(found("{job=\"api\"} > 0")).containsExactly("{job=\"api\"}");
  }

  @Test
  void findsEachOnce() {
    assertThat(found("sum(a) / (sum(a) + sum(b))")).containsExactly("a", "b");
    assertThat(found("rate(a[1m]) + a")).containsExactly("a 60", "a");
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
        .extracting(Selector::toString)
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
    assertThat(found(query)).containsExactly("a " + seconds);
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
  @CsvSource({"5, 10", "20, 15", "60, 35", "240, 132", "300, 165", "3600, 165"})
  void aSampleCountsForHalfOfARangeThatHasToHoldTwoAndABit(int range, int limit) {
    assertThat(of("increase( a[" + range + "s])"))
        .extracting(Selector::limit)
        .containsExactly(Duration.ofSeconds(limit));
  }

  /// Scraped once a minute, `avg_over_time(a[1m])` has a value by one sample up to a minute old.
  @ParameterizedTest
  @CsvSource({"5, 10", "60, 66", "300, 330", "3600, 330"})
  void aSampleCountsForAllOfARangeThatHasToHoldOneAndABit(int range, int limit) {
    assertThat(of("avg_over_time(a[" + range + "s])"))
        .extracting(Selector::limit)
        .containsExactly(Duration.ofSeconds(limit));
    assertThat(of("a")).extracting(Selector::limit).containsExactly(Duration.ofSeconds(165));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "a                                                  ; a",
        "a{code='5..'}                                      ; a",
        "a{code='5..',node=@'$canary', job='x,y}' ,}        ; a{node=@'$canary'}",
        "a{i=@'$canary.instance|up',le='+Inf'}              ; a{i=@'$canary.instance|up'}",
        "a{n=@'$baseline:.*',n!='$canaryX'}                 ; a{n=@'$baseline:.*'}",
        "{__name__=@'a|b',code='200',n='$canary'}           ; {__name__=@'a|b',n='$canary'}",
        "{\"http.requests\",code=\"200\",n=\"$canary\"}     ; {\"http.requests\",n=\"$canary\"}",
        "{\"a.b\"=\"c\"}                                     ; ''",
      })
  void aWitnessIsTheMetricOfTheNodesWhateverElseTheQueryWantsOfIt(String query, String witness) {
    String series = witness.equals("''") ? "" : witness.replace('@', '~');
    assertThat(of(query.replace('@', '~'))).extracting(Selector::witness).containsExactly(series);
  }
}
