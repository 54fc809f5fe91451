package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");

  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  @Test
  void followsInJsonOneDocumentALineAcrossABrokenStreamFromWhereItEnded() throws Exception {
    List<Play.Moment> moments =
        Play.of(BEGUN, "b2", "b1").started().preflightPassed("2.0.9").completed().moments();
    SerinRun run = SerinRun.start(stub, "events", "--follow", "-o", "json");
    stub.awaitStream();
    stub.tell(moments.get(0));
    run.outLines().await("rollout-started");

    stub.goDown();
    run.errLines().await("lost the coordinator");
    stub.tell(moments.get(1));
    stub.comeBack();
    stub.awaitStream();
    stub.tell(moments.get(2));
    run.outLines().await("rollout-completed");
    run.outLines().readerLeaves();

    assertThat(run.code()).isZero();
    assertThat(
            run.out()
                .lines()
                .map(line -> Json.mapper().readTree(line).path("type").asString())
                .toList())
        .containsExactly("rollout-started", "preflight-passed", "rollout-completed");
    assertThat(stub.resumedFrom()).first().isEqualTo("none");
    assertThat(stub.resumedFrom()).last().isEqualTo("1");
  }

  @Test
  void followsOneServiceOnly() throws Exception {
    SerinRun run = SerinRun.start(stub, "events", "--follow", "--service", "backend-api");
    stub.awaitStream();
    stub.tell(new Play("r-9", "stream-server", "7", BEGUN).started().last());
    stub.tell(new Play("r-1", "backend-api", "2.1.0", BEGUN).started().last());
    run.outLines().await("backend-api");
    run.outLines().readerLeaves();

    assertThat(run.code()).isZero();
    assertThat(run.out()).doesNotContain("stream-server");
  }

  @Test
  void tellsTheStoryOfARolloutInLines() throws Exception {
    Play.of(BEGUN, "b2", "b1")
        .started()
        .after(Duration.ofSeconds(1))
        .preflightPassed("2.0.9")
        .begins("drain", "b2")
        .after(Duration.ofSeconds(2))
        .succeeds("drain", "b2", "nothing in flight after 2 s")
        .analyses(Duration.ofMinutes(10))
        .probes(Verdict.NO_DATA, null, 0.001)
        .moments()
        .forEach(stub::tell);

    assertThat(SerinRun.of(stub, "events", "backend-api").out())
        .isEqualTo(
            """
            14:00:00  ▶ started backend-api 2.1.0 for serin: canary-then-peers, window 10m, about 11m00s
            14:00:01  ✔ preflight: all checks are green
            14:00:01  ▶ drain b2
            14:00:03  ✔ drain b2: nothing in flight after 2 s
            14:00:03  ▶ analyse
            14:00:03  ? probe 1 NO DATA: p95 no value (below 0.5), error-rate 0.001 (below 0.005)  (0 of 20 green)
            """);
    assertThat(SerinRun.of(stub, "events", "r-1", "-o", "json").json()).hasSize(6);
  }

  @Test
  void givesEachProblemALineAndTellsThemOnce() throws Exception {
    Play.of(BEGUN, "b2", "b1")
        .started()
        .preflightFailed("pool: expected UP, found DRAIN", "until 2026-11-20T14:30:00Z: a freeze")
        .moments()
        .forEach(stub::tell);

    assertThat(SerinRun.of(stub, "events", "backend-api").out())
        .endsWith(
            """
            14:00:00  ✖ preflight: 2 problems
                      - pool: expected UP, found DRAIN
                      - until 14:30:00: a freeze
            14:00:00  ✖ rejected: nothing was changed
            """);
  }

  @Test
  void showsAnEventOfATypeThatItDoesNotKnow() throws Exception {
    stub.tell(new Play("r-1", "backend-api", "2.1.0", BEGUN).started().last());
    stub.tell(
        Json.mapper()
            .readTree(
                "{\"type\":\"moon-phase-changed\",\"rolloutId\":\"r-1\",\"service\":\"backend-api\","
                    + "\"at\":\"2026-11-20T14:00:09Z\",\"sequence\":2,\"why\":\"full\\u001b[2J moon\"}"));

    assertThat(SerinRun.of(stub, "events", "r-1").out())
        .contains("14:00:09  · moon-phase-changed: full [2J moon");
  }
}
