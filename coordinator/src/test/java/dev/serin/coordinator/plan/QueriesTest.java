package dev.serin.coordinator.plan;

import static dev.serin.coordinator.saga.Services.blueGreen;
import static dev.serin.coordinator.saga.Services.canariesThenPeers;
import static dev.serin.coordinator.saga.Services.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.service.Alarm.TreatMissingData;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.SliQuery.Witness;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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

  private static final ServiceDefinition COMPARED =
      with(
          SERVICE,
          """
          {"nodes": [{"name": "b1", "canary": true, "labels": {"i": "one"}},
                     {"name": "b2", "labels": {"i": "two"}}, {"name": "b3"}],
           "slis": [{"name": "x", "query": "q{n=~'$canary',i=~'$canary.i'}", "maxDelta": 1,
                     "minRequests": {"query": "n{n=~'$canary'}", "min": 20}},
                    {"name": "y", "query": "q{n=~'$canary'}", "max": 2, "maxRatio": 1.1,
                     "floor": 0.5}]}
          """);

  private static Witness newest(String series) {
    return new Witness(series, null, Duration.ofSeconds(165));
  }

  /// The witnesses of the SLI with this in it.
  private static List<Witness> witnesses(String sli) {
    return Queries.of(
            with(SERVICE, "{\"slis\": [{\"name\": \"x\", \"max\": 1, " + sli + "}]}"), "1")
        .getFirst()
        .witnesses();
  }

  @Test
  void aValueIsAsOldAsWhatItsNodesTellOfTheMetric() {
    assertThat(
            witnesses(
                """
                "query": "(sum(rate(r{node=~'$baseline',code=~'5..'}[1m])) or vector(0))
                            / sum(rate(r{node=~'$baseline'}[5m])) + sum(r{node=~'$baseline'})"
                """
                    .replace("\n", " ")))
        .containsExactly(
            new Witness("r{node=~'b3'}", Duration.ofMinutes(5), Duration.ofSeconds(165)));
  }

  @Test
  void whoCountsRequestsStandsBehindAMetricOfErrorsAlone() {
    assertThat(
            witnesses(
                """
                "query": "sum(rate(errors{n='$canary.instance'}[1m])) or vector(0)",
                "minRequests": {"query": "sum(increase(total{n='$baseline'}[$window]))"}
                """))
        .containsExactly(
            new Witness(
                "errors{n='(?:10\\\\.0\\\\.0\\\\.1:8080|10\\\\.0\\\\.0\\\\.2:8080)'}",
                Duration.ofMinutes(1),
                Duration.ofSeconds(35)),
            new Witness("total{n='b3'}", Duration.ofMinutes(90), Duration.ofSeconds(165)));
  }

  /// The counter of the process before the restart ended with it, and a good one never has its own.
  @Test
  void whatMayBeAbsentWhereAllIsWellIsNotAskedForItsAge() {
    assertThat(witnesses("\"query\": \"sum(increase(errors{n='$canary'}[5m])) or vector(0)\""))
        .isEmpty();
    assertThat(witnesses("\"query\": \"(sum(a) or vector(0)) / (sum(b) or vector(1))\"")).isEmpty();
    assertThat(witnesses("\"query\": \"(sum(a) or vector(0)) / sum(b)\"")).hasSize(2);
  }

  @Test
  void theServiceSaysHowOldAValueMayBe() {
    assertThat(witnesses("\"query\": \"rate(a[20m])\", \"maxAge\": \"6m\""))
        .containsExactly(new Witness("a", Duration.ofMinutes(20), Duration.ofMinutes(6)));
  }

  @Test
  void aQueryOfVeryManySeriesIsNotAskedForItsAge() {
    assertThat(witnesses("\"query\": \"a + b + c + d + e + f + g + h + i + j\"")).hasSize(10);
    assertThat(witnesses("\"query\": \"a + b + c + d + e + f + g + h + i + j + k\"")).isEmpty();
  }

  @Test
  void theBaselineIsAskedForAsTheCanaryIs() {
    assertThat(Queries.of(COMPARED, "1"))
        .extracting(SliQuery::baseline)
        .containsExactly(
            new SliQuery.Baseline(
                "q{n=~'(?:b2|b3)',i=~'two'}",
                "n{n=~'(?:b2|b3)'}",
                1.0,
                null,
                0,
                List.of(newest("q{n=~'(?:b2|b3)',i=~'two'}"), newest("n{n=~'(?:b2|b3)'}"))),
            new SliQuery.Baseline(
                "q{n=~'(?:b2|b3)'}", null, null, 1.1, 0.5, List.of(newest("q{n=~'(?:b2|b3)'}"))));
    assertThat(Queries.problems(COMPARED)).isEmpty();
  }

  @Test
  void withoutABaselineEachStandsForItselfOrIsLeftOut() {
    assertThat(Queries.of(COMPARED, "1", Step.analyse(100, Duration.ofMinutes(1))))
        .containsExactly(
            new SliQuery(
                "y",
                "q{n=~'(?:b1|b2|b3)'}",
                2.0,
                null,
                null,
                0,
                null,
                List.of(newest("q{n=~'(?:b1|b2|b3)'}"))));
  }

  @Test
  void aBaselineWithoutTheLabelIsToldBeforehand() {
    ServiceDefinition unlabelled =
        with(
            COMPARED,
            """
            {"nodes": [{"name": "b1", "canary": true, "labels": {"i": "one"}}, {"name": "b2"}]}
            """);
    assertThat(Queries.problems(unlabelled))
        .containsExactly(
            "slis.x: expected a node of the baseline with the label i, since the query names"
                + " $canary.i, found none");
  }

  /// The canaries are b.1 and b2.
  private static List<SliQuery> before(String slis, String... serving) {
    return Queries.before(with(SERVICE, "{\"slis\": " + slis + "}"), "v2", Set.of(serving));
  }

  private static List<String> asked(List<SliQuery> slis) {
    return slis.stream().map(SliQuery::query).toList();
  }

  @Test
  void beforeTheStartItIsAboutTheCanariesThatServe() {
    String slis =
        "[{\"name\": \"x\", \"query\": \"a{n=~'$canary'} / a{n=~'$baseline'}\", \"max\": 1}]";
    assertThat(asked(before(slis, "b.1", "b2", "b3")))
        .containsExactly("a{n=~'(?:b\\\\.1|b2)'} / a{n=~'b3'}");
    assertThat(asked(before(slis, "b2", "b3"))).containsExactly("a{n=~'b2'} / a{n=~'b3'}");
    assertThat(before(slis, "b.1", "b2")).as("nobody is beside them").isEmpty();
    assertThat(before(slis)).as("nobody serves").isEmpty();
  }

  /// A limit on a sum or a count is meant for so many nodes.
  @Test
  void beforeTheStartAsManyOthersStandInForCanariesOfWhichNoneServes() {
    String one = "[{\"name\": \"x\", \"query\": \"a{n=~'$canary'}\", \"max\": 1, \"maxDelta\": 1}]";
    ServiceDefinition service =
        with(
            canariesThenPeers(List.of("b1", "b2"), List.of("b3", "b4", "b5")),
            "{\"slis\": " + one + "}");
    assertThat(Queries.before(service, "v2", Set.of("b3", "b4", "b5")))
        .singleElement()
        .returns("a{n=~'(?:b3|b4)'}", SliQuery::query)
        .returns(null, SliQuery::baseline);
  }

  @Test
  void beforeTheStartTheGroupThatServesStandsInForTheOneThatStandsBy() {
    String slis =
        "[{\"name\": \"x\", \"query\": \"a{n=~'$canary'}\", \"max\": 1, \"maxDelta\": 1},"
            + " {\"name\": \"beside\", \"query\": \"a{n=~'$canary'} / a{n=~'$baseline'}\", \"max\": 1}]";
    ServiceDefinition groups =
        with(blueGreen(List.of("b1", "b2"), List.of("g1", "g2")), "{\"slis\": " + slis + "}");
    for (ServiceDefinition sided :
        List.of(groups, BlueGreen.coming(groups, "green"), BlueGreen.coming(groups, "blue"))) {
      assertThat(Queries.before(sided, "v2", Set.of("b1", "b2")))
          .singleElement()
          .returns("a{n=~'(?:b1|b2)'}", SliQuery::query)
          .returns(null, SliQuery::baseline);
    }
  }

  @Test
  void beforeTheStartAnSliIsComparedWithTheOthersAsInItsFirstWindow() {
    String slis =
        """
        [{"name": "x", "query": "rate(a{n=~'$canary'}[$window])", "max": 1, "maxDelta": 0.1,
          "compare": {"bad": "e{n=~'$canary'}", "all": "r{n=~'$canary'}"}},
         {"name": "late", "query": "rate(a{n=~'$canary'}[$window])", "max": 1, "from": 50},
         {"name": "all", "query": "rate(a{n=~'$canary'}[$window])", "max": 1, "from": 100},
         {"name": "alone", "query": "a{n=~'$canary'}", "maxRatio": 2, "floor": 0, "from": 100}]
        """;
    ServiceDefinition service =
        with(
            canariesThenPeers(List.of("b2"), List.of("b1", "b3")),
            """
            {"strategy": "traffic-steps",
             "trafficSteps": [{"share": 5, "window": "10m"}, {"share": 50, "window": "20m"},
                              {"share": 100, "window": "30m"}],
             "slis": %s}
            """
                .formatted(slis));
    List<SliQuery> before = Queries.before(service, "v2", Set.of("b1", "b2", "b3"));
    assertThat(asked(before))
        .containsExactly(
            "rate(a{n=~'b2'}[10m])",
            "rate(a{n=~'b2'}[20m])",
            "rate(a{n=~'(?:b2|b1|b3)'}[30m])",
            "a{n=~'(?:b2|b1|b3)'}",
            "rate(a{n=~'(?:b1|b3)'}[10m])",
            "rate(a{n=~'(?:b1|b3)'}[20m])");
    assertThat(before)
        .extracting(SliQuery::name)
        .containsExactly("x", "late", "all", "alone", "x.baseline", "late.baseline");
    assertThat(before)
        .extracting(it -> it.baseline() == null ? null : it.baseline().query())
        .containsExactly("rate(a{n=~'(?:b1|b3)'}[10m])", null, null, null, null, null);
    assertThat(before)
        .as("its requests are counted from the window's start on")
        .extracting(SliQuery::comparing)
        .containsOnlyNulls();
  }

  @Test
  void beforeTheStartNothingIsAskedOfWhatIsNotThereYet() {
    assertThat(
            before(
                """
                [{"name": "version", "query": "a{v='$version'}", "max": 1},
                 {"name": "counted", "query": "a", "max": 1,
                  "minRequests": {"query": "b{v='$version'}", "min": 1}},
                 {"name": "beside", "query": "a{n=~'$canary'} / a{n=~'$baseline'}", "max": 1},
                 {"name": "labelled", "query": "a{i=~'$canary.zone'}", "max": 1},
                 {"name": "all", "query": "a{n=~'$canary'}", "max": 1, "maxDelta": 0.1,
                  "from": 25}]
                """,
                "b2"))
        .singleElement()
        .returns("all", SliQuery::name)
        .returns("a{n=~'b2'}", SliQuery::query)
        .returns(null, SliQuery::baseline);
  }

  @Test
  void beforeTheStartNoGapIsRed() {
    assertThat(
            before(
                """
                [{"name": "x", "query": "a{n=~'$canary'}", "max": 1,
                  "alarm": {"datapoints": 2, "of": 3, "period": "1m",
                            "treatMissingData": "breaching"}}]
                """,
                "b.1"))
        .extracting(SliQuery::alarm)
        .containsExactly(new SliQuery.Alarm(2, 3, Duration.ofMinutes(1), TreatMissingData.MISSING));
  }
}
