package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers to what a pause asks, `serin restart` and `serin analyse`.
class PauseAndJudgeTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");

  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  private static Play begun() {
    return Play.of(BEGUN, "b2", "b1").started().preflightPassed("2.0.9");
  }

  private JsonNode request() {
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    return request;
  }

  /// The coordinator says yes.
  private void promotes() {
    stub.onRequest(request -> {
      ObjectNode event = Json.mapper().valueToTree(begun().last().event());
      event.put("type", "rollout-promoted").put("scope", "step");
      event.set("requestId", request.path("requestId"));
      stub.tell(event);
    });
  }

  /// A rollout in a pause that asks two things.
  private void asks() {
    promotes();
    ObjectNode state = Json.mapper().valueToTree(begun().last().state());
    ObjectNode step = state.putArray("steps").addObject();
    step.put("name", "pause").put("status", "RUNNING");
    step.putArray("asks").add("no complaints").add("flags as planned");
    stub.put(Json.mapper().treeToValue(state, RolloutState.class));
  }

  @Test
  void sendsTheAnswersThatAreGiven() throws Exception {
    promotes();
    SerinRun.of(
        stub, "promote", "backend-api", "--answer", "a=b, no?=yes", "--answer", "no complaints=no");
    assertThat(request().path("answers").toString())
        .isEqualTo(
            "[{\"question\":\"a=b, no?\",\"answer\":\"yes\"},"
                + "{\"question\":\"no complaints\",\"answer\":\"no\"}]");
  }

  @Test
  void anAnswerWithoutAQuestionIsBadUsage() throws Exception {
    SerinRun run = SerinRun.of(stub, "promote", "backend-api", "--answer", "yes");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--answer: expected QUESTION=ANSWER");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void asksOneAfterTheOtherOnATerminal() throws Exception {
    asks();
    SerinRun run =
        SerinRun.typing(
            stub, "all but one\n", "promote", "backend-api", "--answer", "no complaints=yes");
    assertThat(run.err()).contains("flags as planned?").doesNotContain("no complaints?");
    assertThat(request().path("answers"))
        .extracting(answer -> answer.path("answer").asString())
        .containsExactly("yes", "all but one");
  }

  @Test
  void promotesNothingWhereAQuestionIsLeftOpen() throws Exception {
    asks();
    SerinRun run = SerinRun.typing(stub, "yes\n\n", "promote", "backend-api");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected an answer to 'flags as planned', found none");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void restartsWithTheVersionThatCompletedLast() throws Exception {
    stub.put(begun().updates("b2", Duration.ofSeconds(1)).completed().last().state());
    SerinRun run = SerinRun.of(stub, "restart", "backend-api", "--window", "30s");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("taken: restart of backend-api");
    JsonNode request = request();
    assertThat(request.path("strategy").asString()).isEqualTo("restart");
    assertThat(request.path("version").asString()).isEqualTo(begun().last().state().version());
    assertThat(request.has("artifact")).isFalse();
    assertThat(request.path("overrides").path("window").asString()).isEqualTo("PT30S");
  }

  @Test
  void restartsTheNodeFirstThatIsNamed() throws Exception {
    SerinRun run =
        SerinRun.of(stub, "restart", "backend-api", "--version", "2.1.0", "--canary", "b2");
    assertThat(run.code()).isZero();
    assertThat(request().path("overrides").path("canaries").toString()).isEqualTo("[\"b2\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"restart", "analyse"})
  void takesLabelsThatLimitsCount(String command) throws Exception {
    Play play = begun().analyses(Duration.ofMinutes(10)).completed();
    stub.onRequest(request -> play.moments().forEach(stub::tell));
    SerinRun.of(
        stub,
        command,
        "backend-api",
        "--version",
        "2.1.0",
        "--label",
        "data-center=paris",
        "--label",
        "tier=database");
    assertThat(request().path("labels").toString())
        .isEqualTo("{\"data-center\":\"paris\",\"tier\":\"database\"}");
  }

  @Test
  void wantsAVersionWhereNothingHasCompleted() throws Exception {
    SerinRun run = SerinRun.of(stub, "restart", "backend-api");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--version: expected one");
    SerinRun.of(stub, "restart", "backend-api", "--version", "2.1.0");
    assertThat(request().path("version").asString()).isEqualTo("2.1.0");
  }

  @Test
  void exitsWithTheEndOfTheAnalysis() throws Exception {
    Play play =
        begun()
            .analyses(Duration.ofMinutes(10))
            .probes(Verdict.FAIL, 0.83, 0.21)
            .rollsBack(Outcome.BREACHED, "p95 was 0.83", "b2")
            .rolledBack(Outcome.BREACHED);
    stub.onRequest(request -> play.moments().forEach(stub::tell));
    SerinRun run =
        SerinRun.of(
            stub,
            "analyse",
            "backend-api",
            "--canary",
            "b2",
            "--canary",
            "b3",
            "--window",
            "10m",
            "--version",
            "2.1.0");
    assertThat(run.code()).isEqualTo(3);
    Request.ReleaseRequested request =
        (Request.ReleaseRequested) ((Parsed.Valid<Request>) RequestReader.read(request())).value();
    assertThat(request.strategy()).isEqualTo("analysis-only");
    assertThat(String.valueOf(request.overrides()))
        .isEqualTo("{\"canaries\":[\"b2\",\"b3\"],\"window\":\"PT10M\"}");
    assertThat(List.of(request.version())).containsExactly("2.1.0");
  }

  static Stream<Arguments> ends() {
    Play watching = begun().analyses(Duration.ofMinutes(10));
    return Stream.of(
        Arguments.of(watching.completed(), 0),
        Arguments.of(
            begun()
                .analyses(Duration.ofMinutes(10))
                .rollsBack(Outcome.ABORTED, "aborted", "b2")
                .rolledBack(Outcome.ABORTED),
            6),
        Arguments.of(
            begun()
                .analyses(Duration.ofMinutes(10))
                .rollsBack(Outcome.SUPERSEDED, "superseded by v3", "b2")
                .rolledBack(Outcome.SUPERSEDED),
            7),
        Arguments.of(
            Play.of(BEGUN, "b2", "b1").rejected("expected Prometheus to answer, found none"), 5));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void exitsAsAReleaseDoes(Play play, int code) throws Exception {
    stub.onRequest(request -> play.moments().forEach(stub::tell));
    SerinRun run =
        SerinRun.of(
            stub,
            "analyse",
            "backend-api",
            "--canary",
            "b2",
            "--window",
            "10m",
            "--version",
            "2.1.0");
    assertThat(run.code()).as(run.err()).isEqualTo(code);
  }
}
