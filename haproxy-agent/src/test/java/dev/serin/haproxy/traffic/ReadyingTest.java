package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerReady;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersWeighed;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.VirtualHaproxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Servers that come back, and weights; on real load balancers it is `ReadyIT`.
class ReadyingTest {
  private final TrafficBed bed = new TrafficBed();
  private Duration ramp = Duration.ZERO;
  private boolean weighed;

  /// b1 back on both load balancers with weight 7, within 10 seconds.
  private ReadyServer ready() {
    return ready(7, AdminState.READY);
  }

  private ReadyServer ready(int weight, AdminState state) {
    return new ReadyServer(
        bed.head(), bed.onBoth(weight, state), Duration.ofSeconds(10), List.of(), ramp, weighed);
  }

  private WeighServers weigh() {
    return new WeighServers(
        bed.head(),
        List.of(new PoolServer("node-1", "b1"), new PoolServer("node-2", "b2")),
        List.of(
            bed.one.setting("b1", 7, AdminState.READY), bed.two.setting("b2", 3, AdminState.READY)),
        List.of(),
        ramp);
  }

  private WeighServers weigh(VirtualHaproxy where) {
    return new WeighServers(
        bed.head(),
        List.of(new PoolServer("node-1", "b1")),
        List.of(where.setting("b1", 7, AdminState.READY)),
        List.of(),
        ramp);
  }

  private void isDrained() {
    bed.one.set("b1", AdminState.DRAIN);
    bed.one.leave("b1");
    bed.two.set("b1", AdminState.DRAIN);
    bed.two.leave("b1");
  }

  private <E extends HaproxyEvent> E answers(Class<E> type, HaproxyCommand command)
      throws Turn.Preempted {
    HaproxyEvent answer = bed.obey(command);
    assertThat(answer).isInstanceOf(type);
    return type.cast(answer);
  }

  private Failure fails(HaproxyCommand command) throws Turn.Preempted {
    return answers(HaproxyEvent.Failed.class, command).failure();
  }

  @Test
  void weightComesBeforeStateAndTheLeavingEntryGoesLast() throws Turn.Preempted {
    isDrained();

    ServerReady ready = answers(ServerReady.class, ready());

    assertThat(bed.writes)
        .containsExactly(
            "one set server api/b1 weight 7",
            "one set server api/b1 state ready",
            "one del map /leaving.map c1",
            "two set server api/b1 weight 7",
            "two set server api/b1 state ready",
            "two del map /leaving.map c1");
    assertThat(ready.servers()).hasSize(2).allMatch(it -> it.node().equals("node-1"));
    assertThat(ready.servers()).allMatch(ServerSeen::inRotation);
    assertThat(ready.ramping()).isEmpty();
  }

  @Test
  void countsOnlyOnceItsCheckHasPassedEverywhere() throws Turn.Preempted {
    bed.two.set("b1", AdminState.MAINT);
    bed.two.health("b1", "UP 1/3");
    bed.at(4, () -> bed.two.health("b1", "UP"));

    answers(ServerReady.class, ready());
    assertThat(bed.seconds()).isBetween(4.0, 4.2);
  }

  @Test
  void aServerThatStaysDownIsATimeOutThatSaysHowItIs() throws Turn.Preempted {
    bed.two.health("b1", "DOWN 1/2");

    Failure failure = fails(ready());

    assertThat(failure.reason()).isEqualTo(Failure.Reason.TIMED_OUT);
    assertThat(failure.found()).isEqualTo("DOWN 1/2 on two");
    assertThat(bed.seconds()).isBetween(10.0, 10.2);
  }

  @Test
  void whatWasOutOfRotationGoesBackThereAndIsNotWaitedFor() throws Turn.Preempted {
    bed.one.health("b1", "DOWN");
    bed.two.health("b1", "DOWN");

    answers(ServerReady.class, ready(7, AdminState.MAINT));
    assertThat(bed.one.now("b1")).isEqualTo(bed.one.setting("b1", 7, AdminState.MAINT));
    answers(ServerReady.class, ready(0, AdminState.READY));
    assertThat(bed.one.now("b1")).isEqualTo(bed.one.setting("b1", 0, AdminState.READY));
    assertThat(bed.seconds()).isZero();
  }

