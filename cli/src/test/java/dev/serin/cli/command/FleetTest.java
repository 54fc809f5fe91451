package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.Play;
import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.json.Json;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FleetTest {
  private static final Instant BEGUN = Instant.parse("2026-11-20T14:00:00Z");

  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  private void fleet() {
    for (String service : new String[] {"backend-api", "stream-server", "worker"}) {
      stub.define(
          Json.mapper()
              .readTree(
                  "{\"service\":\""
                      + service
                      + "\",\"nodes\":[{\"name\":\"b1\"},{\"name\":\"b2\",\"canary\":true}]}"));
    }
    stub.put(
        new Play("r-0", "stream-server", "7.2", BEGUN.minusSeconds(7200))
            .started()
            .rejected("artifact: expected a file, found nothing at /srv/stream")
            .last()
            .state());
    Play.of(BEGUN, "b2", "b1")
        .started()
        .preflightPassed("2.0.9")
        .says("the drain of b2", "b2 gets the new binary", BEGUN.plusSeconds(360))
        .begins("drain", "b2")
        .moments()
        .forEach(stub::tell);
    stub.put(new Play("r-5", "backend-api", "2.2.0", BEGUN).queued().last().state());
  }

  @Test
  void showsEachServiceItsNodesAndWhatGoesOn() throws Exception {
    fleet();

    assertThat(SerinRun.of(stub).out())
        .isEqualTo(
            """
            backend-api  2.1.0  ROLLING  for 5m00s, by alice
              now   the drain of b2
              next  b2 gets the new binary (by 14:06:00)
              b1  2.0.9  in rotation, weight 100
              b2  2.0.9  in rotation, weight 100

            stream-server  7.2  REJECTED  2h05m ago, by alice
              - artifact: expected a file, found nothing at /srv/stream
              b1
              b2

            worker  no rollout yet
              b1, b2
            """);
    assertThat(SerinRun.of(stub, "-o", "json").json()).hasSize(3);
  }

  @Test
  void listsRolloutsNewestFirst() throws Exception {
    fleet();

    assertThat(SerinRun.of(stub, "rollouts").out())
        .isEqualTo(
            """
            SERVICE        VERSION  PHASE     WHEN      TOOK   BY     ID
            backend-api    2.2.0    QUEUED    14:00:00  5m00s  alice  r-5
            backend-api    2.1.0    ROLLING   14:00:00  5m00s  alice  r-1
            stream-server  7.2      REJECTED  12:00:00  0s     alice  r-0
            """);
    assertThat(
            SerinRun.of(stub, "rollouts", "--active", "--service", "backend-api", "-o", "json")
                .json())
        .hasSize(2);
  }

  @Test
  void meansTheRolloutThatRunsAndNotTheOneThatWaits() throws Exception {
    fleet();

    SerinRun run = SerinRun.of(stub, "status", "backend-api", "-o", "json");

    assertThat(run.json().path("rolloutId").asString()).isEqualTo("r-1");
    assertThat(SerinRun.of(stub, "status", "-o", "json").json()).hasSize(2);
    assertThat(SerinRun.of(stub, "status", "r-0").out()).contains("REJECTED");
  }

  @Test
  void namesWhatThereIsWhereANameIsUnknown() throws Exception {
    fleet();

    SerinRun unknown = SerinRun.of(stub, "status", "backend");
    SerinRun fresh = SerinRun.of(stub, "watch", "worker");

    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("services: backend-api, stream-server, worker");
    assertThat(fresh.code()).isEqualTo(1);
    assertThat(fresh.err()).contains("found none yet; begin with 'serin release worker");
  }

  @Test
  void wantsANameWhereSeveralAreActive() throws Exception {
    fleet();
    stub.put(new Play("r-8", "worker", "1", BEGUN).started().last().state());

    SerinRun run = SerinRun.of(stub, "watch");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("worker, backend-api");
  }

  @Test
  void saysWhatToDoWhereNothingIsThereYet() throws Exception {
    assertThat(SerinRun.of(stub).out()).contains("serin services apply -f FILE");
    assertThat(SerinRun.of(stub, "rollouts").out()).isEqualTo("There was no rollout yet.\n");
    assertThat(SerinRun.of(stub, "status").out())
        .contains("There was no rollout yet.")
        .contains("Serin may be restarted now: nothing is under way.");
    assertThat(SerinRun.of(stub, "watch").err()).contains("expected an active rollout");
  }

  private static final String GOES_ON =
      "Serin may be restarted now without touching the fleet: the rollout goes on from here.";
  private static final String GO_ON =
      "Serin may be restarted now without touching the fleet: the rollouts go on from here.";
  private static final String NOTHING = "Serin may be restarted now: nothing is under way.";

  private void worker() {
    stub.define(Json.mapper().readTree("{\"service\":\"worker\",\"nodes\":[{\"name\":\"b1\"}]}"));
  }

  @Test
  void saysThatSerinMayBeRestartedWhereEverythingIsOver() throws Exception {
    worker();
    stub.put(
        new Play("r-8", "worker", "1", BEGUN).started().rejected("no artifact").last().state());

    assertThat(SerinRun.of(stub, "status").out()).endsWith("\n" + NOTHING + "\n");
    assertThat(SerinRun.of(stub, "status", "r-8").out()).endsWith("\n" + NOTHING + "\n");
    assertThat(SerinRun.of(stub, "status", "worker").out()).endsWith("\n" + NOTHING + "\n");
  }

  @Test
  void saysThatTheOneRolloutUnderWayGoesOnAfterARestart() throws Exception {
    worker();
    stub.put(new Play("r-8", "worker", "1", BEGUN).started().last().state());

    assertThat(SerinRun.of(stub, "status").out()).endsWith("\n" + GOES_ON + "\n");
    assertThat(SerinRun.of(stub, "status", "r-8").out()).endsWith("\n" + GOES_ON + "\n");
  }

  @Test
  void saysThatAllRolloutsUnderWayGoOnAfterARestart() throws Exception {
    fleet();

    assertThat(SerinRun.of(stub, "status").out())
        .contains("2.1.0", "2.2.0")
        .endsWith("\n" + GO_ON + "\n");
    assertThat(SerinRun.of(stub, "status", "r-1").out())
        .as("of the one that was asked for")
        .endsWith("\n" + GOES_ON + "\n");
    assertThat(SerinRun.of(stub, "status", "r-0").out())
        .as("that one is over: of those that are not")
        .endsWith("\n" + GO_ON + "\n");
  }

  @Test
  void saysNothingOfARestartToAProgram() throws Exception {
    fleet();

    assertThat(SerinRun.of(stub, "status", "-o", "json").out()).doesNotContain("restarted");
    assertThat(SerinRun.of(stub, "status", "r-0", "-o", "json").out()).doesNotContain("restarted");
  }

  @Test
  void reportsOneRolloutAtLength() throws Exception {
    fleet();
    stub.tell(Play.of(BEGUN, "b2", "b1").after(Duration.ofSeconds(2)).started().last());

    assertThat(SerinRun.of(stub, "status", "r-1").out()).contains("backend-api  2.1.0");
  }
}
