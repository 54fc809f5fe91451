package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliQuery;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueriesTest {
  private static final ServiceDefinition SERVICE =
      with(
          canariesThenPeers(List.of("b.1", "b2"), List.of("b3")),
          """
          {"nodes": [
             {"name": "b.1", "canary": true, "labels": {"instance": "10.0.0.1:8080"}},
             {"name": "b2", "canary": true, "labels": {"instance": "10.0.0.2:8080"}},
             {"name": "b3"}],
           "analysis": {"window": "1h30m"}}
          """);

  private static String filled(String query, String version) {
    return query(SERVICE, query, version).query();
  }

  private static SliQuery query(ServiceDefinition service, String query, String version) {
    var slis = Json.mapper().createArrayNode();
    slis.addObject().put("name", "x").put("query", query).put("max", 1);
    return Queries.of(with(service, "{\"slis\": " + slis + "}"), version).getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          a{node=~"$canary"}           ; a{node=~"(?:b\\\\.1|b2)"}
          a{node=~"$baseline"}         ; a{node=~"b3"}
          a{i=~"$canary.instance"}     ; a{i=~"(?:10\\\\.0\\\\.0\\\\.1:8080|10\\\\.0\\\\.0\\\\.2:8080)"}
          a{s="$service"}              ; a{s="api"}
          a{s=~"$service.prod"}        ; a{s=~"api.prod"}
          a{v="$version"}              ; a{v="1.2.3"}
          a{v=~"$version.*"}           ; a{v=~"1.2.3.*"}
          rate(a[$window])             ; rate(a[1h30m])
          a{n=~"$canary",m=~"$canary"} ; a{n=~"(?:b\\\\.1|b2)",m=~"(?:b\\\\.1|b2)"}
          a{n="$canaryX",p="$1"}       ; a{n="$canaryX",p="$1"}
          a{n=~"$canary.*"}            ; a{n=~"(?:b\\\\.1|b2).*"}
          """)
  void putsInWhatTheNamesStandFor(String query, String expected) {
    assertThat(filled(query, "1.2.3")).isEqualTo(expected);
  }

  @Test
  void keepsAVersionWithinItsQuotes() {
    assertThat(filled("a{v=\"$version\"}", "1\"} or vector(0) #\\"))
        .isEqualTo("a{v=\"1\\\"} or vector(0) #\\\\\"}");
  }

  @Test
  void matchesALabelOfNodesOnceItIsUnescapedByPrometheus() {
    // In PromQL's double quotes two backslashes are one, and a backslash and a dot are a dot in
    // RE2.
    assertThat(filled("a{node=~\"$canary\"}", "1")).contains("b\\\\.1");
  }

  @Test
  void leavesOutANodeThatLacksTheLabel() {
    ServiceDefinition some =
        with(
            SERVICE,
            """
            {"nodes": [
               {"name": "b1", "canary": true},
               {"name": "b2", "canary": true, "labels": {"instance": "i2"}}]}
            """);
    assertThat(query(some, "a{i=~\"$canary.instance\"}", "1").query()).isEqualTo("a{i=~\"i2\"}");
    assertThat(query(some, "a{i=~\"$baseline.instance\"}", "1").query()).isEqualTo("a{i=~\"\"}");
  }

  @Test
  void fillsTheQueryForRequestsToo() {
    ServiceDefinition least =
        with(
            SERVICE,
            """
            {"slis": [{"name": "x", "query": "a", "max": 1,
                       "minRequests": {"query": "b{s='$service'}", "min": 20}}]}
            """);
    SliQuery query = Queries.of(least, "1").getFirst();
    assertThat(query.minRequestsQuery()).isEqualTo("b{s='api'}");
    assertThat(query.minRequests()).isEqualTo(20);
  }
}
