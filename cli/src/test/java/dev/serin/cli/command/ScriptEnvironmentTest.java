package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.RequestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// `serin release` in the place of the old script: each of its knobs.
class ScriptEnvironmentTest {
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  private final StubCoordinator stub = new StubCoordinator();
  private final Map<String, String> environment = new HashMap<>();
  @TempDir private Path directory = Path.of("");
  private Path artifact = Path.of("");

  @BeforeEach
  void define() throws IOException {
    artifact = Files.writeString(directory.resolve("veza-api"), "hello").toRealPath();
    environment.put("ARTIFACT", artifact.toString());
    stub.define(
        Json.mapper()
            .readTree(
                """
                {"service": "backend-api", "pool": ["api_pool"], "strategy": "canary-then-peers",
                 "nodes": [{"name": "b1", "instance": "veza-b1"},
                           {"name": "b2", "canary": true, "instance": "veza-b2"}],
                 "install": {"path": "/opt/veza-api", "previous": "/opt/veza-api.previous"},
                 "health": {"url": "http://127.0.0.1:8080/health", "within": "PT1M"},
                 "loadBalancerHealth": {"path": "/health", "within": "PT30S"},
                 "slis": [{"name": "p95", "query": "a", "max": 0.5},
                          {"name": "error-rate", "query": "b", "max": 0.005}]}
                """));
    stub.define(Json.mapper().readTree("{\"service\": \"chat\", \"pool\": [\"chat_pool\"]}"));
    // Its first word, so that nobody waits for one.
    Play begun = Play.of(Instant.parse("2026-11-20T14:00:00Z"), "b2", "b1").started();
    stub.onRequest(request -> begun.moments().forEach(stub::tell));
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private SerinRun release(String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("release"));
    words.addAll(List.of(more));
    SerinRun run = SerinRun.of(stub, environment, words.toArray(String[]::new));
    run.code();
    return run;
  }

  private JsonNode requested(String... more) throws Exception {
    SerinRun run = release(more);
    assertThat(stub.requests()).as(run.err()).hasSize(1);
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    return request;
  }

