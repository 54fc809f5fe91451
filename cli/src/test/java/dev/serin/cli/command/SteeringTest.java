package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class SteeringTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");

  private final StubCoordinator stub = new StubCoordinator();
  private final Play play =
      Play.of(BEGUN, "b2", "b1")
          .started()
          .preflightPassed("2.0.9")
          .updates("b2", Duration.ofSeconds(1));

  @AfterEach
  void stop() {
    stub.close();
  }

  @Test
  void abortsTheServicesActiveRolloutAndShowsTheAnswer() throws Exception {
    play.moments().forEach(stub::tell);
    stub.onRequest(request ->
        stub.tell(play.rollsBack(Outcome.ABORTED, "alice aborted: errors", "b2").last()));

    SerinRun run = SerinRun.of(stub, "abort", "backend-api", "--reason", "errors");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("rolling back (aborted): alice aborted: errors")
        .contains("watch it: serin watch backend-api");
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    assertThat(request.path("type").asString()).isEqualTo("abort-requested");
    assertThat(request.path("service").asString()).isEqualTo("backend-api");
    assertThat(request.path("reason").asString()).isEqualTo("errors");
    assertThat(request.path("requestedBy").asString()).isEqualTo("alice");
    assertThat(request.has("rolloutId")).isFalse();
  }

  @Test
  void abortsTheVeryRolloutThatIsNamedByItsId() throws Exception {
    play.moments().forEach(stub::tell);
    stub.onRequest(
        request -> stub.tell(play.rollsBack(Outcome.ABORTED, "alice aborted", "b2").last()));

    SerinRun run = SerinRun.of(stub, "abort", "r-1", "-o", "json");

    assertThat(run.code()).isZero();
    assertThat(stub.requests().getFirst().path("rolloutId").asString()).isEqualTo("r-1");
    assertThat(run.json().path("answer").path("type").asString()).isEqualTo("rollback-started");
  }

  @Test
  void printsARefusalFromTheStream() throws Exception {
    play.moments().forEach(stub::tell);
    stub.onRequest(request -> {
      ObjectNode event =
          Json.mapper()
              .valueToTree(
                  new Play("r-2", "backend-api", "-", BEGUN)
                      .rejected("promote: expected a rollout that waits, found one that rolls")
                      .last()
                      .event());
      event.set("requestId", request.path("requestId"));
      stub.tell(event);
    });

    SerinRun run = SerinRun.of(stub, "promote", "backend-api", "--scope", "full");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("expected a rollout that waits, found one that rolls");
    assertThat(stub.requests().getFirst().path("scope").asString()).isEqualTo("full");
  }

  @Test
  void asksAllTheSameWhereTheStreamIsBroken() throws Exception {
    stub.answers("GET /api/v1/events", new Canned(500, "text/html", "<h1>no</h1>"));
    stub.onRequest(request -> stub.answersNormally("GET /api/v1/events"));
    play.moments().forEach(stub::tell);
    SerinRun run = SerinRun.start(stub, "pause", "backend-api");
    stub.awaitStream();
    stub.tell(play.paused("serin resume").last());

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("paused: asked to; waits for serin resume");
  }

  @ParameterizedTest
  @CsvSource({
    "hands-off, rollout-paused, paused: hands off",
    "hands-on, rollout-resumed, resumed by"
  })
  void takesItsHandsOffAServiceAndPutsThemOnAgain(String command, String type, String shown)
      throws Exception {
    stub.onRequest(request -> {
      ObjectNode event =
          Json.mapper()
              .valueToTree(
                  new Play("r-2", "backend-api", "-", BEGUN)
                      .paused("serin hands-on")
                      .last()
                      .event());
      event.set("requestId", request.path("requestId"));
      event.put("type", type);
      event.put("why", "hands off");
      stub.tell(event);
    });

    SerinRun run = SerinRun.of(stub, command, "backend-api", "--reason", "I am at it");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains(shown);
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    assertThat(request.path("type").asString()).isEqualTo(command + "-requested");
    assertThat(request.path("reason").asString()).isEqualTo("I am at it");
  }

  @Test
  void triesAgainFromTheStart() throws Exception {
    play.moments().forEach(stub::tell);
    stub.onRequest(
        request -> stub.tell(play.rollsBack(Outcome.SUPERSEDED, "retried", "b2").last()));

    SerinRun run = SerinRun.of(stub, "retry", "r-1", "--from", "start");

    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    assertThat(request.path("type").asString()).isEqualTo("retry-requested");
    assertThat(request.path("from").asString()).isEqualTo("start");
    assertThat(request.path("rolloutId").asString()).isEqualTo("r-1");
    assertThat(run.out()).contains("taken, but no answer within 10s");
  }

  @Test
  void takesACompletedReleaseBackAndStaysToTheEnd() throws Exception {
    play.updates("b1", Duration.ofSeconds(1)).completed();
    stub.onRequest(request -> play.moments().forEach(stub::tell));

    SerinRun run = SerinRun.of(stub, "rollback", "backend-api", "--wait");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("is rolled out, after");
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    assertThat(request.path("type").asString()).isEqualTo("rollback-requested");
    assertThat(request.has("rolloutId")).isFalse();
  }

  @Test
  void waitsOnlyWhereSomebodyWaits() throws Exception {
    SerinRun run = SerinRun.of(stub, "rollback", "backend-api", "--timeout", "1m");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--timeout: expected --wait or --watch with it");
    assertThat(stub.requests()).isEmpty();
  }

  @Test
  void refusesAServiceThatNobodyDefined() throws Exception {
    stub.answers(
        "POST /api/v1/requests",
        new Canned(
            400,
            "application/problem+json",
            "{\"status\":400,\"detail\":\"refused\",\"problems\":[\"service: nobody defined 'x'\"]}"));

    SerinRun run = SerinRun.of(stub, "resume", "x");

    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("  - service: nobody defined 'x'");
  }
}
