package dev.serin.haproxy.traffic;

import static dev.serin.haproxy.lab.RecordedHaproxy.b2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Drift;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftMended;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.RecordedHaproxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An agent that was frozen while it made a node ready goes on in the middle of the next rollout's
/// drain of that node, another having its work by then: that is no person's hand (I10).
class LateReadyTest {
  private final RecordedHaproxy haproxy = new RecordedHaproxy();
  private final HaproxyCommands commands =
      new HaproxyCommands(
          haproxy.fleet(),
          request -> {
            throw new AssertionError("nobody comes in here: " + request);
          },
          haproxy.guards());

  /// What happens while the drain waits, one thing a wait; then its last request ends.
  private final Deque<Runnable> waits = new ArrayDeque<>();

  private final List<HaproxyEvent> told = new ArrayList<>();

  private CommandHead head(String rollout, String id, @Nullable String node) {
    Instant now = haproxy.time().now();
    return new CommandHead(id, rollout, "backend-api", node, now.toEpochMilli(), now);
  }

  private ReadyServer ready(int weight) {
    return new ReadyServer(
        head("r-1", "ready", "node-2"),
        List.of(b2(weight, AdminState.READY)),
        Duration.ofSeconds(10),
        List.of(),
        Duration.ZERO);
  }

  /// The rollout before, as whoever takes the work over recalls it.
  private void recallsThatItWasMadeReady(int weight) throws InterruptedException {
    commands.recalled(ready(weight), event -> {});
    haproxy.at(5);
  }

  /// As the coordinator has its servers guarded before it drains one.
  private void isGuarded() {
    haproxy
        .guards()
        .guard(
            new GuardServers(
                head("r-2", "guard", null),
                List.of(
                    new GuardedServer(
                        "node-2", List.of(b2(100, AdminState.READY)), false, false, List.of())),
                RecordedHaproxy.NOON.plusSeconds(3_600),
                null),
            told::add);
  }

  private HaproxyEvent drains() throws Turn.Preempted {
    Turn turn = haproxy.time().turn();
    List<HaproxyEvent> answers = new ArrayList<>();
    commands.handle(
        new DrainServer(
            head("r-2", "drain", "node-2"),
            List.of("api"),
            List.of("one"),
            "b2",
            List.of(),
            0,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            OnTimeout.FAIL,
            Purpose.FORWARD,
            Duration.ZERO,
            List.of(),
            List.of()),
        new Turn() {
          @Override
          public Instant now() {
            return turn.now();
          }

          @Override
          public void pause(Duration duration) throws Preempted {
            turn.pause(duration);
            Runnable next = waits.poll();
            if (next == null) {
              haproxy.empty();
            } else {
              next.run();
            }
          }

          @Override
          public void check() throws Preempted {
            turn.check();
          }
        },
        answers::add);
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  private void somebodyMakesItReady() {
    waits.add(() -> {
      assertThat(haproxy.b2().state()).isEqualTo(AdminState.DRAIN);
      haproxy.set(AdminState.READY);
    });
  }

  private void isTakenForAPersons() throws Turn.Preempted {
    assertThat(drains())
        .isInstanceOfSatisfying(
            HaproxyEvent.Failed.class,
            failed -> assertThat(failed.failure().reason()).isEqualTo(Failure.Reason.FOREIGN));
    assertThat(haproxy.b2().state()).isEqualTo(AdminState.READY);
  }

  @Test
  void isTakenOutOnceMoreAndTheDrainGoesOn() throws Exception {
    recallsThatItWasMadeReady(100);
    somebodyMakesItReady();
    waits.add(() -> assertThat(haproxy.b2().state()).isEqualTo(AdminState.DRAIN));

    assertThat(drains()).isInstanceOf(HaproxyEvent.ServerDrained.class);
    assertThat(haproxy.b2().state()).isNotEqualTo(AdminState.READY);
  }

  @Test
  void isToldAsTheGuardTellsWhatItMends() throws Exception {
    recallsThatItWasMadeReady(100);
    isGuarded();
    somebodyMakesItReady();

    assertThat(drains()).isInstanceOf(HaproxyEvent.ServerDrained.class);

    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            DriftMended.class,
            mended -> {
              assertThat(mended.head().commandId()).isEqualTo("guard");
              assertThat(mended.cause()).isEqualTo(DriftCause.LATE);
              assertThat(mended.drifts())
                  .extracting(Drift::node, Drift::asked, Drift::found)
                  .containsExactly(
                      tuple("node-2", b2(100, AdminState.DRAIN), b2(100, AdminState.READY)));
            });
  }

  @Test
  void whoDoesItAgainMeansIt() throws Exception {
    recallsThatItWasMadeReady(100);
    isGuarded();
    somebodyMakesItReady();
    somebodyMakesItReady();

    isTakenForAPersons();
    assertThat(told).hasOnlyElementsOfType(DriftMended.class).hasSize(1);
  }

  /// The weight is set before the state, and may have been another by then.
  @Test
  void theStateAloneMayComeLate() throws Exception {
    recallsThatItWasMadeReady(25);
    somebodyMakesItReady();

    assertThat(drains()).isInstanceOf(HaproxyEvent.ServerDrained.class);
  }

  @Test
  void withAnotherWeightItIsAPersons() throws Exception {
    recallsThatItWasMadeReady(100);
    waits.add(() -> {
      haproxy.weigh(26);
      haproxy.set(AdminState.READY);
    });

    isTakenForAPersons();
  }

  @Test
  void whereSerinNeverMadeItReadyItIsAPersons() throws Exception {
    somebodyMakesItReady();

    isTakenForAPersons();
  }

  @Test
  void onceNobodyElseCanBeAtWorkAnyMoreItIsAPersons() throws Exception {
    recallsThatItWasMadeReady(100);
    haproxy.at(120);
    haproxy.guards().commanded(head("r-2", "check", null));
    somebodyMakesItReady();

    isTakenForAPersons();
  }

  /// A minute later no more.
  @ParameterizedTest
  @CsvSource({"5, true", "61, false"})
  void whereTheLoadBalancerLeftACommandUnansweredItMayObeyItAMomentLater(int second, boolean late)
      throws Exception {
    haproxy.guards().commanded(head("r-2", "check", null));
    haproxy.guards().readies(ready(100));
    haproxy.guards().unanswered(head("r-1", "ready", "node-2"));
    haproxy.at(second);
    somebodyMakesItReady();

    if (late) {
      assertThat(drains()).isInstanceOf(HaproxyEvent.ServerDrained.class);
    } else {
      isTakenForAPersons();
    }
  }
}
