package dev.serin.contracts.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request.AbortRequested;
import dev.serin.contracts.request.Request.FreezeRequested;
import dev.serin.contracts.request.Request.IfBusy;
import dev.serin.contracts.request.Request.PromoteRequested;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.request.Request.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  private static Parsed<Request> read(String json) {
    return RequestReader.read(Json.mapper().readTree(json.replace('\'', '"')));
  }

  private static List<String> problems(String json) {
    return read(json) instanceof Parsed.Invalid<Request>(List<String> problems)
        ? problems
        : List.of();
  }

  /// A release with one more field.
  private static String release(String more) {
    return "{'type': 'release-requested', 'requestId': 'r1', 'service': 'api', 'version': 'v2',"
        + " 'artifact': {'uri': 'file:/srv/api', 'sha256': '"
        + DIGEST
        + "'}"
        + (more.isEmpty() ? "" : ", " + more)
        + "}";
  }

  private static String artifact(String uri) {
    return "{'type': 'release-requested', 'requestId': 'r1', 'service': 'api', 'version': 'v2',"
        + " 'artifact': {'uri': '"
        + uri
        + "', 'sha256': '"
        + DIGEST
        + "'}}";
  }

  @Test
  void aReleaseNeedsSixFieldsAndHasDefaultsForTheRest() {
    assertThat(read(release("")))
        .isEqualTo(
            new Parsed.Valid<>(
                new ReleaseRequested(
                    "r1",
                    "api",
                    "unknown",
                    "",
                    "v2",
                    new Artifact("file:/srv/api", DIGEST),
                    null,
                    null,
                    null,
                    List.of(),
                    false,
                    IfBusy.QUEUE,
                    Map.of())));
  }

  @Test
  void aNullFieldIsAMissingOne() {
    assertThat(
            read(
                release(
                    "'requestedBy': null, 'reason': null, 'rollbackArtifact': null, 'strategy':"
                        + " null, 'overrides': null, 'migrations': null, 'ifBusy': null, 'labels':"
                        + " null, 'forceMigrate': null")))
        .isEqualTo(read(release("")));
    assertThat(problems("{'type': null, 'requestId': null, 'service': null}"))
        .containsExactly(
            "requestId: expected a text, is missing",
            "service: expected a name, is missing",
            "type: expected a text, is missing");
  }

  @Test
  void unknownFieldsAreIgnored() {
    assertThat(read(release("'colour': {'deep': [1]}"))).isEqualTo(read(release("")));
  }

  @Test
  void aDigestMayBeWrittenInCapitals() {
    assertThat(read(release("").replace(DIGEST, DIGEST.toUpperCase(java.util.Locale.ROOT))))
        .isEqualTo(read(release("")));
  }

  @Test
  void everyProblemIsListedAtOnce() {
    assertThat(
            problems(
                "{'type': 'release-requested', 'requestId': 7.5, 'service': 'a;b', 'requestedBy':"
                    + " [], 'artifact': {'sha256': 'abc'}, 'version': '', 'ifBusy': 'now',"
                    + " 'forceMigrate': 'yes', 'migrations': [{'path': 'V1.sql'}, 3], 'labels':"
                    + " 'x', 'overrides': []}"))
        .containsExactly(
            "requestId: expected a text, found 7.5",
            "service: expected 1 to 100 letters, digits, '.', '_', ':' or '-', found 'a;b'",
            "requestedBy: expected a text, found []",
            "artifact.uri: expected a text, is missing",
            "artifact.sha256: expected a SHA-256 digest of 64 hexadecimal digits, found 'abc'",
            "version: expected a text, found ''",
            "overrides: expected an object with fields, found []",
            "migrations[1]: expected an object with fields, found 3",
            "migrations[0].sql: expected a text, is missing",
            "forceMigrate: expected true or false, found 'yes'",
            "ifBusy: expected one of queue, latest, supersede, reject, found 'now'",
            "labels: expected an object with fields, found 'x'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "7", "'x'", "true"})
  void whatIsNoObjectIsNoRequest(String json) {
    assertThat(problems(json))
        .singleElement()
        .asString()
        .startsWith("the document: expected an object with fields, found");
  }

  @Test
  void anUnknownTypeIsNamedBesideTheOtherProblems() {
    assertThat(problems("{'type': 'release\\nrequested', 'service': 'api'}"))
        .hasSize(2)
        .anyMatch(problem -> problem.startsWith("requestId: "))
        .anyMatch(problem -> problem.endsWith("found 'release\\u000arequested'"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"api;", "api\\nshutdown", "a b", "a\\\\b", "../x", "", "-api", "aüb", "*", "a/b"})
  void aNameThatCouldEndACommandIsRefused(String name) {
    assertThat(problems("{'type': 'abort-requested', 'requestId': 'r', 'service': '" + name + "'}"))
        .singleElement()
        .asString()
        .startsWith("service: expected ")
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:/srv/../etc/shadow",
        "file:/srv/%2e%2e/x",
        "file:srv/x",
        "ftp://h/x",
        "/srv/x",
        "http:/x",
        "http:///x",
        "https://h",
        "https://h/a b",
        "file:/a\\nb",
        "-",
        "node:x",
        "x"
      })
  void anArtifactThatCannotBeFetchedFromThereIsRefused(String uri) {
    assertThat(problems(artifact(uri)))
        .singleElement()
        .asString()
        .startsWith(
            "artifact.uri: expected a file:, node:, http: or https: URI with an absolute path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:/srv/x",
        "file:///srv/x",
        "node:/opt/x",
        "http://h:8080/x",
        "http://artifact_store/x",
        "https://u:p@h/x?sig=1"
      })
  void anArtifactMayStandInAllThesePlaces(String uri) {
    assertThat(problems(artifact(uri))).isEmpty();
  }

  @Test
  void aSecretIsNotEchoed() {
    assertThat(
            List.of(
                problems(artifact("ftp://ci:s3cret@h/x")),
                problems(artifact("ftp://ci:s3/cr@s3cret@h/x")),
                problems(artifact("https:/ci:s3cret@h/x/../y")),
                problems(artifact("ftp://h/x?token=s3cret")),
                problems(artifact("ftp://h/x#token=s3cret")),
                problems(release("'rollbackArtifact': 'https://ci:s3cret@h/x'")),
                problems(release("'rollbackArtifact': {'uri': ['https://ci:s3cret@h/x']}"))))
        .allSatisfy(problems ->
            assertThat(problems).isNotEmpty().noneMatch(problem -> problem.contains("s3")));
  }

  @Test
  void steeringMeansTheActiveRolloutUnlessItNamesOne() {
    assertThat(read("{'type': 'abort-requested', 'requestId': 'r', 'service': 'api'}"))
        .isEqualTo(new Parsed.Valid<>(new AbortRequested("r", "api", "unknown", "", null)));
    assertThat(
            read(
                "{'type': 'promote-requested', 'requestId': 'r', 'service': 'api', 'rolloutId':"
                    + " 'api-1', 'scope': 'full'}"))
        .isEqualTo(
            new Parsed.Valid<>(
                new PromoteRequested("r", "api", "unknown", "", "api-1", Scope.FULL, List.of())));
  }

  @Test
  void aFreezeOfAllServicesIsAStar() {
    assertThat(
            read(
                "{'type': 'freeze-requested', 'requestId': 'r', 'service': '*', 'until':"
                    + " '2026-12-24T00:00:00Z'}"))
        .isEqualTo(
            new Parsed.Valid<>(
                new FreezeRequested(
                    "r", "*", "unknown", "", Instant.parse("2026-12-24T00:00:00Z"))));
    assertThat(problems("{'type': 'unfreeze-requested', 'requestId': 'r', 'service': '*'}"))
        .isEmpty();
    assertThat(problems("{'type': 'hands-off-requested', 'requestId': 'r', 'service': '*'}"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tomorrow",
        "2026-12-24",
        "+1000000000-12-31T23:59:59.999999999Z",
        "-1000000000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z"
      })
  void aFreezeEndsAtAnInstantThatCanBeCounted(String until) {
    assertThat(
            problems(
                "{'type': 'freeze-requested', 'requestId': 'r', 'service': 'api', 'until': '"
                    + until
                    + "'}"))
        .singleElement()
        .asString()
        .startsWith("until: expected an instant");
  }

  @Test
  void textsHaveAnEnd() {
    assertThat(
            problems(
                release("'reason': '" + "x".repeat(2_001) + "'")
                    .replace("'r1'", "'" + "r".repeat(201) + "'")
                    .replace("'v2'", "'v\\u0007'")))
        .containsExactly(
            "requestId: expected 1 to 200 printable characters, found another text",
            "reason: expected at most 2000 characters, found more",
            "version: expected 1 to 200 printable characters, found another text");
  }

  @Test
  void whatWasWrittenForARequestIsReadAsThatRequest() throws Exception {
    try (var files = Files.list(Path.of("src/test/resources/golden"))) {
      for (Path file : files.filter(it -> it.toString().endsWith("-requested.json")).toList()) {
        String golden = Files.readString(file);
        assertThat(RequestReader.read(Json.mapper().readTree(golden)))
            .as(file.toString())
            .isEqualTo(new Parsed.Valid<>(Json.mapper().readValue(golden, Request.class)));
      }
    }
  }

  @Test
  void aFreezeThatEndsBeforeItBeginsIsRefused() {
    assertThat(
            freezeProblems(
                "\"from\": \"2026-12-24T00:00:00Z\", \"until\": \"2026-12-23T00:00:00Z\""))
        .containsExactly(
            "until: expected an instant after from, 2026-12-24T00:00:00Z, found"
                + " 2026-12-23T00:00:00Z");
    assertThat(freezeProblems("\"from\": \"soon\""))
        .containsExactly(
            "from: expected an instant such as 2026-12-24T00:00:00Z, found another text");
  }

  private static List<String> freezeProblems(String fields) {
    String json =
        "{\"type\": \"freeze-requested\", \"requestId\": \"1\", \"service\": \"*\", "
            + fields
            + "}";
    return RequestReader.read(dev.serin.contracts.json.Json.mapper().readTree(json))
            instanceof Parsed.Invalid<Request>(List<String> problems)
        ? problems
        : List.of();
  }

  @Test
  void anOverrideOfAFreezeSaysWhoAndWhy() {
    String release =
        "{\"type\": \"release-requested\", \"requestId\": \"1\", \"service\": \"api\", \"version\":"
            + " \"2\", \"artifact\": {\"uri\": \"file:/a\", \"sha256\": \""
            + "ab".repeat(32)
            + "\"}, \"overrideFreeze\": true, ";
    for (String head :
        List.of(
            "\"requestedBy\": \"alice\"", "\"reason\": \"urgent\", \"requestedBy\": \"unknown\"")) {
      assertThat(
              RequestReader.read(
                  dev.serin.contracts.json.Json.mapper().readTree(release + head + "}")))
          .isInstanceOfSatisfying(
              Parsed.Invalid.class,
              invalid ->
                  assertThat(invalid.problems().toString())
                      .contains("overrideFreeze: expected requestedBy and reason beside it"));
    }
    assertThat(
            RequestReader.read(
                dev.serin.contracts.json.Json.mapper()
                    .readTree(release + "\"requestedBy\": \"alice\", \"reason\": \"urgent\"}")))
        .isInstanceOf(Parsed.Valid.class);
  }
}
