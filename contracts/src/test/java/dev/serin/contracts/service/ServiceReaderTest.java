package dev.serin.contracts.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.service.ServiceDefinition.Analysis;
import dev.serin.contracts.service.ServiceDefinition.DeadMan;
import dev.serin.contracts.service.ServiceDefinition.DeadManAction;
import dev.serin.contracts.service.ServiceDefinition.Drain;
import dev.serin.contracts.service.ServiceDefinition.Health;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.ServiceDefinition.LoadBalancerHealth;
import dev.serin.contracts.service.ServiceDefinition.NoData;
import dev.serin.contracts.service.ServiceDefinition.NoDataPolicy;
import dev.serin.contracts.service.ServiceDefinition.NoDataThen;
import dev.serin.contracts.service.ServiceDefinition.Node;
import dev.serin.contracts.service.ServiceDefinition.OnBreach;
import dev.serin.contracts.service.ServiceDefinition.OnLoadBalancerDown;
import dev.serin.contracts.service.ServiceDefinition.OnPeerFailure;
import dev.serin.contracts.service.ServiceDefinition.OnTimeout;
import dev.serin.contracts.service.ServiceDefinition.RedBaseline;
import dev.serin.contracts.service.ServiceDefinition.Rollback;
import dev.serin.contracts.service.ServiceDefinition.Sli;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ServiceReaderTest {
  private static final String SMALLEST =
      """
      {"service": "api",
       "nodes": [{"name": "b1"}, {"name": "b2", "canary": true}],
       "install": {"path": "/opt/api", "unit": "api"},
       "health": {"url": "http://127.0.0.1:8080/health"},
       "analysis": {"window": "0s"}}
      """;

  private static JsonNode tree(String json) {
    return Json.mapper().readTree(json);
  }

  /// The smallest definition with these fields in place of its own; a null takes one away.
  private static JsonNode smallest(String more) {
    ObjectNode definition = (ObjectNode) tree(SMALLEST);
    tree(more.replace('\'', '"'))
        .properties()
        .forEach(field -> definition.set(field.getKey(), field.getValue()));
    return definition;
  }

  private static ServiceDefinition valid(JsonNode document) {
    return switch (ServiceReader.read(document)) {
      case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) -> definition;
      case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
          throw new AssertionError(String.join("\n", problems));
    };
  }

  private static List<String> problems(String more) {
    return problemsOf(smallest(more));
  }

  private static List<String> problemsOf(JsonNode document) {
    return ServiceReader.read(document)
            instanceof Parsed.Invalid<ServiceDefinition>(List<String> problems)
        ? problems
        : List.of();
  }

  private static JsonNode designsExample() throws IOException {
    try (InputStream file = ServiceReaderTest.class.getResourceAsStream("/service-example.json")) {
      return Json.mapper().readTree(Objects.requireNonNull(file));
    }
  }

  @Test
  void theSmallestDefinitionHasDefaultsForTheRest() {
    assertThat(valid(tree(SMALLEST)))
        .isEqualTo(
            new ServiceDefinition(
                "api",
                List.of(),
                List.of(),
                OnLoadBalancerDown.STOP,
                List.of(
                    new Node("b1", false, "b1", "b1", "default", Map.of()),
                    new Node("b2", true, "b2", "b2", "default", Map.of())),
                null,
                new Install("/opt/api", "root", "root", "0755", List.of("api"), null, 3),
                new Health("http://127.0.0.1:8080/health", Duration.ofSeconds(60)),
                null,
                new Drain(Duration.ofSeconds(60), Duration.ofSeconds(30), OnTimeout.FAIL),
                new Analysis(
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    new DeadMan(Duration.ofMinutes(2), DeadManAction.DRAIN),
                    RedBaseline.STOP),
                new NoData(NoDataPolicy.HOLD, Duration.ofMinutes(10), NoDataThen.ROLLBACK),
                List.of(),
                "canary-then-peers",
                List.of(),
                null,
                OnBreach.ROLLBACK,
                OnPeerFailure.HALT,
                new Rollback(Duration.ofSeconds(60)),
                List.of(),
                Duration.ZERO,
                List.of(),
                List.of(),
                List.of(),
                OnFreeze.REFUSE,
                Map.of()));
    assertThat(valid(tree(SMALLEST)).minimum()).isEqualTo(1);
  }

  @Test
  void furtherFilesMayGoOnlyWhereTheDefinitionSays() {
    assertThat(valid(tree(SMALLEST)).install().files()).isEmpty();
    JsonNode tree = tree(SMALLEST);
    ((tools.jackson.databind.node.ObjectNode) tree.get("install"))
        .putArray("files")
        .add("/etc/api/")
        .add("/etc/systemd/system/api");
    assertThat(valid(tree).install().files())
        .containsExactly("/etc/api/", "/etc/systemd/system/api");
    for (String wrong :
        List.of("/", "etc/api", "/etc/../", "/etc//api/", "/etc/./", "/opt/.serin/", "")) {
      JsonNode one = tree(SMALLEST);
      ((tools.jackson.databind.node.ObjectNode) one.get("install")).put("files", wrong);
      assertThat(problemsOf(one)).as(wrong).hasSize(1).first().asString().contains("install.files");
    }
  }

  @Test
  void theExampleOfTheDocumentsIsValid() throws IOException {
    ServiceDefinition example = valid(designsExample());
    assertThat(example.pool()).containsExactly("api_pool");
    assertThat(example.canaries()).extracting(Node::name).containsExactly("backend-api-2");
    assertThat(example.peers()).extracting(Node::name).containsExactly("backend-api-1");
    assertThat(example.node("backend-api-2").orElseThrow().labels())
        .containsEntry("instance", "10.0.0.12:8080");
    assertThat(example.install().uid()).isEqualTo("1001");
    assertThat(example.loadBalancerHealth())
        .isEqualTo(new LoadBalancerHealth("/api/v1/health", null, null, Duration.ofSeconds(30)));
    assertThat(example.analysis().slots()).isEqualTo(120);
    assertThat(example.slis()).extracting(Sli::name).containsExactly("p95", "error-rate");
    assertThat(example.slis().getFirst().max()).isEqualTo(0.5);
    assertThat(Objects.requireNonNull(example.slis().get(1).minRequests()).min()).isEqualTo(20);
  }

  @Test
  void whatIsWrittenForADefinitionIsReadAsThatDefinition() throws IOException {
    for (JsonNode document : List.of(tree(SMALLEST), designsExample())) {
      ServiceDefinition definition = valid(document);
      byte[] written = Json.mapper().writeValueAsBytes(definition);
      assertThat(valid(Json.mapper().readTree(written))).isEqualTo(definition);
      assertThat(Json.mapper().readValue(written, ServiceDefinition.class)).isEqualTo(definition);
    }
  }

  @Test
  void aSmokeTestMaySendSomething() {
    ServiceDefinition definition =
        valid(
            smallest(
                "{'smoke': [{'method': 'POST', 'path': '/echo', 'headers': {'Content-Type':"
                    + " 'text/plain'}, 'body': 'is it $version?', 'status': 201}]}"));
    assertThat(definition.smoke())
        .containsExactly(
            new SmokeRequest(
                "/echo",
                201,
                null,
                Map.of(),
                Duration.ofSeconds(5),
                "POST",
                Map.of("Content-Type", "text/plain"),
                "is it $version?"));
    assertThat(valid(Json.mapper().valueToTree(definition))).isEqualTo(definition);
    assertThat(definition.smoke().getFirst().line()).isEqualTo("POST /echo");
  }

  @Test
  void aSmokeTestHasDefaultsAndASoakNeedsSlis() {
    ServiceDefinition definition =
        valid(
            smallest(
                "{'smoke': [{'get': '/v?x=1', 'contains': '$version'}, {'get': '/a', 'status': 404,"
                    + " 'json': {'/b/c': 2}, 'within': '2s'}], 'soak': '1h', 'slis': [{'name': 'a',"
                    + " 'query': 'q', 'max': 1}]}"));
    assertThat(definition.smoke())
        .containsExactly(
            new SmokeRequest("/v?x=1", 200, "$version", Map.of(), Duration.ofSeconds(5)),
            new SmokeRequest("/a", 404, null, Map.of("/b/c", "2"), Duration.ofSeconds(2)));
    assertThat(definition.soak()).isEqualTo(Duration.ofHours(1));
    assertThat(definition.isWatched()).isTrue();
    assertThat(problems("{'soak': '1h'}")).anyMatch(it -> it.startsWith("slis: "));
    assertThat(problems("{'soak': '1s', 'slis': [{'name': 'a', 'query': 'q', 'max': 1}]}"))
        .anyMatch(it -> it.startsWith("soak: expected 0s, or from 30s"));
    assertThat(
            problems(
                "{'smoke': [{'path': '/a', 'get': '/b'}, {'method': 'HEAD', 'path': '/a',"
                    + " 'contains': 'x'}]}"))
        .anyMatch(it -> it.startsWith("smoke[0].get: expected path or get, found both"))
        .anyMatch(it -> it.startsWith("smoke[1].method: expected another than HEAD beside body"));
    assertThat(problems("{'smoke': [{'get': 'x y', 'status': 99, 'json': {'a': 1}, 'within': 0}]}"))
        .anyMatch(it -> it.startsWith("smoke[0].get: expected a path"))
        .anyMatch(it -> it.startsWith("smoke[0].status: "))
        .anyMatch(it -> it.startsWith("smoke[0].json: expected JSON pointers"))
        .anyMatch(it -> it.startsWith("smoke[0].within: "));
    assertThat(problems("{'smoke': [{'status': 200}]}"))
        .anyMatch(it -> it.startsWith("smoke[0].get: "));
  }

  @Test
  void pausesAreForATimeOrUntilAPromote() {
    ServiceDefinition definition =
        valid(
            smallest(
                "{'pauses': [{'after': 'canary', 'for': '10m'}, {'after': 'peers', 'ask': ['no"
                    + " complaints'], 'expires': '8h', 'then': 'go-on'}, {'after': 'canary'}]}"));
    assertThat(definition.pauses())
        .containsExactly(
            new Pause(
                "canary",
                Duration.ofMinutes(10),
                List.of(),
                Duration.ofHours(24),
                Pause.Then.ROLLBACK),
            new Pause(
                "peers", null, List.of("no complaints"), Duration.ofHours(8), Pause.Then.GO_ON),
            new Pause("canary", null, List.of(), Duration.ofHours(24), Pause.Then.ROLLBACK));
    assertThat(problems("{'pauses': [{'after': '25%'}]}"))
        .anyMatch(it -> it.contains("expected after to be one of canary, peers, found '25%'"));
    for (String strategy : List.of("HalfAtATime", "AllAtOnce")) {
      assertThat(problems("{'pauses': [{'after': 'canary'}], 'strategy': '" + strategy + "'}"))
          .anyMatch(it ->
              it.contains(
                  "expected after to be one of peers beside strategy "
                      + strategy
                      + ", found 'canary'"));
    }
    assertThat(problems("{'pauses': [{'after': 'canary', 'for': '1m', 'ask': ['x']}]}"))
        .anyMatch(it -> it.contains("expected either for, or a promote to wait for"));
    assertThat(
            problems(
                "{'pauses': [{'after': 'canary', 'for': '1s'}], 'slis': [{'name': 'a', 'query':"
                    + " 'q', 'max': 1}]}"))
        .anyMatch(it -> it.contains("expected a pause from 30s"));
  }

  @Test
  void twoGroupsNeedNoCanary() {
    ServiceDefinition definition =
        valid(
            smallest(
                "{'strategy': 'blue-green', 'pool': 'p', 'loadBalancers': 'l', 'nodes': [{'name':"
                    + " 'b'}, {'name': 'g1'}, {'name': 'g2'}, {'name': 'g3'}], 'groups': {'green':"
                    + " ['g1', 'g2', 'g3'], 'blue': 'b'}}"));
    assertThat(definition.groups()).hasToString("{green=[g1, g2, g3], blue=[b]}");
    assertThat(definition.minimum()).as("of the smaller group").isEqualTo(1);
    assertThat(definition.isWeighed()).isFalse();
    byte[] written = Json.mapper().writeValueAsBytes(definition);
    assertThat(valid(Json.mapper().readTree(written))).isEqualTo(definition);
    assertThat(Json.mapper().readValue(written, ServiceDefinition.class)).isEqualTo(definition);
  }

  @Test
  void labelsKeepTheirOrder() {
    ServiceDefinition definition =
        valid(
            smallest(
                "{'nodes': [{'name': 'b', 'canary': true, 'labels': {'z': 1, 'a': 2, 'm': 3}}]}"));
    assertThat(definition.nodes().getFirst().labels().keySet()).containsExactly("z", "a", "m");
  }

  @Test
  void thresholdsHaveUnits() {
    ServiceDefinition definition =
        valid(
            smallest(
                "{'slis': [{'name': 'a', 'query': 'q', 'max': '500ms', 'min': '1%', 'maxAge': '6m'},"
                    + " {'name': 'b', 'query': 'q', 'min': 0}], 'pool': 'p', 'loadBalancers':"
                    + " 'lb'}"));
    assertThat(definition.slis())
        .containsExactly(
            new Sli(
                "a",
                "q",
                0.5,
                0.01,
                null,
                null,
                null,
                null,
                Duration.ofMinutes(6),
                null,
                null,
                null,
                null),
            new Sli("b", "q", null, 0.0, null, null, null, null, null, null, null, null, null));
  }

  @Test
  void everyProblemIsListedAtOnce() {
    assertThat(
            problemsOf(
                tree(
                    """
                    {"service": "a;b",
                     "pool": ["p", "p", "x y"],
                     "nodes": [{"name": "b1"}, {"name": "b1", "server": "s\\n"}, 7, {},
                               {"canary": "yes"}],
                     "minAvailable": 9,
                     "install": {"path": "/opt/../etc", "unit": ["api", "a b"], "mode": "rwx",
                                 "uid": "", "keep": 0},
                     "health": {"url": "file:/etc/passwd", "within": "-1s"},
                     "drain": {"within": "0s", "onTimeout": "explode"},
                     "analysis": {"window": "10s", "interval": "30s",
                                  "deadMan": {"after": "1s"}},
                     "noData": [],
                     "slis": [{"name": "p95", "max": 0.5}, {"name": "p95", "query": "q"},
                              {"query": "q", "max": "1%", "min": "2%"}],
                     "strategy": "yolo",
                     "onPeerFailure": true,
                     "rollback": {"waitForPeers": 60}}
                    """)))
        .containsExactly(
            "service: expected 1 to 100 letters, digits, '.', '_', ':' or '-', found 'a;b'",
            "pool[2]: expected 1 to 100 letters, digits, '.', '_', ':' or '-', found 'x y'",
            "nodes[2]: expected an object with fields, found 7",
            "nodes[1].server: expected 1 to 100 letters, digits, '.', '_', ':' or '-', found 's\\u000a'",
            "nodes[3].name: expected a name, is missing",
            "nodes[4].name: expected a name, is missing",
            "nodes[4].canary: expected true or false, found 'yes'",
            "install.unit[1]: expected the name of a systemd unit, found another text",
            "install.mode: expected three or four octal digits, found 'rwx'",
            "install.path: expected an absolute path without '..' or control characters, found '/opt/../etc'",
            "install.uid: expected a text, found ''",
            "install.keep: expected a whole number from 1 to 100, found 0",
            "health.url: expected an http or https URL, found another text",
            "health.within: expected a duration such as 30s, 1h or PT30S, at least 1ms and at most 366 days, found '-1s'",
            "drain.within: expected a duration such as 30s, 1h or PT30S, at least 1ms and at most 366 days, found '0s'",
            "drain.onTimeout: expected one of fail, force, found 'explode'",
            "analysis.deadMan.after: expected a duration such as 30s, 1h or PT30S, at least 1m and at most 366 days, found '1s'",
            "noData: expected an object with fields, found []",
            "slis[0].query: expected a query, is missing: a threshold needs something to compare",
            "slis[1].max: expected a threshold, max, min, maxDelta, maxRatio or compare, found none",
            "slis[2].name: expected a name, is missing",
            "slis[2].min: expected a value below max, found one that no value can satisfy",
            "onPeerFailure: expected one of halt, rollback-peer, rollback-all, found true",
            "rollback.waitForPeers: expected a duration such as 30s, 1h or PT30S, 0 or more and at most 366 days, found 60",
            "nodes: expected each node once, found b1 twice",
            "nodes: expected each instance once, found default/b1 twice",
            "nodes: expected each server once, found b1 twice",
            "slis: expected each SLI once, found p95 twice",
            "pool: expected each pool once, found p twice",
            "nodes: expected at least one with canary: true, found none",
            "minAvailable: expected at most the number of nodes, 4, found 9",
            "loadBalancers: expected pool and loadBalancers both or neither, found only one of them",
            "analysis.window: expected 0s or at least the interval, 30s, found 10s",
            "strategy: expected one of " + Strategies.KNOWN + ", found 'yolo'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'nodes': [{'name': 'b'}]} | nodes: expected at least one with canary: true, found none
          {'nodes': []} | nodes: expected at least one with canary: true, found none
          {'nodes': null} | nodes: expected one node or more, is missing
          {'nodes': [{'name': 'b', 'canary': true}, {'name': 'b', 'instance': 'i', 'server': 's'}]} | nodes: expected each node once, found b twice
          {'nodes': [{'name': 'b', 'canary': true}, {'name': 'c', 'instance': 'b'}]} | nodes: expected each instance once, found default/b twice
          {'nodes': [{'name': 'b', 'canary': true}, {'name': 'c', 'server': 'b'}]} | nodes: expected each server once, found b twice
          {'nodes': [{'canary': true}, {}]} | nodes[0].name: expected a name, is missing,nodes[1].name: expected a name, is missing
          {'minAvailable': 3} | minAvailable: expected at most the number of nodes, 2, found 3
          {'minAvailable': -1} | minAvailable: expected a whole number from 0 to 10000, found -1
          {'pool': 'p'} | loadBalancers: expected pool and loadBalancers both or neither, found only one of them
          {'pool': 'p', 'loadBalancers': ['lb'], 'onLoadBalancerDown': 'go-on'} | onLoadBalancerDown: expected two load balancers or more to go on without one of them, found 1
          {'smoke': [{'get': '/', 'method': 'get'}]} | smoke[0].method: expected one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, found another
          {'smoke': [{'get': '/', 'headers': {'a b': 'c'}}]} | smoke[0].headers: expected names that are tokens and values in one line of ASCII, found others
          {'loadBalancers': ['lb']} | pool: expected pool and loadBalancers both or neither, found only one of them
          {'analysis': {'window': '1h'}} | slis: expected one SLI or more to fill the window, found none (or window: 0s)
          {'analysis': null} | slis: expected one SLI or more to fill the window, found none (or window: 0s)
          {'slis': [{'name': 'a', 'max': 1}]} | slis[0].query: expected a query, is missing: a threshold needs something to compare
          {'slis': [{'name': 'a', 'query': 'q'}]} | slis[0].max: expected a threshold, max, min, maxDelta, maxRatio or compare, found none
          {'slis': [{'name': 'a', 'query': '$canary', 'maxDelta': 0}]} | slis[0].maxDelta: expected more than 0, by how much the canary may lie above its baseline, found 0.0
          {'slis': [{'name': 'a', 'query': '$canary', 'maxRatio': 0.1, 'floor': -1}]} | slis[0].maxRatio: expected more than 1, such as 1.1 for 10 % above the baseline, found 0.1,slis[0].floor: expected 0 or more, found -1.0
          {'slis': [{'name': 'a', 'query': '$canary', 'maxRatio': 1.1}]} | slis[0].floor: expected the smallest difference that matters beside maxRatio, such as 5ms, is missing: 2 ms are twice as much as 1 ms (0 for any)
          {'slis': [{'name': 'a', 'query': '$canary', 'max': 1, 'floor': 1}]} | slis[0].floor: expected maxRatio beside it, found none: maxDelta is its own floor
          {'nodes': [{'name': 'b1', 'canary': true}, {'name': 'b2'}], 'slis': [{'name': 'a', 'query': 'q', 'maxDelta': 1, 'minRequests': {'query': 'n'}}]} | slis.a.query: expected $canary in it, since its baseline is what the same query gives for $baseline, found none,slis.a.minRequests.query: expected $canary in it, since the baseline needs as many requests, found none
          {'nodes': [{'name': 'b1', 'canary': true}, {'name': 'b2'}], 'slis': [{'name': 'a', 'query': '$canary$version', 'maxDelta': 1}]} | slis.a.query: expected no $version in it, since the baseline runs another one, found it
          {'nodes': [{'name': 'b1', 'canary': true}, {'name': 'b2'}], 'slis': [{'name': 'a', 'query': '$canary', 'maxDelta': 1}], 'soak': '1h'} | slis: expected one with max or min for the soak, when no node is left to compare with, found none (or give it 0s)
          {'nodes': [{'name': 'b1', 'canary': true}, {'name': 'b2'}], 'slis': [{'name': 'a', 'query': '$canary', 'maxDelta': 1, 'minRequests': {'query': '$canary$version'}}]} | slis.a.minRequests.query: expected no $version in it, since the baseline runs another one, found it
          {'nodes': [{'name': 'b1', 'canary': true}, {'name': 'b2'}], 'slis': [{'name': 'a', 'query': '$canary', 'maxDelta': 1}], 'pauses': [{'after': 'peers', 'for': '1m'}]} | slis: expected one with max or min for the pause after the peers, when no node is left to compare with, found none (or give it 0s)
          {'nodes': [{'name': 'b1', 'canary': true}], 'slis': [{'name': 'a', 'query': '$canary', 'maxDelta': 1}]} | slis.a: expected max or min alone where every node is a canary: none is left to compare with
          {'slis': [{'name': 'a', 'query': 'q', 'max': 1, 'min': 1}]} | slis[0].min: expected a value below max, found one that no value can satisfy
          {'slis': [{'name': 'a', 'query': 'q', 'max': 1, 'maxAge': '500ms'}]} | slis[0].maxAge: expected a duration such as 30s, 1h or PT30S, at least 1s and at most 366 days, found '500ms'
          {'slis': [{'name': 'a', 'query': 'q', 'max': 1, 'minRequests': {'min': -1}}]} | slis[0].minRequests.min: expected 0 or more, found -1.0,slis[0].minRequests.query: expected a text, is missing
          {'strategy': 'yolo'} | strategy: expected one of KNOWN, found 'yolo'
          {'strategy': 'Canary0Percent5Minutes'} | strategy: expected one of KNOWN, found 'Canary0Percent5Minutes'
          {'strategy': 'Linear10PercentEvery0Minutes'} | strategy: expected one of KNOWN, found 'Linear10PercentEvery0Minutes'
          {'strategy': 'traffic-steps'} | slis: expected one SLI or more to fill the windows, found none,pool: expected one, since traffic-steps shifts its traffic
          {'trafficSteps': [{'share': 100}]} | trafficSteps: expected strategy traffic-steps beside it, found canary-then-peers
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'trafficSteps': [{'share': 10}, {'share': 10}, {'share': 100}]} | trafficSteps: expected shares that grow, found 10 after 10
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'trafficSteps': [{'share': 50}, {'share': '5%'}]} | trafficSteps: expected shares that grow, found 5 after 50,trafficSteps: expected the last share to be 100, found 5
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'trafficSteps': [{'share': 0}, {'window': '1m'}, {'share': 101}]} | trafficSteps[0].share: expected a share of the requests in per cent, above 0 and at most 100, found 0.0,trafficSteps[1].share: expected a share of the requests in per cent, above 0 and at most 100, is missing,trafficSteps[2].share: expected a share of the requests in per cent, above 0 and at most 100, found 101.0
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'slis': [{'name': 'a', 'query': 'q', 'max': 1}], 'trafficSteps': [{'share': 10, 'window': '5s'}, {'share': 100}]} | trafficSteps: expected a window of 0s, or from 30s (analysis.interval) to 3d11h20m, found 5s
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'nodes': [{'name': 'b', 'canary': true}], 'trafficSteps': [{'share': 100}]} | nodes: expected a node that is no canary, since traffic-steps shares the traffic
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'slis': [{'name': 'a', 'query': 'q', 'max': 1}], 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}], 'trafficSteps': [{'share': 10}, {'share': 100, 'minAvailable': 2}]} | trafficSteps: expected a minAvailable from 1 to 1, the number of canaries, which alone of 3 nodes serve at the share 100, found 2; lower it, mark more nodes canary: true, or leave it out, and the peers are updated one after the other
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'slis': [{'name': 'a', 'query': 'q', 'max': 1}], 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}], 'trafficSteps': [{'share': 10}, {'share': 100, 'minAvailable': 4}]} | trafficSteps: expected a minAvailable from 1 to 1, the number of canaries, which alone of 3 nodes serve at the share 100, found 4; lower it, mark more nodes canary: true, or leave it out, and the peers are updated one after the other
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'slis': [{'name': 'a', 'query': 'q', 'max': 1}], 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}], 'trafficSteps': [{'share': 10}, {'share': 100, 'minAvailable': -1}]} | trafficSteps[1].minAvailable: expected a whole number from 1 to 10000, found -1
          {'strategy': 'traffic-steps', 'pool': 'p', 'loadBalancers': ['l'], 'slis': [{'name': 'a', 'query': 'q', 'max': 1}], 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}], 'trafficSteps': [{'share': 10, 'minAvailable': 1}, {'share': 100}]} | trafficSteps: expected minAvailable at the share 100 alone, for which the peers leave rotation, found 1 at 10; what has to stay in rotation elsewhere is the service's own minAvailable
          {'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}], 'trafficSteps': [{'share': 100, 'minAvailable': 1}]} | trafficSteps: expected strategy traffic-steps beside it, found canary-then-peers
          {'strategy': 'blue-green', 'pool': 'p', 'loadBalancers': ['l'], 'groups': {'a': ['b1'], 'b': ['b2']}, 'trafficSteps': [{'share': 100, 'minAvailable': 1}]} | trafficSteps: expected no minAvailable beside strategy blue-green, whose group leaves as a whole anyway, found 1; what has to stay in rotation is the service's own minAvailable
          {'batch': 0} | batch: expected a number of nodes such as 2, or a share of them such as 25%, found 0
          {'batch': '101%'} | batch: expected a number of nodes such as 2, or a share of them such as 25%, found 101%
          {'batch': ['2']} | batch: expected a number of nodes such as 2, or a share of them such as 25%, found ["2"]
          {'batch': 2, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']} | batch: expected at most 1, so that 3 of 4 nodes (minAvailable) stay in rotation, found 2; with minAvailable: 2 it would do
          {'batch': '75%', 'minAvailable': 2, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']} | batch: expected at most 2, so that 2 of 4 nodes (minAvailable) stay in rotation, found 75%, which is 3; with minAvailable: 1 it would do
          {'batch': 2, 'strategy': 'OneAtATime'} | batch: expected none beside strategy OneAtATime, which says by its name how many nodes are updated at once, found 2; batches go with canary-then-peers, traffic-steps and emergency
          {'strategy': 'AllAtOnce', 'minAvailable': 1, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']} | minAvailable: expected at most 0 beside strategy AllAtOnce, which updates 4 of 4 nodes at once, found 1; lower it, or take strategy emergency with a batch of at most 3
          {'strategy': 'HalfAtATime', 'minAvailable': 3, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']} | minAvailable: expected at most 2 beside strategy HalfAtATime, which updates 2 of 4 nodes at once, found 3; lower it, or take strategy emergency with a batch of at most 1
          {'strategy': 'blue-green', 'pool': 'p', 'loadBalancers': ['l']} | groups: expected two groups of nodes beside strategy blue-green, such as {blue: [b1, b2], green: [g1, g2]}, is missing
          {'groups': {'a': ['b1', 'b2']}} | groups: expected two groups of nodes, such as {blue: [b1, b2], green: [g1, g2]}, found 1
          {'groups': {'a': ['b1'], 'b': []}} | groups: expected one node or more in each group, found none in b,groups: expected each node in one group, found b2 in none; name it in one of them, or take it out of nodes
          {'groups': {'a': ['b1', 'b2'], 'b': ['b2', 'x']}} | groups: expected nodes of [b1, b2] alone, found x,groups: expected each node in one group once, found b2 twice
          {'groups': {'a b': ['b1'], 'b': ['b2']}} | groups: expected a group's name to be of 1 to 100 letters, digits, '.', '_', ':' or '-', found another text
          {'groups': ['b1', 'b2']} | groups: expected an object with fields, found ["b1","b2"],groups: expected two groups of nodes, such as {blue: [b1, b2], green: [g1, g2]}, found 0
          {'strategy': 'blue-green', 'pool': 'p', 'loadBalancers': ['l', 'm'], 'onLoadBalancerDown': 'go-on', 'groups': {'a': ['b1'], 'b': ['b2']}} | onLoadBalancerDown: expected stop beside strategy blue-green, whose switch is whole on every load balancer or not at all, found go-on
          {'strategy': 'blue-green', 'groups': {'a': ['b1'], 'b': ['b2']}} | pool: expected one, since strategy blue-green moves its requests from one group to the other, found none
          {'strategy': 'blue-green', 'pool': 'p', 'loadBalancers': ['l'], 'groups': {'a': ['b1'], 'b': ['b2']}, 'batch': 2, 'minAvailable': 2} | batch: expected none beside strategy blue-green, which takes a whole group at once, found 2,minAvailable: expected at most 1, the nodes of the smaller group, since strategy blue-green has one group alone in rotation, found 2; lower it, or add nodes to that group
          {'strategy': 'blue-green', 'pool': 'p', 'loadBalancers': ['l'], 'groups': {'a': ['b1'], 'b': ['b2']}, 'trafficSteps': [{'share': 5}]} | trafficSteps: expected the last share to be 100, found 5
          {'install': {'path': '/a', 'previous': '/a', 'unit': 'u'}} | install.previous: expected another file than install.path, found the same
          {'install': {'path': '/a', 'unit': ['u', 'u']}} | install.unit: expected each unit once, found u twice
          {'install': {'path': '/a', 'unit': 'none'}} | install.unit: expected one systemd unit or more, found none
          {'install': {'path': '/a', 'unit': 'u', 'previous': []}} | install.previous: expected a text, found []
          {'health': {'url': '-'}} | health.url: expected an http or https URL, found another text
          {'health': {'url': 'http://127.0.0.1/', 'within': '0s'}} | health.within: expected a duration such as 30s, 1h or PT30S, at least 1ms and at most 366 days, found '0s'
          {'install': null} | install: expected an object with fields, is missing
          {'loadBalancerHealth': {'path': 'health', 'host': 'a b'}} | loadBalancerHealth.host: expected a host name, found another text,loadBalancerHealth.path: expected a path that begins with '/', found 'health'
          """,
      quoteCharacter = '~')
  void aContradictionIsNamed(String more, String expected) {
    assertThat(String.join(",", problems(more)))
        .isEqualTo(expected.replace("KNOWN", Strategies.KNOWN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'strategy': 'traffic-steps', 'batch': 3, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l'], 'trafficSteps': [{'share': 10}, {'share': 100, 'minAvailable': 1}]}",
        "{'batch': 2, 'minAvailable': 2, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']}",
        "{'batch': 9, 'minAvailable': 1, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']}",
        "{'batch': '25%', 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']}",
        "{'batch': '100%'}",
        "{'strategy': 'AllAtOnce', 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']}",
        "{'strategy': 'HalfAtATime', 'minAvailable': 2, 'nodes': [{'name': 'a', 'canary': true}, {'name': 'b'}, {'name': 'c'}, {'name': 'd'}], 'pool': 'p', 'loadBalancers': ['l']}"
      })
  void aBatchThatLeavesTheMinimumIsTaken(String more) {
    assertThat(problems(more)).isEmpty();
  }

  @Test
  void aWindowOfMoreProbesThanARecordHoldsIsRefused() {
    assertThat(
            problems(
                "{'slis': [{'name': 'a', 'query': 'q', 'max': 1}], 'analysis': {'window':"
                    + " '366d', 'interval': '100ms'}}"))
        .containsExactly(
            "analysis.interval: expected at most 10000 probes in the window, found more: take a"
                + " longer interval");
  }

  @Test
  void textsOfAnyLengthAndDepthEndInAProblem() {
    assertThat(problems("{'analysis': {'window': '" + "1s".repeat(50_000) + "'}}"))
        .allMatch(problem -> problem.length() < 300)
        .isNotEmpty();
    assertThat(
            problems(
                "{'slis': [{'name': 'a', 'query': 'q', 'max': '99999999999999999999d1ms'}],"
                    + " 'health': "
                    + "[".repeat(400)
                    + "]".repeat(400)
                    + "}"))
        .allMatch(problem -> problem.length() < 300)
        .isNotEmpty();
  }

  @Test
  void aServiceThatIsRedAlreadyStopsAReleaseUnlessItSaysOtherwise() {
    assertThat(valid(tree(SMALLEST)).analysis().redBaseline()).isEqualTo(RedBaseline.STOP);
    String bare = "{'analysis': null, 'slis': [{'name': 'x', 'query': 'x', 'max': 1}]}";
    assertThat(valid(smallest(bare)).analysis().redBaseline()).isEqualTo(RedBaseline.STOP);
    String warns = "{\"analysis\": {\"window\": \"0s\", \"redBaseline\": \"warn\"}}";
    assertThat(valid(smallest(warns)).analysis().redBaseline()).isEqualTo(RedBaseline.WARN);
    assertThat(problems(warns.replace("warn", "ignore")))
        .containsExactly("analysis.redBaseline: expected one of stop, warn, found 'ignore'");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, PT30S, 0",
    "PT30S, PT30S, 1",
    "PT31S, PT30S, 2",
    "PT1H, PT30S, 120",
    "PT1M, PT45S, 2",
    "PT0.001S, PT0.000000001S, 1000000"
  })
  void aSlotEndsEachIntervalAndTheLastOneTheWindow(Duration window, Duration interval, int slots) {
    Analysis analysis =
        new Analysis(
            window,
            interval,
            Duration.ZERO,
            new DeadMan(Duration.ofMinutes(2), DeadManAction.DRAIN),
            RedBaseline.STOP);
    assertThat(analysis.slots()).isEqualTo(slots);
  }
}
