package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.incus.IncusEvent.InstancesInspected;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.incus.rest.Reply;
import dev.serin.incus.rest.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A preflight that finds its Incus server away. That the server starts is no reason to reject a
/// rollout; that it stays away is one, before the preflight's deadline (90 s).
class PreflightAwayTest {
  private static final byte[] OLD = Binaries.serving("1", 200);
  private static final byte[] NEW = Binaries.serving("2", 200);

  @TempDir Path instance;
  @TempDir Path files;

  private final HandTurn turn = new HandTurn();
  private LocalBed bed;
  private Agent agent;

  @BeforeEach
  void install() {
    String target = instance + "/app";
    bed = new LocalBed(instance);
    agent =
        Agent.on(
            bed,
            files,
            new Install(target, Owner.number(), Owner.number(), "0750", List.of("app"), null, 3));
    bed.write(target, OLD);
  }

  private InstancesInspected inspect(Wire wire) {
    return agent.inTurn(turn).over(wire).inspect(agent.artifact(NEW));
  }

  private static Reply distrusting() {
    return new Reply(
        403,
        "{\"type\":\"error\",\"error_code\":403,\"error\":\"not authorized\"}".getBytes(UTF_8));
  }

  private void assertIsWhatAServerThatAnswersShows(InstancesInspected seen) {
    InstancesInspected answers = inspect(bed.wire());
    assertThat(seen.problems()).isEmpty();
    assertThat(seen.instances()).isEqualTo(answers.instances());
  }

  private boolean isBefore(Instant instant) {
    return turn.now().isBefore(instant);
  }

  @Test
  void aServerThatIsRestartedIsWaitedFor() {
    Instant up = turn.now().plusSeconds(5);
    InstancesInspected seen =
        inspect(call -> {
          if (isBefore(up)) {
            throw new IOException("connection refused");
          }
          return bed.wire().exchange(call);
        });

    assertIsWhatAServerThatAnswersShows(seen);
  }

  /// It listed its instances, and was gone when it was to look into one.
  @Test
  void soIsOneThatGoesAwayInTheMiddle() {
    Instant up = turn.now().plusSeconds(5);
    InstancesInspected seen =
        inspect(call -> {
          if (isBefore(up) && call.target().contains("/exec")) {
            throw new IOException("connection refused");
          }
          return bed.wire().exchange(call);
        });

    assertIsWhatAServerThatAnswersShows(seen);
  }

  @Test
  void oneThatStaysAwayIsAProblemLongBeforeTheDeadline() {
    Instant began = turn.now();
    InstancesInspected seen =
        inspect(call -> {
          throw new IOException("connection refused");
        });

    assertThat(seen.problems())
        .containsExactly(
            "server default: expected its instances, found no answer (connection refused)");
    assertThat(turn.now()).isBetween(began.plusSeconds(10), began.plusSeconds(16));
  }

  /// It lists its instances, begins what it is told to, and gives no answer to anything else: each
  /// call takes all of its time.
  @Test
  void oneThatHangsIsAProblemBeforeTheDeadlineToo() {
    Instant began = turn.now();
    Agent hanging =
        agent
            .inTurn(turn)
            .over(call -> {
              if (call.target().startsWith("/1.0/instances?") || call.target().contains("/exec")) {
                return bed.wire().exchange(call);
              }
              turn.passes(call.timeout());
              throw new IOException("no answer within " + call.timeout().toSeconds() + " s");
            });

    InstancesInspected seen = hanging.inspect(16, agent.artifact(NEW));

    assertThat(Duration.between(began, turn.now())).isEqualTo(Inspecting.WITHIN);
    assertThat(seen.instances())
        .hasSize(16)
        .allSatisfy(one ->
            assertThat(one.problems())
                .singleElement()
                .asString()
                .startsWith("server default: expected an answer, found no answer ("));
    assertThat(seen.instances().getLast().problems().getFirst())
        .contains("the time for all calls was over");
  }

  @Test
  void oneThatDoesNotTrustTheAgentIsNotWaitedForAndWhatToDoIsSaid() {
    Instant began = turn.now();
    InstancesInspected seen = inspect(call -> distrusting());

    assertThat(seen.problems())
        .containsExactly(
            "server default: expected its instances, found 403 not authorized; see incus config"
                + " trust list: the agent's certificate is not there, or it is restricted to"
                + " projects and default is not among them; and serin.incus.servers.default");
    assertThat(Duration.between(began, turn.now())).isZero();
  }
}
