package dev.serin.haproxy.traffic;

import static dev.serin.haproxy.lab.Orders.head;
import static dev.serin.haproxy.lab.Orders.obey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Failed;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerServing;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.RealHaproxy;
import dev.serin.haproxy.runtime.LoadBalancer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("lab")
@Timeout(900)
class CheckIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(500);

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

  private static CheckPool pool(String pool, String... servers) {
    return new CheckPool(
        head(),
        List.of(pool),
        List.of("one"),
        java.util.Arrays.stream(servers).map(name -> new PoolServer("node-" + name, name)).toList(),
        1,
        List.of(),
        false,
        false);
  }

  private static CheckServing serving(String pool, String path, Duration within) {
    return new CheckServing(
        head(), List.of(pool), List.of("one"), "b1", path, "fleet", null, within, List.of());
  }

  private static PoolChecked checked(HaproxyEvent event) {
    assertThat(event).isInstanceOf(PoolChecked.class);
    return (PoolChecked) event;
  }

  private static Failed failed(HaproxyEvent event) {
    assertThat(event).isInstanceOf(Failed.class);
    return (Failed) event;
  }

  @Test
  void aHealthyPoolIsReportedServerByServer() {
    PoolChecked checked = checked(obey(one.fleet(), pool("api_pool", "b1", "b2", "b3")));
    assertThat(checked.problems()).isEmpty();
    assertThat(checked.warnings()).isEmpty();
    assertThat(checked.servers()).hasSize(3);
    assertThat(checked.servers().getFirst().setting())
        .isEqualTo(new ServerSetting("one", "api_pool", "b1", 1, AdminState.READY));
    assertThat(checked.servers().getFirst().address()).isEqualTo("127.0.0.1:" + b1.port());
    assertThat(checked.servers().getFirst().inRotation()).isTrue();
  }

  @Test
  void aPoolAndAServerThatAreNotThereAreNamedWithThoseThatAre() {
    assertThat(checked(obey(one.fleet(), pool("apipool", "b1"))).problems())
        .anyMatch(problem ->
            problem.contains("the backend apipool, found the backends api_pool, plain_pool,"));
    assertThat(checked(obey(one.fleet(), pool("plain_pool", "b1", "b2", "b3"))).problems())
        .contains(
            "one: expected the server plain_pool/b3 of node node-b3, found the servers b1, b2");
  }

  @Test
  void aSocketBelowAdminAndAMapThatIsNotThereAreProblems() {
    Fleet fleet =
        new Fleet(
            Map.of(
                "one",
                new Fleet.Balancer(
                    new LoadBalancer("one", one.operator(), one.unix(), "/no/such.map"),
                    one.url(),
                    "socat")));
    assertThat(checked(obey(fleet, pool("api_pool", "b1", "b2"))).problems())
        .hasSize(3)
        .anyMatch(problem -> problem.contains("found level operator"))
        .anyMatch(problem -> problem.contains("expected the master's socket"))
        .anyMatch(problem -> problem.contains("expected the leaving map /no/such.map"));
  }

  @Test
  void aStickyPoolWithoutALeavingMapIsAWarning() {
    Fleet fleet = new Fleet(Map.of("one", one.balancer(one.unix(), one.master(), null)));
    PoolChecked checked = checked(obey(fleet, pool("sticky_pool", "b1", "b2")));
    assertThat(checked.problems()).isEmpty();
    assertThat(checked.warnings()).hasSize(2).anyMatch(line -> line.contains("POOLID"));
  }

  @Test
  void aLoadBalancerThatIsDownIsAProblem() {
    one.kill();
    assertThat(checked(obey(one.fleet(), pool("api_pool", "b1"))).problems())
        .singleElement()
        .asString()
        .startsWith("one: expected an answer of the load balancer one, found unix:");
  }

  @Test
  void whereTheServiceGoesOnWithoutItTheOtherOneIsEnough() {
    RealHaproxy two = new RealHaproxy("two", List.of(b1, b2, b3));
    two.close();
    CheckPool both =
        new CheckPool(
            head(),
            List.of("api_pool"),
            List.of("one", "two"),
            List.of(new PoolServer("node-1", "b1"), new PoolServer("node-2", "b2")),
            1,
            List.of(),
            false,
            true);
    PoolChecked checked = checked(obey(one.fleetWith(two), both));
    assertThat(checked.problems()).isEmpty();
    assertThat(checked.missing()).containsExactly("two");
    assertThat(checked.warnings())
        .singleElement()
        .asString()
        .endsWith("the rollout goes on without it, and waits for it before its end");
    assertThat(checked.servers()).hasSize(2);
  }

  @Test
  void theServersCookieProvesThatItServes() {
    HaproxyEvent event = obey(one.fleet(), serving("api_pool", "/api", LONG));
    assertThat(event).isInstanceOf(ServerServing.class);
    assertThat(((ServerServing) event).proof())
        .containsExactly(
            "one: /api answered 200 with the cookie of api_pool/b1, whose answers grew by 1");
  }

  @Test
  void theServersOwnCountersProveItWhereThereIsNoCookie() {
    HaproxyEvent event = obey(one.fleet(), serving("plain_pool", "/plain", LONG));
    assertThat(((ServerServing) event).proof())
        .containsExactly(
            "one: /plain answered 200, and the answers counted for plain_pool/b1 grew by 1");
  }

  @Test
  void aServerThatAnswersWithErrorsIsNotServing() {
    b1.answer(500);
    Failed failed = failed(obey(one.fleet(), serving("sticky_pool", "/sticky", SHORT)));
    assertThat(failed.failure().reason()).isEqualTo(Reason.UNHEALTHY);
    assertThat(failed.failure().found()).isEqualTo("status 500 through one");
  }

  @Test
  void anotherServersAnswerIsNoProof() {
    one.tell("set server api_pool/b1 state maint");
    Failed failed = failed(obey(one.fleet(), serving("api_pool", "/", SHORT)));
    assertThat(failed.failure().reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(failed.failure().found()).contains("another server");
  }

  @Test
  void anAnswerFromAnotherPoolIsNoProof() {
    Failed failed = failed(obey(one.fleet(), serving("api_pool", "/plain", SHORT)));
    assertThat(failed.failure().found()).contains("the counters of api_pool/b1 did not grow");
  }

  @Test
  void aFrontDoorThatIsClosedIsUnreachable() {
    assertThat(
            servingAt(URI.create("http://127.0.0.1:" + RealHaproxy.freePort())).failure().reason())
        .isEqualTo(Reason.UNREACHABLE);
    assertThat(servingAt(null).failure().advice())
        .isEqualTo("set serin.haproxy.load-balancers.one.url");
  }

  private Failed servingAt(@Nullable URI url) {
    Fleet fleet =
        new Fleet(
            Map.of(
                "one",
                new Fleet.Balancer(new LoadBalancer("one", one.unix(), null, null), url, "socat")));
    return failed(obey(fleet, serving("api_pool", "/", SHORT)));
  }

  @Test
  void aPathThatNoRequestCanCarryIsRefused() {
    assertThat(
            failed(obey(one.fleet(), serving("api_pool", "/x HTTP/1.1\r\nX: y", SHORT)))
                .failure()
                .reason())
        .isEqualTo(Reason.INVALID);
  }
}
