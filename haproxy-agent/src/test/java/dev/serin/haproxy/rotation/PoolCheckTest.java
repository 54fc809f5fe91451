package dev.serin.haproxy.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckPool;
import dev.serin.contracts.haproxy.HaproxyCommand.PoolServer;
import dev.serin.haproxy.runtime.AgentCheck;
import dev.serin.haproxy.runtime.PoolView;
import dev.serin.haproxy.runtime.ProcessSeen;
import dev.serin.haproxy.runtime.ServerView;
import dev.serin.haproxy.runtime.Snapshot;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolCheckTest {
  private static final CommandHead HEAD =
      new CommandHead("c", "r", "backend-api", null, 1, Instant.EPOCH);

  private static ServerView server(String name, String status, int bits, int weight) {
    return server(name, status, bits, weight, AgentCheck.NONE);
  }

  private static ServerView server(
      String name, String status, int bits, int weight, AgentCheck agent) {
    return new ServerView(
        "api",
        name,
        status,
        bits,
        weight,
        1,
        "10.0.0.1:80",
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        false,
        false,
        agent,
        100);
  }

  private static PoolView pool(
      @Nullable String algorithm, @Nullable String cookie, ServerView... servers) {
    Map<String, ServerView> byName = new LinkedHashMap<>();
    for (ServerView server : servers) {
      byName.put(server.server(), server);
    }
    return new PoolView("api", algorithm, cookie, 0, byName);
  }

  private static PoolCheck.Seen seen(PoolView pool) {
    return new PoolCheck.Seen(
        new Snapshot(new ProcessSeen(1, 1), Map.of("api", pool)), "admin", null, Set.of(), false);
  }

  private static PoolCheck.Result check(
      int minAvailable, List<String> leftOut, Map<String, PoolCheck.Known> known) {
    return check(minAvailable, leftOut, known, false);
  }

  private static PoolCheck.Result check(
      int minAvailable, List<String> leftOut, Map<String, PoolCheck.Known> known, boolean weighed) {
    return check(minAvailable, leftOut, known, weighed, false);
  }

  private static PoolCheck.Result check(
      int minAvailable,
      List<String> leftOut,
      Map<String, PoolCheck.Known> known,
      boolean weighed,
      boolean goesOnWithout) {
    return PoolCheck.judge(
        new CheckPool(
            HEAD,
            List.of("api"),
            List.copyOf(known.keySet()),
            List.of(new PoolServer("n1", "b1"), new PoolServer("n2", "b2")),
            minAvailable,
            leftOut,
            weighed,
            goesOnWithout),
        known);
  }

  @Test
  void aHealthyPoolIsFit() {
    PoolCheck.Result result =
        check(
            1,
            List.of(),
            Map.of(
                "lb",
                seen(
                    pool(
                        "roundrobin",
                        null,
                        server("b1", "UP", 0, 1),
                        server("b2", "no check", 0, 9)))));
    assertThat(result.problems()).isEmpty();
    assertThat(result.warnings()).isEmpty();
    assertThat(result.servers()).extracting(one -> one.setting().weight()).containsExactly(1, 9);
  }

  @Test
  void everythingThatStandsAgainstItIsSaidAtOnce() {
    Map<String, PoolCheck.Known> known = new LinkedHashMap<>();
    known.put("one", new PoolCheck.NotKnown("one: nobody listens", true));
    known.put(
        "two",
        new PoolCheck.Seen(
            new Snapshot(
                new ProcessSeen(1, 1),
                Map.of("api", pool("roundrobin", null, server("b1", "UP", 0, 1)))),
            "operator",
            "/etc/leaving.map",
            Set.of("/etc/other.map"),
            true));
    known.put(
        "three",
        new PoolCheck.Seen(
            new Snapshot(new ProcessSeen(1, 1), Map.of()), "admin", null, Set.of(), false));
    assertThat(check(1, List.of(), known).problems())
        .containsExactly(
            "one: nobody listens",
            "two: expected a stats socket at level admin, found level operator; add 'level admin'"
                + " to it in HAProxy's configuration",
            "two: expected the master's socket to list its processes, found no answer; mend"
                + " serin.haproxy.load-balancers.two.master",
            "two: expected the leaving map /etc/leaving.map in HAProxy, found the maps"
                + " /etc/other.map",
            "two: expected the server api/b2 of node n2, found the servers b1",
            "three: expected the backend api, found the backends ");
  }

  @Test
  void aNodeOutOfRotationIsAProblemAndSoAreTooFew() {
    assertThat(
            check(
                    1,
                    List.of(),
                    Map.of(
                        "lb",
                        seen(
                            pool(
                                "roundrobin",
                                null,
                                server("b1", "UP", 0, 1),
                                server("b2", "DOWN 1/2", 0, 1)))))
                .problems())
        .containsExactly(
            "expected n2 in rotation, found DOWN 1/2 on lb",
            "expected 1 or more nodes in rotation when one leaves, found 0 of 2");
  }

  @Test
  void aNodeLeftOutByAnEarlierRolloutMayBeOut() {
    Map<String, PoolCheck.Known> known =
        Map.of(
            "lb",
            seen(pool("roundrobin", null, server("b1", "UP", 0, 1), server("b2", "DRAIN", 8, 1))));
    assertThat(check(1, List.of("n2"), known).problems()).isEmpty();
    assertThat(check(2, List.of("n2"), known).problems()).hasSize(1);
  }

  @Test
  void oneNodeAloneIsFitWhereTheMinimumIsNone() {
    assertThat(
            check(
                    0,
                    List.of("n2"),
                    Map.of(
                        "lb",
                        seen(
                            pool(
                                "roundrobin",
                                null,
                                server("b1", "UP", 0, 0),
                                server("b2", "MAINT", 1, 1)))))
                .problems())
        .containsExactly("expected n1 in rotation, found UP at weight 0 on lb");
  }

  @Test
  void aNodeInMaintenanceStaysSoAndCountsAsOut() {
    Map<String, PoolCheck.Known> resting =
        Map.of(
            "lb",
            seen(pool("roundrobin", null, server("b1", "UP", 0, 1), server("b2", "MAINT", 1, 1))));
    assertThat(check(0, List.of(), resting).problems()).isEmpty();
    assertThat(check(0, List.of(), resting).warnings())
        .contains("n2 is in maintenance: it stays so, and counts as out of rotation");
    assertThat(check(1, List.of(), resting).problems())
        .containsExactly("expected 1 or more nodes in rotation when one leaves, found 0 of 2");
  }

  @Test
  void aStickyPoolWithoutALeavingMapIsAWarningWithTheLinesThatItLacks() {
    PoolCheck.Result result =
        check(
            1,
            List.of(),
            Map.of(
                "lb",
                seen(
                    pool(
                        "static-rr",
                        "SERVERID",
                        server("b1", "UP", 0, 1),
                        server("b2", "UP", 0, 1)))));
    assertThat(result.problems()).isEmpty();
    assertThat(result.warnings()).hasSize(2);
    assertThat(result.warnings().getFirst())
        .contains("api balances by static-rr, which ignores weights");
    assertThat(result.warnings().getLast())
        .contains("acl leaving req.cook(SERVERID),map(/etc/haproxy/leaving.map) -m found")
        .contains(
            "http-request replace-header Cookie (^|.*;\\ *)SERVERID=[^;]*(;\\ *|$)(.*) \\1\\3 if"
                + " leaving");
  }

  private static PoolCheck.Seen healthy() {
    return seen(pool("roundrobin", null, server("b1", "UP", 0, 1), server("b2", "UP", 0, 1)));
  }

  @Test
  void aLoadBalancerThatIsDownStopsOrIsGoneOnWithoutAsTheServiceSays() {
    Map<String, PoolCheck.Known> known = new LinkedHashMap<>();
    known.put("one", healthy());
    known.put("two", new PoolCheck.NotKnown("two: no answer", true));
    assertThat(check(1, List.of(), known, false, false).problems())
        .containsExactly("two: no answer");
    PoolCheck.Result result = check(1, List.of(), known, false, true);
    assertThat(result.problems()).isEmpty();
    assertThat(result.missing()).containsExactly("two");
    assertThat(result.warnings())
        .containsExactly(
            "two: no answer; the rollout goes on without it, and waits for it before its end");
    assertThat(check(2, List.of(), known, false, true).problems())
        .as("the minimum is judged on those that answer")
        .singleElement()
        .asString()
        .startsWith("expected 2 or more nodes in rotation when one leaves");
  }

  @Test
  void nothingGoesOnWithoutAnyLoadBalancerOrWithoutOneThatNobodyKnows() {
    Map<String, PoolCheck.Known> silent =
        Map.of("one", new PoolCheck.NotKnown("one: no answer", true));
    assertThat(check(1, List.of(), silent, false, true).problems())
        .containsExactly("one: no answer");
    Map<String, PoolCheck.Known> unknown = new LinkedHashMap<>();
    unknown.put("one", healthy());
    unknown.put("two", new PoolCheck.NotKnown("two: not in the settings", false));
    assertThat(check(1, List.of(), unknown, false, true).problems())
        .containsExactly("two: not in the settings");
  }

  /// Every word that `show stat` has for `balance`, of every version: 2.6 calls `random` `unknown`,
  /// whatever its draws, and a hash the same whatever its `hash-type`.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      nullValues = "none",
      value = {
        "static-rr  | which ignores weights",
        "first      | which ignores weights",
        "sticky     | which ignores weights",
        "source     | where each request follows its key",
        "uri        | where each request follows its key",
        "url_param  | where each request follows its key",
        "hdr        | where each request follows its key",
        "rdp-cookie | where each request follows its key",
        "hash       | where each request follows its key",
        "log-hash   | where each request follows its key",
        "leastconn  | where shares follow the load as well",
        "random     | where each request's server is drawn",
        "unknown    | as HAProxy calls random, where each request's server is drawn",
        "of-2036    | of which Serin knows no shares",
        "none       | api does not say how it balances",
      })
  void onlyTurnsByWeightKeepAShareAndAPlainCanaryNeedsNone(@Nullable String word, String why) {
    Map<String, PoolCheck.Known> known = Map.of("one", seen(balancedBy(word)));
    assertThat(check(1, List.of(), known, true).problems())
        .singleElement()
        .asString()
        .startsWith(
            "one: expected an algorithm that gives each server its share of the requests by its"
                + " weight, at most 0.5 points off, found that api ")
        .contains(why)
        .endsWith(": take roundrobin, or a strategy without shares such as canary-then-peers");
    assertThat(check(1, List.of(), known, false).problems()).isEmpty();
  }

  @Test
  void turnsByWeightKeepAShare() {
    PoolCheck.Result result =
        check(1, List.of(), Map.of("one", seen(balancedBy("roundrobin"))), true);
    assertThat(result.problems()).isEmpty();
    assertThat(result.warnings()).isEmpty();
  }

  private static PoolView balancedBy(@Nullable String algorithm) {
    return pool(algorithm, null, server("b1", "UP", 0, 1), server("b2", "UP", 0, 1));
  }

  @Test
  void aServerOfNobodysTakesAShareThatNoWeightAccountsFor() {
    PoolView pool =
        pool(
            "roundrobin",
            null,
            server("b1", "UP", 0, 1),
            server("b2", "UP", 0, 1),
            server("stranger", "UP", 0, 1),
            server("resting", "MAINT", 1, 1));
    assertThat(check(1, List.of(), Map.of("one", seen(pool)), true).problems())
        .singleElement()
        .asString()
        .isEqualTo(
            "one: expected the nodes of the service alone to serve api, since its traffic is to be"
                + " shared by their weights, found also stranger");
    assertThat(check(1, List.of(), Map.of("one", seen(pool)), false).problems()).isEmpty();
  }

  private static PoolCheck.Result checkedByAgents(AgentCheck agent, boolean weighed) {
    return check(
        1,
        List.of(),
        Map.of(
            "one",
            seen(
                pool(
                    "roundrobin",
                    null,
                    server("b1", "UP", 0, 1, agent),
                    server("b2", "UP", 0, 1, agent),
                    server("b3", "MAINT", 1, 1, AgentCheck.ON)))),
        weighed);
  }

  @Test
  void weightsThatAnAgentCheckMaySetShareNoTraffic() {
    assertThat(checkedByAgents(AgentCheck.ON, true).problems())
        .containsExactly(
            "one: expected the weights of api to be Serin's alone, since its traffic is to be"
                + " shared by them, found agent checks that may set those of b1, b2: say 'disable"
                + " agent api/b1; disable agent api/b2' at its socket until the release is over, or"
                + " take a strategy without shares such as canary-then-peers");
  }

  @Test
  void aPlainCanaryLeavesTheWeightsToTheAgentChecks() {
    PoolCheck.Result result = checkedByAgents(AgentCheck.ON, false);
    assertThat(result.problems()).isEmpty();
    assertThat(result.warnings())
        .singleElement()
        .asString()
        .startsWith("one: agent checks may set the weights of b1, b2 in api, which are left to");
  }

  @Test
  void agentChecksThatAreSwitchedOffLeaveTheWeightsUntilAReload() {
    PoolCheck.Result shared = checkedByAgents(AgentCheck.OFF, true);
    assertThat(shared.problems()).isEmpty();
    assertThat(shared.warnings())
        .singleElement()
        .asString()
        .startsWith("one: the agent checks of b1, b2 in api are switched off")
        .contains("a reload switches them on again");
    PoolCheck.Result plain = checkedByAgents(AgentCheck.OFF, false);
    assertThat(plain.problems()).isEmpty();
    assertThat(plain.warnings()).isEmpty();
  }

  @Test
  void inRotationMeansOnEveryLoadBalancer() {
    Snapshot up =
        new Snapshot(
            new ProcessSeen(1, 1),
            Map.of(
                "api",
                pool("roundrobin", null, server("b1", "UP", 0, 1), server("b2", "UP", 0, 1))));
    Snapshot down =
        new Snapshot(
            new ProcessSeen(1, 1),
            Map.of(
                "api",
                pool("roundrobin", null, server("b1", "UP", 0, 1), server("b2", "MAINT", 1, 1))));
    List<PoolServer> peers = List.of(new PoolServer("n2", "b2"));
    assertThat(Minimum.judge("b1", peers, List.of("api"), 1, Map.of("one", up, "two", down)))
        .isEqualTo(new Minimum.Broken(1, List.of(), List.of("n2 (MAINT on two)")));
    assertThat(Minimum.judge("b1", peers, List.of("api"), 1, Map.of("one", up)))
        .isEqualTo(new Minimum.Kept());
    assertThat(Minimum.judge("b2", List.of(), List.of("api"), 1, Map.of("two", down)))
        .as("a node that is out leaves nothing")
        .isEqualTo(new Minimum.Kept());
  }
}
