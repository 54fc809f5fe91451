package dev.serin.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");

  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  private static Play good() {
    return Play.of(BEGUN, "b2", "b1")
        .started()
        .preflightPassed("2.0.9")
        .updates("b2", Duration.ofSeconds(1))
        .updates("b1", Duration.ofSeconds(1))
        .completed();
  }

  @Test
  void survivesARestartOfTheCoordinatorAndSaysItOnce() throws Exception {
    List<Play.Moment> moments = good().moments();
    moments.subList(0, 5).forEach(stub::tell);
    SerinRun run = SerinRun.start(stub, "watch", "r-1");
    run.outLines().await("keep b2");

    stub.goDown();
    run.errLines().await("no answer from " + stub.url());
    stub.comeBack();
    run.errLines().await("the coordinator answers again");
    moments.subList(5, moments.size()).forEach(stub::tell);

    assertThat(run.code()).isZero();
    assertThat(run.err().lines().filter(line -> line.contains("no answer"))).hasSize(1);
    assertThat(run.out().lines().filter(line -> line.startsWith("14:00:"))).hasSize(moments.size());
  }

  @Test
  void tellsEachEventOnceAndInOrderWhenTheStreamBreaksOff() throws Exception {
    List<Play.Moment> moments = good().moments();
    stub.tell(moments.getFirst());
    SerinRun run = SerinRun.start(stub, "-o", "json", "watch", "r-1");
    stub.awaitStream();
    moments.subList(1, 8).forEach(stub::tell);
    run.outLines().await("\"sequence\":8");

    stub.cutStreams();
    moments.subList(8, moments.size()).forEach(stub::tell);

    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).hasSize(moments.size()).doesNotHaveDuplicates();
    assertThat(stub.resumedFrom()).contains("none");
  }

  @Test
  void findsTheEndByTheStateWhereThereIsNoStreamAtAll() throws Exception {
    stub.answers("GET /api/v1/events", new Canned(502, "text/html", "<h1>proxy</h1>"));
    Play play = good();
    play.moments().subList(0, 4).forEach(stub::tell);
    SerinRun run = SerinRun.start(stub, "watch", "backend-api");

    play.moments().subList(4, play.moments().size()).forEach(stub::tell);

    assertThat(run.code()).isZero();
    assertThat(run.out().lines().filter(line -> line.startsWith("14:00:")))
        .hasSize(play.moments().size());
  }

  @Test
  void treatsAStartingCoordinatorAsAwayAndNotAsTheEnd() throws Exception {
    List<Play.Moment> moments = good().moments();
    stub.tell(moments.getFirst());
    SerinRun run = SerinRun.start(stub, "watch", "r-1");
    stub.awaitStream();
    stub.answers(
        "GET /api/v1/rollouts/r-1",
        new Canned(
            503,
            "application/problem+json",
            "{\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"reading its states\"}"));
    run.errLines().await("status 503: reading its states");

    stub.answersNormally("GET /api/v1/rollouts/r-1");
    moments.subList(1, moments.size()).forEach(stub::tell);

    assertThat(run.code()).isZero();
  }

  @Test
  void keepsTryingUntilTheTimeoutAndThenSaysThatTheRolloutGoesOn() throws Exception {
    good().moments().subList(0, 4).forEach(stub::tell);
    SerinRun run = SerinRun.start(stub, "watch", "r-1", "--timeout", "1500ms");
    stub.awaitStream();

    stub.goDown();

    assertThat(run.code()).isEqualTo(8);
    assertThat(run.err()).contains("the rollout goes on").contains("serin watch r-1");
  }

  @Test
  void takesARefusalFromTheStreamWhereThereIsNoState() throws Exception {
    Play refused = Play.of(BEGUN, "b2", "b1").rejected("a freeze until Monday", "no canary");
    Follower quiet = new Quiet();
    stub.tell(
        dev.serin.contracts.json.Json.mapper()
            .<tools.jackson.databind.JsonNode>valueToTree(refused.last().event()));
    stub.answers("GET /api/v1/rollouts/r-1/events", story(refused));

    Ending ending =
        new Follow(
                new dev.serin.cli.coordinator.Coordinator(java.net.URI.create(stub.url())),
                "r-1",
                quiet,
                new Follow.Patience(
                    java.util.Optional.of(Duration.ofSeconds(20)),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(50)))
            .toTheEnd();

    assertThat(ending).isInstanceOf(Ending.Refused.class);
    assertThat(((Ending.Refused) ending).reasons())
        .containsExactly("a freeze until Monday", "no canary");
  }

  @Test
  void letsGoOfACoordinatorThatStaysAwayWhereThereIsNoTimeout() throws Exception {
    stub.goDown();

    Ending ending =
        new Follow(
                new dev.serin.cli.coordinator.Coordinator(java.net.URI.create(stub.url())),
                "r-1",
                new Quiet(),
                new Follow.Patience(
                    java.util.Optional.empty(), Duration.ofMillis(100), Duration.ofMillis(20)))
            .toTheEnd();

    assertThat(ending).isEqualTo(new Ending.Lost("nothing listening there"));
  }

  private static Canned story(Play play) {
    return new Canned(
        200,
        "application/json",
        "[" + dev.serin.contracts.json.Json.mapper().writeValueAsString(play.last().event()) + "]");
  }

  private static final class Quiet implements Follower {
    @Override
    public void happened(tools.jackson.databind.JsonNode event) {}

    @Override
    public void isNow(dev.serin.contracts.rollout.RolloutState state) {}

    @Override
    public void lost(String sentence) {}

    @Override
    public void reached() {}
  }
}
