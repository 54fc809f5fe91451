package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.Orders;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.Recorded;
import dev.serin.haproxy.runtime.RuntimeWire;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Commands over two load balancers that answer or don't, as the test says.
class PresentTest {
  private static final CommandHead HEAD =
      new CommandHead("c-1", "r-1", "api", "node-1", 1, Instant.EPOCH);
  private static final List<String> BOTH = List.of("one", "two");

  private final Set<String> silent = new HashSet<>();
  private final Present present =
      new Present(new Fleet(Map.of("one", balancer("one"), "two", balancer("two"))));

  private Fleet.Balancer balancer(String name) {
    RuntimeWire wire =
        line ->
            silent.contains(name)
                ? new RuntimeWire.Unanswered("no socket")
                : new RuntimeWire.Answered(Recorded.answer("3.x/snapshot.txt"));
    return new Fleet.Balancer(new LoadBalancer(name, wire, null, null), null, "socat");
  }

  private static List<ServerSetting> onBoth() {
    return BOTH.stream()
        .map(name -> new ServerSetting(name, "api", "b1", 100, AdminState.READY))
        .toList();
  }

  private DrainServer drain(String... mayBeSilent) {
    return present.of(
        Orders.drain("one", "two").pool("api").without(List.of(mayBeSilent)).command());
  }

  @Test
  void whoDoesNotAnswerIsLeftOut() {
    silent.add("two");

    DrainServer drain = drain("two");
    assertThat(drain.loadBalancers()).containsExactly("one");
    assertThat(drain.restore()).extracting(ServerSetting::loadBalancer).containsExactly("one");
    assertThat(
            present
                .of(
                    new ReadyServer(
                        HEAD, onBoth(), Duration.ofSeconds(1), List.of("two"), Duration.ZERO))
                .settings())
        .extracting(ServerSetting::loadBalancer)
        .containsExactly("one");
    assertThat(
            present
                .of(new WeighServers(HEAD, List.of(), onBoth(), List.of("two"), Duration.ZERO))
                .settings())
        .extracting(ServerSetting::loadBalancer)
        .containsExactly("one");
    assertThat(
            present
                .of(
                    new CheckServing(
                        HEAD,
                        List.of("api"),
                        BOTH,
                        "b1",
                        "/",
                        null,
                        null,
                        Duration.ofSeconds(1),
                        List.of("two")))
                .loadBalancers())
        .containsExactly("one");
  }

  @Test
  void whoIsBackIsInThoughTheCoordinatorHasNotHeardOfIt() {
    assertThat(drain("two").loadBalancers()).isEqualTo(BOTH);
  }

  @Test
  void whoeverMayNotBeSilentStays() {
    silent.add("two");
    assertThat(drain().loadBalancers()).isEqualTo(BOTH);
    assertThat(drain("one").loadBalancers()).isEqualTo(BOTH);
  }

  @Test
  void whereNobodyAnswersTheCommandStaysAsItIs() {
    silent.addAll(BOTH);
    assertThat(drain("one", "two").loadBalancers()).isEqualTo(BOTH);
  }
}
