package dev.serin.haproxy.traffic;

import static dev.serin.haproxy.lab.Orders.drain;
import static dev.serin.haproxy.lab.Orders.head;
import static dev.serin.haproxy.lab.Orders.obey;
import static dev.serin.haproxy.lab.Orders.setting;
import static dev.serin.haproxy.lab.Orders.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyCommand.WeighServers;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Failed;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerDrained;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerReady;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerSeen;
import dev.serin.contracts.haproxy.HaproxyEvent.ServersWeighed;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.Client;
import dev.serin.haproxy.lab.RealHaproxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("lab")
@Timeout(900)
class ReadyIT {
  private static final List<PoolServer> SERVERS = List.of(new PoolServer("node-1", "b1"));
  private final Backend b1 = new Backend("b1");
  private final Backend b2 = new Backend("b2");
  private final Backend b3 = new Backend("b3");
  private RealHaproxy one;

  @BeforeEach
  void balance() {
    one = new RealHaproxy("one", List.of(b1, b2, b3));
  }

  @AfterEach
  void end() {
    one.close();
    List.of(b1, b2, b3).forEach(Backend::close);
  }

  private static ReadyServer ready(Duration within, ServerSetting... settings) {
    return new ReadyServer(head(), List.of(settings), within, List.of(), Duration.ZERO);
  }

  private static ReadyServer ready(ServerSetting... settings) {
    return ready(Duration.ofSeconds(60), settings);
  }

  private static Failed failed(HaproxyEvent event) {
    assertThat(event).isInstanceOf(Failed.class);
    return (Failed) event;
  }

  @Test
  void aDrainedServerComesBackWithItsWeightAndItsUsers() {
    assertThat(obey(one.fleet(), drain("one").command())).isInstanceOf(ServerDrained.class);
    assertThat(one.leaving("c1")).isTrue();

    HaproxyEvent event = obey(one.fleet(), ready(setting("one", "api_pool", 7, AdminState.READY)));

    assertThat(event).isInstanceOf(ServerReady.class);
    ServerSeen seen = ((ServerReady) event).servers().getFirst();
    assertThat(seen.node()).isEqualTo("node-1");
    assertThat(seen.inRotation()).isTrue();
    assertThat(seen.status()).isEqualTo("UP");
    assertThat(seen.setting()).isEqualTo(setting("one", "api_pool", 7, AdminState.READY));
    assertThat(one.leaving("c1")).isFalse();
    assertThat(Client.get(one.url(), "/", "SERVERID=c1").node()).isEqualTo("b1");
  }

  @Test
  void noRequestFailsWhileTheServerLeavesAndComesBackUnderLoad() {
    AtomicBoolean over = new AtomicBoolean();
    Queue<Client.Reply> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger served = new AtomicInteger();
    List<CompletableFuture<Void>> users = new ArrayList<>();
    for (String cookie : List.of("SERVERID=c1", "SERVERID=c1; other=1", "SERVERID=c2", "none=1")) {
      users.add(
          CompletableFuture.runAsync(
              () -> {
                while (!over.get()) {
                  Client.Reply reply = Client.get(one.url(), "/", cookie);
                  served.incrementAndGet();
                  if (reply.status() != 200) {
                    failures.add(reply);
                  }
                }
              },
              Executors.newVirtualThreadPerTaskExecutor()));
    }
    for (int round = 0; round < 10; round++) {
      assertThat(obey(one.fleet(), drain("one").command())).isInstanceOf(ServerDrained.class);
      // Whoever still reaches it now fails.
      b1.answer(500);
      int before = served.get();
      dev.serin.haproxy.lab.Eventually.until("users went on", () -> served.get() > before + 50);
      b1.answer(200);
      assertThat(obey(one.fleet(), ready(setting("one", "api_pool", 1, AdminState.READY))))
          .isInstanceOf(ServerReady.class);
    }
    over.set(true);
    users.forEach(CompletableFuture::join);
    assertThat(failures).isEmpty();
  }

  @Test
  void aServerOutOfMaintenanceCountsOnlyOnceItsCheckHasPassed() {
    one.tell("set server api_pool/b1 state maint");
    b1.answer(503);
    CompletableFuture<HaproxyEvent> ready =
        start(one.fleet(), ready(setting("one", "api_pool", 1, AdminState.READY)));
    one.untilStatus("api_pool", "b1", "DOWN");
    assertThat(ready).isNotDone();

    b1.answer(200);

    assertThat(ready.join()).isInstanceOf(ServerReady.class);
    assertThat(one.status("api_pool", "b1")).isEqualTo("UP");
  }