  @Test
  void aReloadInTheMiddleIsMended() throws Turn.Preempted {
    bed.one.health("b1", "DOWN");
    bed.at(
        2,
        () -> {
          bed.one.reload();
          bed.one.leave("b1");
        });
    bed.at(4, () -> bed.one.health("b1", "UP"));

    answers(ServerReady.class, ready());
    assertThat(bed.one.now("b1").weight()).isEqualTo(7);
    assertThat(bed.one.leaves("b1")).isFalse();
  }

  @Test
  void whatAPersonChangesIsLeftAlone() throws Turn.Preempted {
    bed.one.health("b1", "DOWN");
    bed.at(2, () -> bed.two.weigh("b1", 9));

    Failure failure = fails(ready());

    assertThat(failure.reason()).isEqualTo(Failure.Reason.FOREIGN);
    assertThat(failure.found()).contains("READY at weight 9");
    assertThat(bed.two.now("b1").weight()).isEqualTo(9);
    assertThat(bed.seconds()).isLessThan(3);
  }

  @Test
  void whatAnAgentCheckSetsIsLeftToItAndTold() throws Turn.Preempted {
    isDrained();
    bed.one.agentSets("b1", 5);
    bed.two.agentSets("b1", 7);

    ServerReady ready = answers(ServerReady.class, ready());

    assertThat(ready.governed())
        .containsExactly("an agent check sets the weight of api/b1 on one: it has 5, not 7");
    assertThat(bed.one.now("b1")).isEqualTo(bed.one.setting("b1", 5, AdminState.READY));
    assertThat(bed.seconds()).isZero();
  }

  @Test
  void whereTrafficIsSharedAWeightOfAnAgentChecksIsAForeignOne() throws Turn.Preempted {
    isDrained();
    bed.two.agentSets("b1", 5);
    weighed = true;

    Failure failure = fails(ready());
    assertThat(failure.reason()).isEqualTo(Failure.Reason.FOREIGN);
    assertThat(failure.found()).isEqualTo("READY at weight 5, set by its agent check");
    assertThat(failure.advice()).startsWith("say 'disable agent api/b1' at its socket");

    failure = fails(weigh(bed.two));
    assertThat(failure.reason()).isEqualTo(Failure.Reason.REFUSED);
    assertThat(failure.advice()).startsWith("say 'disable agent api/b1' at its socket");
  }

  @Test
  void anAgentCheckThatIsSwitchedOffLeavesTheWeight() throws Turn.Preempted {
    isDrained();
    bed.one.agentSets("b1", 5);
    bed.one.disableAgent("b1");
    weighed = true;

    assertThat(answers(ServerReady.class, ready()).governed()).isEmpty();
    assertThat(bed.one.now("b1")).isEqualTo(bed.one.setting("b1", 7, AdminState.READY));
  }

  @Test
  void aServerThatItsAgentCheckWeighsAtNothingIsNotReady() throws Turn.Preempted {
    bed.one.agentSets("b1", 0);

    Failure failure = fails(ready());
    assertThat(failure.reason()).isEqualTo(Failure.Reason.TIMED_OUT);
    assertThat(failure.found()).isEqualTo("UP at weight 0 on one");
  }

  @Test
  void whatCanBeReachedIsReadyThoughTheOtherIsNot() throws Turn.Preempted {
    isDrained();
    bed.one.silent(true);

    assertThat(fails(ready()).reason()).isEqualTo(Failure.Reason.UNREACHABLE);
    assertThat(bed.two.now("b1")).isEqualTo(bed.two.setting("b1", 7, AdminState.READY));
  }

  @Test
  void oneThatFallsSilentHasUntilTheDeadlineToComeBack() throws Turn.Preempted {
    bed.two.health("b1", "DOWN");
    bed.at(1, () -> bed.one.silent(true));
    bed.at(2, () -> bed.two.health("b1", "UP"));
    bed.at(6, () -> bed.one.silent(false));

    answers(ServerReady.class, ready());
    assertThat(bed.seconds()).isBetween(6.0, 8.0);
  }