  private void refused(String words, String... more) throws Exception {
    SerinRun run = release(more);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(words);
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void takesTheScriptsPlaceWithoutAWord() throws Exception {
    environment.put("POOL_BACKEND", "api_pool");
    environment.put("CANARY_NODE", "b2");
    environment.put("PEER_NODES", "b1");

    SerinRun run = release();

    assertThat(stub.requests()).as(run.err()).hasSize(1);
    ReleaseRequested request =
        (ReleaseRequested)
            ((Parsed.Valid<Request>) RequestReader.read(stub.requests().getFirst())).value();
    assertThat(request.service()).isEqualTo("backend-api");
    assertThat(request.artifact().uri()).isEqualTo(artifact.toUri().toString());
    assertThat(request.artifact().sha256()).isEqualTo(HELLO);
    assertThat(request.version()).isEqualTo("veza-api@2cf24dba5fb0");
    assertThat(request.overrides()).isNull();
    for (String name : List.of("ARTIFACT", "POOL_BACKEND", "CANARY_NODE", "PEER_NODES")) {
      assertThat(run.err())
          .containsOnlyOnce("serin: from the environment: " + name + "=" + environment.get(name));
    }
  }

  @Test
  void whatAnOptionSaysOutranksTheEnvironment() throws Exception {
    Path other = Files.writeString(directory.resolve("other"), "other");
    environment.putAll(
        Map.of(
            "VERSION",
            "9",
            "SLI_WINDOW",
            "1h",
            "POOL_BACKEND",
            "chat_pool",
            "ROLLBACK_BINARY",
            other.toString()));

    SerinRun run =
        release(
            "backend-api",
            "--artifact",
            other.toString(),
            "--version",
            "2.1.0",
            "--window",
            "5m",
            "--rollback-artifact",
            artifact.toString());

    JsonNode request = stub.requests().getFirst();
    assertThat(request.path("service").asString()).isEqualTo("backend-api");
    assertThat(request.path("version").asString()).isEqualTo("2.1.0");
    assertThat(request.path("artifact").path("uri").asString()).endsWith("/other");
    assertThat(request.path("rollbackArtifact").path("sha256").asString()).isEqualTo(HELLO);
    assertThat(request.path("overrides").path("analysis").path("window").asString())
        .isEqualTo("PT5M");
    assertThat(run.err()).doesNotContain("from the environment");
  }

  @ParameterizedTest
  @CsvSource({
    "VERSION,4.12.0,/version,4.12.0",
    "SLI_WINDOW,3600,/overrides/analysis/window,PT1H",
    "SLI_WINDOW,1h,/overrides/analysis/window,PT1H",
    "SLI_WINDOW,0,/overrides/analysis/window,PT0S",
    "SLI_PROBE_INTERVAL,30,/overrides/analysis/interval,PT30S",
    "SLI_PROBE_INTERVAL,PT15S,/overrides/analysis/interval,PT15S",
    "PROM_P95_THRESHOLD_S,0.8,/overrides/slis/0/max,0.8",
    "PROM_P95_THRESHOLD_S,800ms,/overrides/slis/0/max,0.8",
    "PROM_P95_THRESHOLD_S,0.8,/overrides/slis/1/max,0.005",
    "PROM_ERR_RATE_THRESHOLD,0.01,/overrides/slis/1/max,0.01",
    "PROM_ERR_RATE_THRESHOLD,1%,/overrides/slis/1/max,0.01",
    "HEALTH_PATH,/api/v1/health,/overrides/health/url,http://127.0.0.1:8080/api/v1/health",
    "HEALTH_PATH,/api/v1/health,/overrides/loadBalancerHealth/path,/api/v1/health",
    "CANARY_NODE,veza-b2,/service,backend-api",
    "FORCE_MIGRATE,0,/forceMigrate,''",
    "FORCE_MIGRATE,false,/forceMigrate,''",
    "FORCE_MIGRATE,FALSE,/reason,''",
    "FORCE_MIGRATE,'',/forceMigrate,''",
    "FORCE_MIGRATE,' ',/forceMigrate,''",
    "FORCE_MIGRATE,1,/forceMigrate,true",
    "FORCE_MIGRATE,True,/forceMigrate,true"
  })
  void takesEachKnob(String name, String value, String pointer, String expected) throws Exception {
    environment.put(name, value);

    assertThat(requested("backend-api").at(pointer).asString("")).isEqualTo(expected);
  }

  /// A word of the environment beside a word of the same on the command line is not told either.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SLI_WINDOW|1h|--set=window=5m",
        "SLI_PROBE_INTERVAL|15|--interval=5s",
        "PROM_P95_THRESHOLD_S|0.8|--set=slis=[]",
        "HEALTH_PATH|/old|--set=health.url=http://127.0.0.1:8080/new",
        "HEALTH_PATH|/old|--set=loadBalancerHealth=null",
        "SLI_WINDOW|1h|--set=analysis=null",
        "CANARY_NODE|b1|--canary=b2",
        "PEER_NODES|b9|--canary=b2"
      })
  void anOptionForAnyFieldOutranksTheEnvironment(String name, String value, String option)
      throws Exception {
    environment.put(name, value);

    SerinRun run = release("backend-api", option);

    assertThat(stub.requests()).as(run.err()).hasSize(1);
    assertThat(run.err()).doesNotContain(name);
    assertThat(stub.requests().getFirst().path("overrides").toString()).doesNotContain(value);
  }

  @Test
  void bothLimitsGoTogether() throws Exception {
    environment.put("PROM_P95_THRESHOLD_S", "0.8");
    environment.put("PROM_ERR_RATE_THRESHOLD", "0.01");

    JsonNode slis = requested("backend-api").path("overrides").path("slis");

    assertThat(slis.path(0).path("max").asDouble()).isEqualTo(0.8);
    assertThat(slis.path(1).path("max").asDouble()).isEqualTo(0.01);
    assertThat(slis.path(1).path("query").asString()).isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POOL_BACKEND|web_pool||services: backend-api (api_pool), chat (chat_pool)",
        "CANARY_NODE|b9|backend-api|CANARY_NODE: expected nodes of service backend-api, some of b1 b2, found 'b9'",
        "PEER_NODES|b1 b3|backend-api|PEER_NODES: expected b1, the nodes of service backend-api that are no canary",
        "SLI_WINDOW|soon|backend-api|SLI_WINDOW: expected seconds, or a duration",
        "SLI_WINDOW|-5s|backend-api|SLI_WINDOW: expected seconds, or a duration",
        "SLI_PROBE_INTERVAL|0|backend-api|above 0, found '0'",
        "PROM_P95_THRESHOLD_S|fast|backend-api|PROM_P95_THRESHOLD_S: expected seconds above 0, found 'fast'",
        "PROM_ERR_RATE_THRESHOLD|5|backend-api|PROM_ERR_RATE_THRESHOLD: expected a share above 0",
        "PROM_P95_THRESHOLD_S|0.5|chat|to have an SLI named p95, found none at all",
        "HEALTH_PATH|health|backend-api|HEALTH_PATH: expected a path that begins with /",
        "FORCE_MIGRATE|maybe|backend-api|FORCE_MIGRATE: expected 1 or true, or 0, false or nothing, found 'maybe'",
        "FORCE_MIGRATE|2|backend-api|FORCE_MIGRATE: expected 1 or true, or 0, false or nothing, found '2'",
        "ROLLBACK_BINARY|build/old|backend-api|ROLLBACK_BINARY: expected a file here, a URI, or an absolute path on the nodes, found 'build/old'",
        "ARTIFACT|/no/such/file|backend-api|ARTIFACT: expected a file"
      })
  void refusesWhatMakesNoSense(String name, String value, String service, String words)
      throws Exception {
    environment.put(name, value);

    refused(words, service == null ? new String[0] : new String[] {service});
  }

  @Test
  void anotherCanaryThanTheServicesIsThatOfThisRelease() throws Exception {
    environment.put("CANARY_NODE", "b1");
    environment.put("PEER_NODES", "b2");

    JsonNode request = requested("backend-api");

    assertThat(request.path("overrides").path("canaries").valueStream().map(JsonNode::asString))
        .containsExactly("b1");
  }

  @Test
  void theServicesOwnCanaryOverridesNothing() throws Exception {
    environment.put("CANARY_NODE", "b2");
    environment.put("PEER_NODES", "b1");

    assertThat(requested("backend-api").path("overrides").has("canaries")).isFalse();
  }

  @Test
  void aPeerThatIsTheCanaryOfThisReleaseIsRefused() throws Exception {
    environment.put("CANARY_NODE", "b1");
    environment.put("PEER_NODES", "b1");

    refused("PEER_NODES: expected b2, the nodes of service backend-api", "backend-api");
  }

  @Test
  void forcesMigrationsUnderANameAndForAReason() throws Exception {
    environment.put("FORCE_MIGRATE", "1");

    JsonNode request = requested("backend-api", "--reason", "drops a table nobody reads");

    assertThat(request.path("forceMigrate").asBoolean()).isTrue();
    assertThat(request.path("requestedBy").asString()).isEqualTo("alice");
    assertThat(request.path("reason").asString()).isEqualTo("drops a table nobody reads");
  }

  @Test
  void theScriptsOneWordForcesMigrationsUnderItsNameAndStaysOnTheRecord() throws Exception {
    environment.put("FORCE_MIGRATE", "1");

    JsonNode request = requested("backend-api");

    assertThat(request.path("forceMigrate").asBoolean()).isTrue();
    assertThat(request.path("requestedBy").asString()).isEqualTo("alice");
    assertThat(request.path("reason").asString())
        .isEqualTo("FORCE_MIGRATE=1 in the environment of serin release");
  }

  @Test
  void theScriptsOneWordForcesTheMigrationsThatAnOptionNames() throws Exception {
    environment.put("FORCE_MIGRATE", "1");
    Path file = Files.writeString(directory.resolve("001.sql"), "DROP TABLE users;");

    JsonNode request = requested("backend-api", "--migrations", file.toString());

    assertThat(request.path("forceMigrate").asBoolean()).isTrue();
    assertThat(request.path("migrations").path(0).path("sql").asString()).contains("DROP TABLE");
  }

  @Test
  void theBinaryToGoBackToIsAFileHere() throws Exception {
    Path old = Files.writeString(directory.resolve("old"), "hello").toRealPath();
    environment.put("ROLLBACK_BINARY", old.toString());

    JsonNode back = requested("backend-api").path("rollbackArtifact");

    assertThat(back.path("uri").asString()).isEqualTo(old.toUri().toString());
    assertThat(back.path("sha256").asString()).isEqualTo(HELLO);
  }

  @Test
  void theBinaryToGoBackToIsOnTheNodes() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/old api@" + HELLO);

    JsonNode back = requested("backend-api").path("rollbackArtifact");

    assertThat(back.path("uri").asString()).isEqualTo("node:/opt/old%20api");
    assertThat(back.path("sha256").asString()).isEqualTo(HELLO);
  }

  @Test
  void aBinaryOnTheNodesIsNotSentFromHere() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/old@" + HELLO);

    assertThat(requested("backend-api", "--upload").path("rollbackArtifact").path("uri").asString())
        .isEqualTo("node:/opt/old");
  }

  @Test
  void theDigestOfTheBinaryOnTheNodesIsWhatAnOptionSays() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/old");

    JsonNode back = requested("backend-api", "--rollback-sha256", HELLO).path("rollbackArtifact");

    assertThat(back.path("uri").asString()).isEqualTo("node:/opt/old");
    assertThat(back.path("sha256").asString()).isEqualTo(HELLO);
  }

  @Test
  void whatSerinKeepsOnTheNodesSaysItsDigestByItsName() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/.serin/veza-api-" + HELLO);

    JsonNode back = requested("backend-api").path("rollbackArtifact");

    assertThat(back.path("uri").asString()).isEqualTo("node:/opt/.serin/veza-api-" + HELLO);
    assertThat(back.path("sha256").asString()).isEqualTo(HELLO);
  }

  /// @param there the digest at ROLLBACK_BINARY and the one that is installed, on b1 and on b2
  private void nodesHave(String... there) {
    stub.answers(
        "POST /api/v1/plans",
        new StubCoordinator.Canned(
            200,
            "application/json",
            """
            {"nodes": [{"name": "b1", "rollbackSha256": %s, "sha256": %s},
                       {"name": "b2", "rollbackSha256": %s, "sha256": %s}]}
            """
                .formatted((Object[]) there)));
  }

  private static String quoted(char digit) {
    return "\"" + String.valueOf(digit).repeat(64) + "\"";
  }

  @ParameterizedTest
  @CsvSource({"/opt/old,node:/opt/old", "node:/opt/old,node:/opt/old"})
  void theNodesAreAskedForTheDigestOfTheirBinary(String text, String uri) throws Exception {
    environment.put("ROLLBACK_BINARY", text);
    environment.put("SLI_WINDOW", "30s");
    nodesHave(quoted('a'), quoted('c'), quoted('a'), quoted('c'));

    JsonNode request = requested("backend-api");

    assertThat(request.path("rollbackArtifact").path("uri").asString()).isEqualTo(uri);
    assertThat(request.path("rollbackArtifact").path("sha256").asString())
        .isEqualTo("a".repeat(64));
    assertThat(stub.planned().path("rollbackArtifact").path("uri").asString()).isEqualTo(uri);
    assertThat(stub.planned().path("overrides")).isEqualTo(request.path("overrides"));
  }

  @Test
  void aBinaryThatIsNotTheSameOnEveryNodeIsLeftOutAndThatIsTold() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/old");
    nodesHave(quoted('a'), quoted('c'), "null", quoted('c'));

    SerinRun run = release("backend-api");

    assertThat(stub.requests()).as(run.err()).hasSize(1);
    assertThat(stub.requests().getFirst().has("rollbackArtifact")).isFalse();
    assertThat(run.err())
        .contains(
            "ROLLBACK_BINARY=/opt/old is left out",
            "b1 with sha256:aaaaaaaaaaaa, b2 with no file to be read",
            "a rollback restores what each node has now");
  }

  @Test
  void aBinaryThatIsWhatEachNodeRunsNeedsNoWord() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/old");
    nodesHave(quoted('a'), quoted('a'), quoted('c'), quoted('c'));

    SerinRun run = release("backend-api");

    assertThat(stub.requests()).as(run.err()).hasSize(1);
    assertThat(stub.requests().getFirst().has("rollbackArtifact")).isFalse();
    assertThat(run.err()).contains("ROLLBACK_BINARY=/opt/old is what each node runs now");
  }

  @Test
  void nodesThatCantBeAskedBreakNoScript() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/old");
    stub.answers(
        "POST /api/v1/plans",
        new StubCoordinator.Canned(
            429, "application/problem+json", "{\"status\":429,\"detail\":\"too many plans\"}"));

    SerinRun run = release("backend-api");

    assertThat(stub.requests()).as(run.err()).hasSize(1);
    assertThat(stub.requests().getFirst().has("rollbackArtifact")).isFalse();
    assertThat(run.err()).contains("ROLLBACK_BINARY=/opt/old is left out", "too many plans");
  }

  @Test
  void whereTheServiceHasItsBinaryNeedsNoDigestEither() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/veza-api");

    SerinRun run = release("backend-api");

    assertThat(stub.requests().getFirst().has("rollbackArtifact")).isFalse();
    assertThat(run.err()).contains("a rollback restores what each node has now");
  }

  @Test
  void theServicesOwnPreviousNeedsNoDigest() throws Exception {
    environment.put("ROLLBACK_BINARY", "/opt/veza-api.previous");

    SerinRun run = release("backend-api");

    assertThat(stub.requests().getFirst().has("rollbackArtifact")).isFalse();
    assertThat(run.err()).contains("a rollback restores what each node has now");
  }

  @Test
  void leavesTheWindowOutWhereNothingIsWatched() throws Exception {
    environment.put("SLI_WINDOW", "1h");

    SerinRun run = release("backend-api", "--strategy", "emergency");

    assertThat(stub.requests().getFirst().has("overrides")).isFalse();
    assertThat(run.err()).contains("SLI_WINDOW=1h is left out, since strategy emergency");
  }

  @Test
  void namesBothServicesOfOnePool() throws Exception {
    stub.define(Json.mapper().readTree("{\"service\": \"two\", \"pool\": \"chat_pool\"}"));
    environment.put("POOL_BACKEND", "chat_pool");

    refused("which is that of chat and two; name the service instead: serin release SERVICE");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    refused("expected the SERVICE that is released, or its pool as POOL_BACKEND");
    environment.clear();
    refused("--artifact: expected a file or a URI, by --artifact", "backend-api");
    refused(
        "by --version or VERSION in the environment",
        "backend-api",
        "--artifact",
        artifact.toString());
  }
}
