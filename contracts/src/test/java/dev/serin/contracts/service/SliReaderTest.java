package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.service.Alarm.Statistic;
import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SliReaderTest {
  private static final String ERRORS = "{'name': 'errors', 'query': 'q', 'max': 1}";

  private static Parsed<ServiceDefinition> read(String slis) {
    return ServiceReader.read(
        Json.mapper()
            .readTree(
                """
                {'service': 'api', 'nodes': [{'name': 'b1'}, {'name': 'b2', 'canary': true}],
                 'install': {'path': '/opt/api', 'unit': 'api'},
                 'health': {'url': 'http://127.0.0.1:8080/health'},
                 'analysis': {'window': '10m', 'interval': '30s'}, 'slis': [%s]}
                """
                    .formatted(slis)
                    .replace('\'', '"')));
  }

  private static List<String> problems(String slis) {
    return switch (read(slis)) {
      case Parsed.Valid<ServiceDefinition> valid -> List.of();
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) -> problems;
    };
  }

  private static Sli sli(String slis) {
    return switch (read(slis)) {
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) ->
          definition.slis().getLast();
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          throw new AssertionError(String.join("\n", problems));
    };
  }

  private static String with(String more) {
    return ERRORS + ", {'name': 'p95', 'query': 'q', 'max': 1, " + more + "}";
  }

  @ParameterizedTest
  @CsvSource({"25, 25", "'''25%''', 25", "1, 1", "100, 100", "12.5, 12.5"})
  void countsFromAShareOn(String written, double share) {
    assertThat(sli(with("'from': " + written)).from()).isEqualTo(share);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.25, 0.25", "101, 101", "-5, -5"})
  void noWindowHasSuchAShare(String written, String found) {
    assertThat(problems(with("'from': " + written)))
        .containsExactly(
            "slis[1].from: expected a share of the requests in per cent, from 1 to 100, found "
                + found);
  }

  private static final String NONE_COUNTS =
      "slis: expected one at least without from that does not only warn, which counts in every"
          + " window, found none: a window that nothing is asked in would never be green, and one in"
          + " which all only warn always";

  @Test
  void somethingHasToCountInEveryWindow() {
    assertThat(problems("{'name': 'p95', 'query': 'q', 'max': 1, 'from': 5}"))
        .containsExactly(NONE_COUNTS);
  }

  @Test
  void whatOnlyWarnsIsNotWhatCountsInEveryWindow() {
    String warns = "{'name': 'queue', 'query': 'q', 'max': 1, 'onBreach': 'warn'}";
    assertThat(problems("{'name': 'p95', 'query': 'q', 'max': 1, 'from': 5}, " + warns))
        .containsExactly(NONE_COUNTS);
    assertThat(problems(warns)).as("where nothing decides").isEmpty();
  }

  @Test
  void aDataPointIsRedByALimit() {
    assertThat(
            problems(
                """
                {'name': 'e', 'query': 'q', 'alarm': {'consecutive': 3},
                 'compare': {'bad': 'e{n=~"$canary"}', 'all': 'r{n=~"$canary"}'}}
                """
                    .replace("\"", "\\\"")))
        .containsExactly(
            "slis[0].alarm: expected max or min beside it, by which a data point is red, found"
                + " neither");
  }

  private static Alarm alarm(String alarm) {
    return Objects.requireNonNull(sli(with("'alarm': " + alarm)).alarm());
  }

  private static List<String> refused(String alarm) {
    return problems(with("'alarm': " + alarm));
  }

  /// "3 or more errors in the last 60 s" are two lines.
  @Test
  void anAlarmIsTwoLines() {
    Sli sli =
        sli(
            """
            {'name': 'errors', 'query': 'errors_total{node=~\\"$canary\\"}', 'max': 3,
             'alarm': {'period': '60s', 'statistic': 'sum', 'treatMissingData': 'notBreaching'}}
            """);
    assertThat(sli.alarm())
        .isEqualTo(
            new Alarm(1, 1, Duration.ofSeconds(60), Statistic.SUM, TreatMissingData.NOT_BREACHING));
  }

  @Test
  void anAlarmHasItsWordsFromCloudWatch() {
    assertThat(alarm("{'datapoints': 3, 'of': 5, 'period': '1m', 'statistic': 'maximum'}"))
        .isEqualTo(
            new Alarm(3, 5, Duration.ofMinutes(1), Statistic.MAXIMUM, TreatMissingData.MISSING));
    assertThat(alarm("{'treatMissingData': 'ignore', 'of': 2}"))
        .as("all of them where it does not say how many")
        .isEqualTo(new Alarm(2, 2, null, null, TreatMissingData.IGNORE));
    assertThat(alarm("{'treatMissingData': 'breaching', 'datapoints': 2, 'statistic': 'average'}"))
        .isEqualTo(new Alarm(2, 2, null, Statistic.AVERAGE, TreatMissingData.BREACHING));
    assertThat(alarm("{'consecutive': 3, 'statistic': 'minimum'}"))
        .isEqualTo(new Alarm(3, 3, null, Statistic.MINIMUM, TreatMissingData.MISSING));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'datapoints': 7, 'of': 5} | slis[1].alarm.datapoints: expected from 1 to 5 (of), how many of those that are looked at have to be red, found 7
          {'datapoints': 0} | slis[1].alarm.datapoints: expected a whole number from 1 to 1000, found 0
          {'of': 1001} | slis[1].alarm.of: expected a whole number from 1 to 1000, found 1001
          {'consecutive': 3, 'of': 5} | slis[1].alarm.consecutive: expected it alone, or datapoints and of, found both: 3 consecutive ones are 3 of 3
          {'period': '500ms'} | slis[1].alarm.period: expected a duration such as 30s, 1h or PT30S, at least 1s and at most 366 days, found '500ms'
          {'period': '6h', 'of': 5, 'datapoints': 1} | slis.p95.alarm.period: expected at most 1d for all data points that are looked at, found 5 of 6h, which are 1d6h
          {'period': '5m', 'of': 5, 'datapoints': 3} | slis.p95.alarm: expected that 3 data points, one each 5m, fit into 10m, the longest time for which it is watched, found that they do not: it could never be red
          {'statistic': 'p99'} | slis[1].alarm.statistic: expected one of average, maximum, minimum, sum, found 'p99'
          {'treatMissingData': 'not-breaching'} | slis[1].alarm.treatMissingData: expected one of missing, ignore, breaching, notBreaching, found 'not-breaching'
          3 | slis[1].alarm: expected an object with fields, found 3
          """)
  void anAlarmThatCanNotBeIsRefusedWithWhatIsAllowed(String alarm, String problem) {
    assertThat(refused(alarm)).containsExactly(problem);
  }

  @Test
  void anAlarmMayJustFit() {
    assertThat(refused("{'period': '5m', 'of': 5, 'datapoints': 2}")).isEmpty();
    assertThat(refused("{'period': '1h', 'of': 24, 'datapoints': 1}")).isEmpty();
  }

  @Test
  void aSumIsOfACounterAlone() {
    assertThat(
            problems(
                ERRORS
                    + ", {'name': 'p95', 'query': 'sum(errors_total)', 'max': 1,"
                    + " 'alarm': {'statistic': 'sum'}}"))
        .singleElement()
        .asString()
        .startsWith("slis[1].alarm.statistic: expected a counter alone as the query for sum");
    for (String counter :
        List.of("errors_total", " a:b{c='{}', d!~'x'} ".replace("'", "\\\""), "a{}")) {
      assertThat(
              problems(
                  "{'name': 'p95', 'query': '"
                      + counter
                      + "', 'max': 1, 'alarm': {'statistic':"
                      + " 'sum'}}"))
          .isEmpty();
    }
  }

  @Test
  void anAlarmHasNoBaseline() {
    assertThat(
            problems(
                "{'name': 'x', 'query': 'q{n=~$canary}', 'max': 1, 'maxDelta': 1, 'alarm': {}}"))
        .containsExactly(
            "slis[0].alarm: expected max or min alone beside it, found a comparison with the"
                + " baseline: a data point stands for itself");
  }

  @ParameterizedTest
  @CsvSource({"rollback, ROLLBACK", "pause, PAUSE", "hold, HOLD", "warn, WARN"})
  void mayHaveAConsequenceOfItsOwn(String written, OnBreach onBreach) {
    assertThat(sli(with("'onBreach': '" + written + "'")).onBreach()).isEqualTo(onBreach);
  }

  @Test
  void hasTheServicesConsequenceWithoutOneOfItsOwn() {
    assertThat(sli(ERRORS).onBreach()).isNull();
    assertThat(sli(ERRORS).from()).isNull();
  }

  @Test
  void anUnknownConsequenceIsRefusedWithWhatIsAllowed() {
    assertThat(problems(with("'onBreach': 'dance'")))
        .containsExactly(
            "slis[1].onBreach: expected one of rollback, pause, hold, warn, found 'dance'");
  }
}
