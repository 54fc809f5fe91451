package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.sli.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ReleaseTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  private final StubCoordinator stub = new StubCoordinator();
  @TempDir private Path directory = Path.of("");
  private String artifact = "";

  @BeforeEach
  void writeTheArtifact() throws IOException {
    artifact = Files.writeString(directory.resolve("api v2.bin"), "hello").toString();
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private static Play begun() {
    return Play.of(BEGUN, "b2", "b1")
        .started()
        .after(Duration.ofSeconds(1))
        .preflightPassed("2.0.9")
        .updates("b2", Duration.ofSeconds(1));
  }

  static Stream<Arguments> endings() {
    return Stream.of(
        Arguments.of(0, begun().updates("b1", Duration.ofSeconds(1)).completed()),
        Arguments.of(
            3,
            begun()
                .analyses(Duration.ofMinutes(10))
                .probes(Verdict.FAIL, 0.83, 0.21)
                .rollsBack(Outcome.BREACHED, "p95 was 0.83", "b2")
                .restores("b2", Duration.ofSeconds(1))
                .rolledBack(Outcome.BREACHED)),
        Arguments.of(
            3, begun().rollsBack(Outcome.FAILED, "health", "b2").rolledBack(Outcome.FAILED)),
        Arguments.of(
            4,
            begun().rollsBack(Outcome.BREACHED, "p95", "b2").rollbackFailed("b2 is left drained")),
        Arguments.of(4, begun().halted("b1 is left on 2.0.9")),
        Arguments.of(5, Play.of(BEGUN, "b2", "b1").rejected("another rollout is active")),
        Arguments.of(
            5, Play.of(BEGUN, "b2", "b1").started().preflightFailed("no such server", "no data")),
        Arguments.of(
            6, begun().rollsBack(Outcome.ABORTED, "bob", "b2").rolledBack(Outcome.ABORTED)),
        Arguments.of(
            7, begun().rollsBack(Outcome.SUPERSEDED, "2.2", "b2").rolledBack(Outcome.SUPERSEDED)),
        Arguments.of(7, Play.of(BEGUN, "b2", "b1").queued().rolledBack(Outcome.SUPERSEDED)));
  }

  private void plays(Play play) {
    stub.onRequest(request -> play.moments().forEach(stub::tell));
  }

  @ParameterizedTest
  @MethodSource("endings")
  void endsWithTheExitCodeOfTheRollout(int code, Play play) throws Exception {
    plays(play);

    SerinRun run =
        SerinRun.of(
            stub, "release", "backend-api", "--artifact", artifact, "--version", "2.1.0", "--wait");

    assertThat(run.code()).isEqualTo(code);
    // A line for each event, then how it ended.
    long told = run.out().lines().filter(line -> line.startsWith("14:0")).count();
    assertThat(told).isEqualTo(play.moments().size());
  }

  @ParameterizedTest
  @MethodSource("endings")
  void printsTheFinalStateAloneAsJson(int code, Play play) throws Exception {
    plays(play);

    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "2.1.0",
            "--wait",
            "-o",
            "json");

    assertThat(run.code()).isEqualTo(code);
    assertThat(run.json().path("phase").asString()).isEqualTo(play.last().state().phase().name());
  }

  @Test
  void printsEachEventAsJsonWhereItWatches() throws Exception {
    Play play = begun().updates("b1", Duration.ofSeconds(1)).completed();
    plays(play);

    SerinRun run =
        SerinRun.of(
            stub,
            "-o",
            "json",
            "release",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "2.1.0",
            "--watch");

    assertThat(run.code()).isZero();
    List<Long> numbers =
        run.out()
            .lines()
            .map(line -> dev.serin.contracts.json.Json.mapper().readTree(line))
            .map(event -> event.path("sequence").asLong())
            .toList();
    assertThat(numbers)
        .containsExactlyElementsOf(
            Stream.iterate(1L, number -> number + 1).limit(play.moments().size()).toList());
  }

  @Test
  void sendsAllThatWasAskedForAsARequestThatTheContractAccepts() throws Exception {
    plays(begun());

    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "2.1.0",
            "--request-id",
            "build-77",
            "--window",
            "30s",
            "--if-busy",
            "supersede",
            "--reason",
            "faster logins",
            "--by",
            "bob",
            "--strategy",
            "canary-then-peers",
            "--label",
            "team=auth",
            "--label",
            "build=77",
            "--rollback-artifact",
            "https://repo.test/1.bin",
            "--rollback-sha256",
            HELLO.toUpperCase(java.util.Locale.ROOT));

    assertThat(run.code()).isZero();
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    Request.ReleaseRequested release =
        (Request.ReleaseRequested) ((Parsed.Valid<Request>) RequestReader.read(request)).value();
    assertThat(release.artifact().uri()).startsWith("file:///").endsWith("/api%20v2.bin");
    assertThat(release.artifact().sha256()).isEqualTo(HELLO);
    assertThat(request.path("overrides").toString())
        .isEqualTo("{\"analysis\":{\"window\":\"PT30S\"}}");
    assertThat(release.ifBusy()).isEqualTo(Request.IfBusy.SUPERSEDE);
    assertThat(release.requestId()).isEqualTo("build-77");
    assertThat(release.requestedBy()).isEqualTo("bob");
    assertThat(release.reason()).isEqualTo("faster logins");
    assertThat(release.labels()).containsEntry("team", "auth").containsEntry("build", "77");
    assertThat(release.rollbackArtifact()).isNotNull();
  }

  @Test
  void returnsAtOnceAndSaysHowToWatchItUnlessAskedToStay() throws Exception {
    plays(Play.of(BEGUN, "b2", "b1").says("the checks", "b2 is drained", null).started());

    SerinRun run =
        SerinRun.of(stub, "release", "backend-api", "--artifact", artifact, "--version", "2.1.0");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            backend-api 2.1.0: PREFLIGHT, rollout r-1
            now: the checks
            watch it: serin watch r-1
            """);
  }

  @Test
  void endsWithFiveWhereTheFirstWordIsARefusalAlsoDetached() throws Exception {
    plays(Play.of(BEGUN, "b2", "b1").rejected("another rollout is active"));

    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "2.1.0",
            "--detach");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.out()).contains("another rollout is active");
  }

  @Test
  void listsAllProblemsOfARefusedRequest() throws Exception {
    stub.answers(
        "POST /api/v1/requests",
        new Canned(
            400,
            "application/problem+json",
            "{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"2 problems\",\"problems\":"
                + "[\"service: expected one that is defined, found 'x;y'\",\"version: is missing\"]}"));

    SerinRun run =
        SerinRun.of(stub, "release", "x;y", "--artifact", artifact, "--version", "1", "--wait");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err())
        .isEqualTo(
            """
            serin: refused:
              - service: expected one that is defined, found 'x;y'
              - version: is missing
            """);
    assertThat(run.out()).isEmpty();
    SerinRun asJson =
        SerinRun.of(stub, "release", "x;y", "--artifact", artifact, "--version", "1", "-o", "json");
    assertThat(asJson.json().path("problems")).hasSize(2);
  }

  @Test
  void stopsWaitingAtItsTimeoutAndLeavesTheRollout() throws Exception {
    plays(begun());

    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "2.1.0",
            "--wait",
            "--timeout",
            "400ms",
            "-o",
            "json");

    assertThat(run.code()).isEqualTo(8);
    assertThat(run.err()).contains("serin watch r-1").contains("serin abort r-1");
    assertThat(run.json().path("phase").asString()).isEqualTo("ROLLING");
  }

  @Test
  void repeatsARequestWhoseAnswerIsUnfitUnderTheSameId() throws Exception {
    stub.answers("POST /api/v1/requests", new Canned(503, "text/html", "<h1>starting</h1>"));
    SerinRun run =
        SerinRun.of(stub, "release", "backend-api", "--artifact", artifact, "--version", "2.1.0");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("status 503 without problem details")
        .contains("--request-id ")
        .contains("can't start it twice");
  }

  @Test
  void wantsADigestForWhatItCanNotRead() throws Exception {
    SerinRun run =
        SerinRun.of(
            stub, "release", "backend-api", "--artifact", "https://repo.test/a", "--version", "1");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--sha256: expected the artifact's SHA-256 digest");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void sendsNothingWhereTheFileIsNotTheOneMeant() throws Exception {
    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "backend-api",
            "--artifact",
            artifact,
            "--version",
            "1",
            "--sha256",
            "0".repeat(64));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected 0000").contains("found " + HELLO);
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void namesAMissingArtifactAndADirectory() throws Exception {
    SerinRun missing =
        SerinRun.of(
            stub,
            "release",
            "a",
            "--artifact",
            directory.resolve("no").toString(),
            "--version",
            "1");
    SerinRun folder =
        SerinRun.of(
            stub,
            "release",
            "a",
            "--artifact",
            directory.toString(),
            "--version",
            "1",
            "-o",
            "json");

    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("expected a file, found nothing at " + directory);
    assertThat(folder.code()).isEqualTo(2);
    assertThat(folder.json().path("detail").asString()).contains("found a directory at");
  }

  @Test
  void refusesContradictoryOptions() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("--wait", "--watch"),
            List.of("--timeout", "5m"),
            List.of("--window", "soon", "--wait"),
            List.of("--window", "-5s", "--wait"))) {
      List<String> words =
          Stream.concat(
                  Stream.of("release", "a", "--artifact", artifact, "--version", "1"),
                  wrong.stream())
              .toList();
      assertThat(SerinRun.of(stub, words.toArray(new String[0])).code())
          .as("%s", wrong)
          .isEqualTo(2);
    }
    assertThat(stub.requests()).isEmpty();
  }
}
