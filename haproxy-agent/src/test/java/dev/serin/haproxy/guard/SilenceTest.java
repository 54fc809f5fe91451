package dev.serin.haproxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardServers;
import dev.serin.contracts.haproxy.HaproxyCommand.GuardedServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.SilentLoadBalancer;
import dev.serin.contracts.haproxy.HaproxyEvent.TrafficObserved;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.Recorded;
import dev.serin.haproxy.runtime.RuntimeWire;
import dev.serin.haproxy.traffic.Fleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A guard over two load balancers that answer or don't, as the test says.
class SilenceTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final HandAlarms time = new HandAlarms(NOON);
  private final Set<String> silent = new HashSet<>();
  private final List<Instant> asked = new ArrayList<>();
  private final List<TrafficObserved> told = new ArrayList<>();
  private final Guards guards =
      new Guards(new Fleet(Map.of("one", balancer("one"), "two", balancer("two"))), time);

  private Fleet.Balancer balancer(String name) {
    RuntimeWire wire =
        line -> {
          if (name.equals("two")) {
            asked.add(time.now());
          }
          return silent.contains(name)
              ? new RuntimeWire.Unanswered("no socket")
              : new RuntimeWire.Answered(Recorded.answer("3.x/snapshot.txt"));
        };
    return new Fleet.Balancer(new LoadBalancer(name, wire, null, null), null, "socat");
  }

  private void guard() {
    List<ServerSetting> settings =
        List.of(
            new ServerSetting("one", "api", "b2", 7, AdminState.READY),
            new ServerSetting("two", "api", "b2", 7, AdminState.READY));
    guards.guard(
        new GuardServers(
            new CommandHead("c-1", "r-1", "backend-api", null, 1, NOON),
            List.of(new GuardedServer("node-2", settings, false, true, List.of())),
            NOON.plusSeconds(3_600),
            null),
        this::hear);
  }

  private void hear(HaproxyEvent event) {
    if (event instanceof TrafficObserved observed) {
      told.add(observed);
    }
  }

  private void at(int second) throws InterruptedException {
    time.until(NOON.plusSeconds(second));
  }

  /// One is back in the very look that the other one misses: nobody knows who is in rotation then.
  @Test
  void whereOneTakesTheOthersPlaceNothingIsToldUntilBothAnswer() throws InterruptedException {
    guard();
    silent.add("one");
    at(5);
    assertThat(told.getLast().silent()).isNotEmpty();
    told.clear();
    silent.clear();
    silent.add("two");
    at(6);
    assertThat(told).isEmpty();
    silent.clear();
    at(8);
    assertThat(told)
        .singleElement()
        .satisfies(it -> {
          assertThat(it.silent()).isEmpty();
          assertThat(it.shares()).isNotEmpty();
        });
  }

  @Test
  void isToldOncePerOutageAndOnceWhenItIsOver() throws InterruptedException {
    guard();
    at(5);
    assertThat(told).singleElement().satisfies(it -> assertThat(it.silent()).isEmpty());
    told.clear();

    silent.add("two");
    at(120);

    assertThat(told)
        .singleElement()
        .satisfies(it -> {
          assertThat(it.silent())
              .extracting(SilentLoadBalancer::loadBalancer)
              .containsExactly("two");
          assertThat(it.silent().getFirst().failure().found()).isEqualTo("no socket");
          assertThat(it.shares()).isEmpty();
          assertThat(it.inRotation()).isEmpty();
          assertThat(it.servers()).isNotEmpty();
        });
    told.clear();

    silent.clear();
    at(125);

    assertThat(told)
        .singleElement()
        .satisfies(it -> {
          assertThat(it.silent()).isEmpty();
          assertThat(it.shares()).isNotEmpty();
        });
  }

  @Test
  void isToldWhereItLastsFromTheGuardsBeginning() throws InterruptedException {
    silent.addAll(Set.of("one", "two"));
    guard();
    at(60);
    assertThat(told).singleElement().satisfies(it -> assertThat(it.silent()).hasSize(2));
  }

  @Test
  void aLookThatIsMissedOnceIsNoOutage() throws InterruptedException {
    guard();
    at(3);
    silent.add("two");
    at(4);
    silent.clear();
    at(9);
    assertThat(told).singleElement().satisfies(it -> assertThat(it.silent()).isEmpty());
    assertThat(asked).isNotEmpty();
  }
}
