package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.StopGuardingServers;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.DriftCause;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.RecordedHaproxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// An agent that was frozen in the middle of a traffic step goes on in the next rollout, another
/// having its work: what it writes then is no person's hand (I10). Found by a seed.
class LateWeightTest {
  private final RecordedHaproxy haproxy = new RecordedHaproxy();
  private final Guards guards = haproxy.guards();
  private final List<HaproxyEvent> told = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final Lease lease = new Lease(nanos::get);

  private static ServerSetting b2(int weight) {
    return RecordedHaproxy.b2(weight, AdminState.READY);
  }

  private CommandHead head(String rollout, String id) {
    Instant now = haproxy.time().now();
    return new CommandHead(id, rollout, "backend-api", null, now.toEpochMilli(), now);
  }

  /// A traffic step of the rollout before, as whoever takes the work over recalls it.
  private void recallsAShareOf(int given) {
    WeighServers weigh =
        new WeighServers(
            head("r-1", "w"),
            List.of(new PoolServer("node-2", "b2")),
            List.of(b2(given)),
            List.of(),
            Duration.ZERO);
    guards.recalled(weigh.head());
    guards.weighs(weigh);
  }

  /// The next rollout's guard asks for a weight that is not the configured one, so that no reload
  /// is thought of.
  private void guard() throws InterruptedException {
    haproxy.weigh(90);
    at(1);
    renew();
    at(3);
  }

  private void renew() {
    guards.guard(
        new GuardServers(
            head("r-2", "g"),
            List.of(new GuardedServer("node-2", List.of(b2(90)), false, false, List.of())),
            RecordedHaproxy.NOON.plusSeconds(3_600),
            null),
        told::add);
  }

  private void at(int second) throws InterruptedException {
    haproxy.at(second);
  }

  private void brokerIsSilent() {
    nanos.set(Lease.LASTS.toNanos() + 1);
  }

  private List<HaproxyEvent> drifts() {
    return told.stream().filter(event -> !(event instanceof HaproxyEvent.TrafficObserved)).toList();
  }

  @Test
  void isPutBackThoughItIsOfTheRolloutBefore() throws InterruptedException {
    recallsAShareOf(25);
    guard();
    assertThat(drifts()).isEmpty();

    haproxy.weigh(25);
    at(5);

    assertThat(haproxy.b2()).isEqualTo(b2(90));
    assertThat(drifts())
        .singleElement()
        .isInstanceOfSatisfying(
            HaproxyEvent.DriftMended.class,
            mended -> assertThat(mended.cause()).isEqualTo(DriftCause.LATE));
  }

  @Test
  void isPutBackOnceSinceWhoDoesItAgainMeansIt() throws InterruptedException {
    recallsAShareOf(25);
    guard();
    haproxy.weigh(25);
    at(5);
    told.clear();

    haproxy.weigh(25);
    at(7);

    assertThat(haproxy.b2()).isEqualTo(b2(25));
    assertThat(drifts()).singleElement().isInstanceOf(HaproxyEvent.ServersChangedByHand.class);
  }

  @Test
  void anotherWeightIsAPersons() throws InterruptedException {
    recallsAShareOf(25);
    guard();

    haproxy.weigh(26);
    at(5);

    assertThat(haproxy.b2()).isEqualTo(b2(26));
    assertThat(drifts()).singleElement().isInstanceOf(HaproxyEvent.ServersChangedByHand.class);
  }

  @Test
  void theSameWeightIsAPersonsOnceNobodyCanBeHeldUpInItAnyMore() throws InterruptedException {
    recallsAShareOf(25);
    haproxy.weigh(90);
    at(700);
    renew();
    at(703);

    haproxy.weigh(25);
    at(705);

    assertThat(haproxy.b2()).isEqualTo(b2(25));
  }

  /// Found by a seed: an agent that alone was cut off from the broker took for late what the other
  /// one, which had its work by then, did. It waits until it hears again that the work is its own.
  @Test
  void isLeftWhileTheBrokerDoesNotAnswerSinceItMayBeTheDoingOfAnother()
      throws InterruptedException {
    guards.underLease(lease);
    recallsAShareOf(25);
    guard();

    brokerIsSilent();
    haproxy.weigh(25);
    at(5);
    assertThat(haproxy.b2()).isEqualTo(b2(25));

    lease.answered(Duration.ZERO);
    at(7);
    assertThat(haproxy.b2()).isEqualTo(b2(25));
    assertThat(drifts()).isEmpty();

    renew();
    at(9);
    assertThat(haproxy.b2()).isEqualTo(b2(90));
  }

  /// Nobody renews the guard of a rollout that is over: what it still sees to, it goes on seeing to
  /// once the broker answers again.
  @Test
  void isPutBackAfterTheRolloutThoughTheBrokerDidNotAnswerForAWhile() throws InterruptedException {
    guards.underLease(lease);
    recallsAShareOf(25);
    guard();
    brokerIsSilent();
    lease.answered(Duration.ZERO);
    guards.stop(
        new StopGuardingServers(
            head("r-2", "s"),
            false,
            List.of(new GuardedServer("node-2", List.of(b2(90)), false, false, List.of()))));

    haproxy.weigh(25);
    at(6);

    assertThat(haproxy.b2()).isEqualTo(b2(90));
  }
}