  @Test
  void oneThatStaysSilentIsToldAtTheDeadline() throws Turn.Preempted {
    bed.two.health("b1", "DOWN");
    bed.at(1, () -> bed.one.silent(true));

    assertThat(fails(ready()).reason()).isEqualTo(Failure.Reason.UNREACHABLE);
    assertThat(bed.seconds()).isBetween(10.0, 12.0);
  }

  @Test
  void aRefusalIsToldAtOnce() throws Turn.Preempted {
    isDrained();
    bed.one.refuses("set server");

    assertThat(fails(ready()).found()).contains("Permission denied");
    assertThat(bed.seconds()).isZero();
  }

  @Test
  void aSlowStartIsWaitedForAndWhatIsNotOverInTimeIsTold() throws Turn.Preempted {
    ramp = Duration.ofSeconds(30);
    bed.one.ramp("b1", 20);
    bed.at(25, () -> bed.one.ramp("b1", 100));
    assertThat(answers(ServerReady.class, ready()).ramping()).isEmpty();
    assertThat(bed.seconds()).isBetween(25.0, 26.1);

    bed.one.ramp("b1", 40);
    assertThat(answers(ServerReady.class, ready()).ramping())
        .containsExactly("api/b1 at 40 % of its weight on one");
    assertThat(bed.seconds()).isBetween(65.0, 67.2);
  }

  @Test
  void whereNobodyAsksOfSlowStartsNoneIsWaitedFor() throws Turn.Preempted {
    bed.one.ramp("b1", 20);

    assertThat(answers(ServerReady.class, ready()).ramping()).isEmpty();
    assertThat(bed.seconds()).isZero();
  }

  @Test
  void aNewerCommandEndsTheWait() {
    bed.one.health("b1", "DOWN");
    bed.at(1, bed::preempt);

    assertThatThrownBy(() -> bed.obey(ready())).isInstanceOf(Turn.Preempted.class);
  }

  @Test
  void weightsAreSetAndToldByTheirNodesAndStatesStay() throws Turn.Preempted {
    bed.one.set("b1", AdminState.DRAIN);

    ServersWeighed weighed = answers(ServersWeighed.class, weigh());

    assertThat(bed.writes)
        .containsExactly("one set server api/b1 weight 7", "two set server api/b2 weight 3");
    assertThat(weighed.servers()).extracting(ServerSeen::node).containsExactly("node-1", "node-2");
    assertThat(bed.one.now("b1").state()).isEqualTo(AdminState.DRAIN);
  }

  @Test
  void aWeightThatIsNotThereAfterItWasSetIsAFailure() throws Turn.Preempted {
    bed.two.beforeEach(command -> {
      if (command.startsWith("set server api/b2")) {
        bed.one.weigh("b1", 1);
      }
    });

    Failure failure = fails(weigh());
    assertThat(failure.reason()).isEqualTo(Failure.Reason.REFUSED);
    assertThat(failure.expected()).isEqualTo("api/b1 at weight 7 on one");
  }

  @Test
  void aLoadBalancerThatFallsSilentInARampHasUntilItsEnd() throws Turn.Preempted {
    ramp = Duration.ofSeconds(30);
    bed.one.ramp("b1", 20);
    bed.at(5, () -> bed.one.silent(true));
    bed.at(
        15,
        () -> {
          bed.one.silent(false);
          bed.one.ramp("b1", 100);
        });
    assertThat(answers(ServersWeighed.class, weigh()).ramping()).isEmpty();
    assertThat(bed.seconds()).isBetween(15.0, 16.1);

    bed.one.ramp("b1", 20);
    bed.at(20, () -> bed.one.silent(true));
    assertThat(fails(weigh()).reason()).isEqualTo(Failure.Reason.UNREACHABLE);
    assertThat(bed.seconds()).isBetween(45.0, 47.2);
  }
}