  @Test
  void aServerThatStaysDownIsATimeOutThatSaysHowItIs() {
    b1.die();
    one.untilStatus("api_pool", "b1", "DOWN");
    Failed failed =
        failed(
            obey(
                one.fleet(),
                ready(Duration.ofMillis(500), setting("one", "api_pool", 1, AdminState.READY))));
    assertThat(failed.failure().reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(failed.failure().found()).isEqualTo("DOWN on one");
  }

  @Test
  void whatWasOutOfRotationBeforeGoesBackThere() {
    for (AdminState state : List.of(AdminState.MAINT, AdminState.DRAIN, AdminState.MAINT)) {
      HaproxyEvent event = obey(one.fleet(), ready(setting("one", "api_pool", 3, state)));
      assertThat(event).isInstanceOf(ServerReady.class);
      assertThat(((ServerReady) event).servers().getFirst().setting())
          .isEqualTo(setting("one", "api_pool", 3, state));
      assertThat(one.status("api_pool", "b1")).startsWith(state.name());
    }
  }

  @Test
  void aReloadInTheMiddleIsMended() {
    one.tell("set server api_pool/b1 state maint;set server api_pool/b1 weight 9");
    b1.answer(503);
    CompletableFuture<HaproxyEvent> ready =
        start(one.fleet(), ready(setting("one", "api_pool", 9, AdminState.READY)));
    one.untilStatus("api_pool", "b1", "DOWN");
    one.reload();
    b1.answer(200);

    assertThat(ready.join()).isInstanceOf(ServerReady.class);
    assertThat(one.stat("api_pool", "b1", "uweight")).isEqualTo("9");
  }

  @Test
  void whatAPersonChangesIsLeftAlone() {
    b1.answer(503);
    one.untilStatus("api_pool", "b1", "DOWN");
    CompletableFuture<HaproxyEvent> ready =
        start(one.fleet(), ready(setting("one", "api_pool", 9, AdminState.READY)));
    dev.serin.haproxy.lab.Eventually.until(
        "it is set", () -> one.stat("api_pool", "b1", "uweight").equals("9"));
    one.tell("set server api_pool/b1 weight 2");

    assertThat(failed(ready.join()).failure().reason()).isEqualTo(Reason.FOREIGN);
    assertThat(one.stat("api_pool", "b1", "uweight")).isEqualTo("2");
  }

  @Test
  void aStaticAlgorithmKeepsItsOwnWeight() {
    one.tell("set server sticky_pool/b1 weight 0%");
    assertThat(obey(one.fleet(), ready(setting("one", "sticky_pool", 1, AdminState.READY))))
        .isInstanceOf(ServerReady.class);
    assertThat(
            failed(
                    obey(
                        one.fleet(),
                        new WeighServers(
                            head(),
                            SERVERS,
                            List.of(setting("one", "sticky_pool", 9, AdminState.READY)),
                            List.of(),
                            Duration.ZERO)))
                .failure()
                .found())
        .contains("static LB algorithm");
  }

  @Test
  void weightsAreSetOnEveryLoadBalancerAndReadBack() {
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      Fleet fleet = new Fleet(Map.of("one", one.balancer(), "two", two.balancer()));
      HaproxyEvent event =
          obey(
              fleet,
              new WeighServers(
                  head(),
                  SERVERS,
                  List.of(
                      setting("one", "api_pool", 10, AdminState.READY),
                      setting("two", "api_pool", 200, AdminState.READY)),
                  List.of(),
                  Duration.ZERO));
      assertThat(((ServersWeighed) event).servers())
          .extracting(seen -> seen.setting().weight())
          .containsExactly(10, 200);
      assertThat(two.stat("api_pool", "b1", "uweight")).isEqualTo("200");
    }
  }

  @Test
  void severalServersAreWeighedAndToldByTheirNodes() {
    HaproxyEvent event =
        obey(
            one.fleet(),
            new WeighServers(
                head(),
                List.of(new PoolServer("node-1", "b1"), new PoolServer("node-2", "b2")),
                List.of(
                    setting("one", "api_pool", 19, AdminState.READY),
                    new ServerSetting("one", "api_pool", "b2", 2, AdminState.READY)),
                List.of(),
                Duration.ZERO));
    assertThat(((ServersWeighed) event).servers())
        .extracting(seen -> seen.node() + " " + seen.setting().weight())
        .containsExactly("node-1 19", "node-2 2");
    assertThat(one.stat("api_pool", "b2", "uweight")).isEqualTo("2");
  }

  @Test
  void whatCanBeReachedIsReadyThoughTheOtherIsNot() {
    try (RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3))) {
      two.tell("set server api_pool/b1 state drain");
      Fleet fleet =
          new Fleet(
              Map.of(
                  "gone",
                  new Fleet.Balancer(
                      new dev.serin.haproxy.runtime.LoadBalancer(
                          "gone",
                          dev.serin.haproxy.runtime.WireAddress.parse(List.of("unix:/no/such.sock"))
                              .open(Duration.ofSeconds(5)),
                          null,
                          null),
                      URI.create("http://127.0.0.1:1"),
                      "socat"),
                  "two",
                  two.balancer()));
      Failed failed =
          failed(
              obey(
                  fleet,
                  ready(
                      setting("gone", "api_pool", 1, AdminState.READY),
                      setting("two", "api_pool", 1, AdminState.READY))));
      assertThat(failed.failure().reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed.failure().retryable()).isTrue();
      assertThat(two.status("api_pool", "b1")).isEqualTo("UP");
    }
  }

  @Test
  void aLoadBalancerThatNobodyConfiguredIsNamed() {
    Failed failed =
        failed(obey(one.fleet(), ready(setting("other", "api_pool", 1, AdminState.READY))));
    assertThat(failed.failure().reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(failed.failure().found()).contains("other", "[one]");
  }
}
