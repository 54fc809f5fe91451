package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.util.List;
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

  @Test
  void somethingHasToCountInEveryWindow() {
    assertThat(problems("{'name': 'p95', 'query': 'q', 'max': 1, 'from': 5}"))
        .containsExactly(
            "slis: expected one at least without from, which counts in every window, found none: a"
                + " window that nothing is asked in would never be green");
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
