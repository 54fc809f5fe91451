package dev.serin.haproxy.traffic;

import static dev.serin.haproxy.lab.Orders.head;
import static dev.serin.haproxy.lab.Orders.obey;
import static dev.serin.haproxy.lab.Orders.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyCommand.DrainServer;
import dev.serin.contracts.haproxy.HaproxyCommand.OnTimeout;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.contracts.haproxy.HaproxyCommand.Purpose;
import dev.serin.contracts.haproxy.HaproxyCommand.ReadyServer;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.Failed;
import dev.serin.contracts.haproxy.HaproxyEvent.PoolChecked;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerDrained;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerReady;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerServing;
import dev.serin.contracts.haproxy.ServerSetting;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.Client;
import dev.serin.haproxy.lab.Eventually;
import dev.serin.haproxy.lab.RealHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A node leaves and returns in every kind of pool; all of them on one HAProxy.
@Tag("lab")
@Timeout(900)
class PoolKindsIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(500);

  private static final Backend B1 = new Backend("b1");
  private static final Backend B2 = new Backend("b2");
  private static final Backend B3 = new Backend("b3");
  private static final List<PoolServer> ALL =
      List.of(
          new PoolServer("node-1", "b1"),
          new PoolServer("node-2", "b2"),
          new PoolServer("node-3", "b3"));

  private static RealHaproxy one;

  @BeforeAll
  static void balance() {
    one = new RealHaproxy("one", List.of(B1, B2, B3), "/haproxy/pools.cfg");
  }

  @AfterAll
  static void end() {
    one.close();
    List.of(B1, B2, B3).forEach(Backend::close);
  }

  /// As it stands in the agent's settings where no pool has a leaving map.
  private static Fleet fleet() {
    return new Fleet(Map.of("one", one.balancer(one.unix(), one.master(), null)));
  }

  private static PoolChecked checked(String pool, boolean weighed) {
    return (PoolChecked)
        obey(
            fleet(),
            new CheckPool(
                head(), List.of(pool), List.of("one"), ALL, 2, List.of(), weighed, false));
  }

  private static void drain(String... pools) {
    assertThat(
            obey(
                fleet(),
                new DrainServer(
                    head(),
                    List.of(pools),
                    List.of("one"),
                    "b1",
                    ALL.subList(1, 3),
                    2,
                    LONG,
                    Duration.ZERO,
                    OnTimeout.FAIL,
                    Purpose.FORWARD,
                    Duration.ZERO,
                    List.of(),
                    List.of())))
        .isInstanceOf(ServerDrained.class);
  }

  private static void ready(int weight, String... pools) {
    assertThat(
            obey(
                fleet(),
                new ReadyServer(
                    head(),
                    Stream.of(pools)
                        .map(pool -> new ServerSetting("one", pool, "b1", weight, AdminState.READY))
                        .toList(),
                    LONG,
                    List.of(),
                    Duration.ZERO)))
        .isInstanceOf(ServerReady.class);
  }

  private static CheckServing serving(String pool, String path, Duration within) {
    return serving(List.of(pool), path, within);
  }

  private static CheckServing serving(List<String> pools, String path, Duration within) {
    return new CheckServing(
        head(), pools, List.of("one"), "b1", path, "fleet", null, within, List.of());
  }

  private static String proof(String pool, String path) {
    return ((ServerServing) obey(fleet(), serving(pool, path, LONG))).proof().getFirst();
  }

  /// Whose each path is.
  private static Map<String, String> keys(String prefix) {
    Map<String, String> keys = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      String path = prefix + "/stream-" + i;
      keys.put(path, Client.get(one.url(), path, null).node());
    }
    return keys;
  }

  @ParameterizedTest
  @CsvSource({"hash_pool, /hash", "map_pool, /map"})
  void aServerOfAHashedPoolLeavesAndReturnsWithItsKeysAndIsProvenByItsOwnCounters(
      String pool, String path) {
    assertThat(checked(pool, false).problems()).isEmpty();
    Map<String, String> before = keys(path);
    assertThat(before.values()).contains("b1", "b2", "b3");

    drain(pool);
    assertThat(keys(path).values()).doesNotContain("b1").contains("b2", "b3");

    ready(1, pool);
    assertThat(keys(path)).isEqualTo(before);
    assertThat(proof(pool, path)).startsWith("one: " + path).contains(pool + "/b1");
  }

  @Test
  void inAHashedPoolOnlyTheKeysOfTheServerThatLeftMove() {
    Map<String, String> before = keys("/hash");
    drain("hash_pool");
    Map<String, String> meanwhile = keys("/hash");
    ready(1, "hash_pool");
    before.forEach((path, node) -> {
      if (!node.equals("b1")) {
        assertThat(meanwhile).containsEntry(path, node);
      }
    });
  }

  @Test
  void aServerOfAHashedPoolThatAnswersWithErrorsIsNotServing() {
    B1.answer(500);
    try {
      assertThat(obey(fleet(), serving("hash_pool", "/hash", SHORT))).isInstanceOf(Failed.class);
    } finally {
      B1.answer(200);
    }
  }

  @Test
  void aServerThatIsOutOfAHashedPoolIsNotServing() {
    drain("hash_pool");
    Failed failed = (Failed) obey(fleet(), serving("hash_pool", "/hash", SHORT));
    ready(1, "hash_pool");
    assertThat(failed.failure().reason()).isEqualTo(Reason.TIMED_OUT);
    assertThat(failed.failure().found())
        .isEqualTo("no path that is the key of hash_pool/b1: its counters did not grow");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash_pool", "map_pool"})
  void aHashedPoolSharesNoTraffic(String pool) {
    assertThat(checked(pool, true).problems())
        .singleElement()
        .asString()
        .contains(pool + " balances by uri, where each request follows its key");
  }

  @Test
  void aDrawKeepsNoShareWhateverHaproxyCallsIt() {
    assertThat(checked("random_pool", false).problems()).isEmpty();
    assertThat(checked("random_pool", true).problems())
        .singleElement()
        .asString()
        .contains("random", "is drawn");
  }

  @Test
  void leastConnectionsHeedWeightsAndTheLoad() {
    assertThat(checked("least_pool", false).problems()).isEmpty();
    assertThat(checked("least_pool", true).problems())
        .singleElement()
        .asString()
        .contains("least_pool balances by leastconn, where shares follow the load as well");
    drain("least_pool");
    ready(10, "least_pool");
    assertThat(one.stat("least_pool", "b1", "weight")).isEqualTo("10");
    assertThat(proof("least_pool", "/least")).contains("least_pool/b1 grew by");
  }

  @Test
  void aBackupServerLeavesAndReturnsAndIsInRotationByHaproxysWord() {
    assertThat(checked("reserve_pool", false).problems()).isEmpty();
    assertThat(checked("reserve_pool", false).warnings())
        .singleElement()
        .asString()
        .contains("node-1 is a backup server of reserve_pool");
    assertThat(checked("reserve_pool", true).problems())
        .singleElement()
        .asString()
        .endsWith("it can be given no share");
    drain("reserve_pool");
    assertThat(obey(fleet(), serving("reserve_pool", "/reserve", SHORT)))
        .isInstanceOf(Failed.class);
    ready(1, "reserve_pool");
    assertThat(proof("reserve_pool", "/reserve"))
        .isEqualTo(
            "one: reserve_pool/b1 is a backup server and gets no request while others are up;"
                + " HAProxy has it no check");
  }

  /// A pool that pins users and has no leaving map drains into maintenance, and out of it no check
  /// will ever confirm the server: also where its agent is still asked.
  @Test
  void whereChecksAndAgentsAreSwitchedOffTheyStaySoAndAreNotWaitedFor() {
    one.tell("disable health agent_pool/b1");
    one.tell("disable agent agent_pool/b1");
    drain("agent_pool");
    assertThat(one.status("agent_pool", "b1")).isEqualTo("MAINT");

    ready(1, "agent_pool");

    assertThat(one.status("agent_pool", "b1")).isEqualTo("no check");
    assertThat(proof("agent_pool", "/agent")).contains("with the cookie of agent_pool/b1");
    String line =
        one.tell("show servers state agent_pool")
            .lines()
            .filter(it -> it.contains(" b1 "))
            .findFirst()
            .orElseThrow();
    List<String> header =
        List.of(
            one.tell("show servers state agent_pool")
                .lines()
                .filter(it -> it.startsWith("# "))
                .findFirst()
                .orElseThrow()
                .substring(2)
                .split(" ", -1));
    List<String> cells = List.of(line.split(" ", -1));
    for (String column : List.of("srv_check_state", "srv_agent_state")) {
      assertThat(Integer.parseInt(cells.get(header.indexOf(column))) & 0b100)
          .as("%s is still switched off", column)
          .isZero();
    }
    one.tell("enable agent agent_pool/b1");
    drain("agent_pool");
    ready(1, "agent_pool");
    one.tell("enable health agent_pool/b1");
  }

  @Test
  void agentChecksLetNoTrafficBeSharedUntilTheyAreSwitchedOff() {
    assertThat(checked("agent_pool", false).problems()).isEmpty();
    assertThat(checked("agent_pool", true).problems())
        .singleElement()
        .asString()
        .contains("agent checks that may set those of b1, b2, b3", "disable agent agent_pool/b1");
    for (String server : List.of("b1", "b2", "b3")) {
      one.tell("disable agent agent_pool/" + server);
    }
    PoolChecked off = checked("agent_pool", true);
    assertThat(off.problems()).isEmpty();
    assertThat(off.warnings())
        .anyMatch(it -> it.contains("the agent checks of b1, b2, b3 in agent_pool are switched"));
    for (String server : List.of("b1", "b2", "b3")) {
      one.tell("enable agent agent_pool/" + server);
    }
  }

  @Test
  void aWeightThatAnAgentReportsIsLeftToIt() throws IOException {
    try (ServerSocket agent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> report(agent, "up 700%\n"));
      one.tell("set server agent_pool/b1 agent-port " + agent.getLocalPort());
      Eventually.until("the agent has set it", PoolKindsIT::isSetByTheAgent);
      drain("agent_pool");

      ready(1, "agent_pool");

      Eventually.until("the agent has set it again", PoolKindsIT::isSetByTheAgent);
    } finally {
      one.tell("set server agent_pool/b1 agent-port 1");
      one.tell("set server agent_pool/b1 weight 1");
    }
  }

  private static boolean isSetByTheAgent() {
    return one.stat("agent_pool", "b1", "weight").equals("7");
  }

  private static void report(ServerSocket agent, String words) {
    while (!agent.isClosed()) {
      try (Socket asked = agent.accept()) {
        asked.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException closed) {
        // The test is over, or HAProxy has hung up.
      }
    }
  }

  @Test
  void aServerOfSeveralPoolsLeavesAllOfThemAndReturnsToAll() {
    drain("random_pool", "api_pool", "hash_pool");
    for (String pool : List.of("random_pool", "api_pool", "hash_pool")) {
      assertThat(one.status(pool, "b1")).as(pool).startsWith("DRAIN");
    }
    ready(1, "random_pool", "api_pool", "hash_pool");
    assertThat(one.status("random_pool", "b1")).isEqualTo("no check");
    assertThat(one.status("api_pool", "b1")).isEqualTo("UP");
    assertThat(proof("random_pool", "/random")).contains("random_pool/b1 grew by");
  }

  @Test
  void aServerOfSeveralPoolsIsProvenWhereThePathLeadsAndByItsUsersElsewhere() {
    List<String> pools = List.of("api_pool", "random_pool");
    List<String> quiet = ((ServerServing) obey(fleet(), serving(pools, "/random", LONG))).proof();
    assertThat(quiet).hasSize(2);
    assertThat(quiet.getFirst()).contains("/random answered 200", "random_pool/b1 grew by");
    assertThat(quiet.getLast())
        .isEqualTo(
            "one: not proven in api_pool, to which /random does not lead: no answer was counted for"
                + " api_pool/b1 meanwhile; HAProxy has it UP");

    CompletableFuture<HaproxyEvent> check = start(fleet(), serving(pools, "/random", LONG));
    Eventually.until(
        "it is proven by its users",
        () -> {
          Client.get(one.url(), "/api", null);
          return check.isDone();
        });
    assertThat(((ServerServing) check.join()).proof())
        .hasSize(2)
        .anyMatch(proof -> proof.contains("api_pool/b1") && proof.contains("grew by"));
    B1.answer(500);
    try {
      assertThat(obey(fleet(), serving(List.of("api_pool", "least_pool"), "/least", SHORT)))
          .isInstanceOf(Failed.class);
    } finally {
      B1.answer(200);
    }
  }
}
