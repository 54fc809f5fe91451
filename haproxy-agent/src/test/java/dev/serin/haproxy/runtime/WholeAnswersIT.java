package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Turn;
import dev.serin.haproxy.lab.Backend;
import dev.serin.haproxy.lab.Client;
import dev.serin.haproxy.lab.Eventually;
import dev.serin.haproxy.lab.RealHaproxy;
import dev.serin.haproxy.runtime.RuntimeWire.Answered;
import dev.serin.haproxy.runtime.RuntimeWire.Unanswered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a real HAProxy ends its answers: to whatever is ever said to it, well done or refused, on
/// each of its sockets, in the worker that serves and in one that a reload has left.
@Tag("lab")
@Timeout(900)
class WholeAnswersIT {
  private static final List<String> LOOK =
      List.of(
          "show info",
          "show servers state api_pool",
          "show servers conn api_pool",
          "show stat api_pool 6 -1",
          "show servers state none",
          "show servers conn none",
          "show stat none 6 -1");

  private static final Backend B1 = new Backend("b1");
  private static final Backend B2 = new Backend("b2");
  private static final Backend B3 = new Backend("b3");
  private static RealHaproxy one;

  @BeforeAll
  static void balance() {
    one = new RealHaproxy("one", List.of(B1, B2, B3));
  }

  @AfterAll
  static void end() {
    one.close();
    List.of(B1, B2, B3).forEach(Backend::close);
  }

  private static List<String> lines() {
    String map = one.leavingMap().toString();
    return List.of(
        String.join(";", LOOK),
        "show info;show servers state;show servers conn;show stat",
        "show cli level",
        "show map",
        "show map " + map,
        "show map /none",
        "add map " + map + " c1 1",
        "show map " + map,
        "del map " + map + " c1",
        "del map " + map + " c1",
        "add map /none c1 1",
        "del map /none c1",
        "set server api_pool/b1 state drain",
        "set server api_pool/b1 state maint",
        "set server api_pool/b1 state ready",
        "set server api_pool/b1 weight 7",
        "set server api_pool/b1 weight 257",
        "set server sticky_pool/b1 weight 7",
        "set server sticky_pool/b1 weight 100%",
        "set server api_pool/none state drain",
        "set server none/b1 state drain",
        "show sess",
        "show sess 0x1;show sess 0x2",
        "shutdown session 0x1;shutdown session 0x2",
        "shutdown sessions server api_pool/b1",
        "shutdown sessions server api_pool/none",
        "no command at all");
  }

  private static void wholeOver(String where, RuntimeWire wire, List<String> lines) {
    RuntimeWire judged = new WholeAnswers(wire);
    for (String line : lines) {
      assertThat(judged.execute(line)).as("%s: %s", where, line).isInstanceOf(Answered.class);
    }
  }

  @Test
  void eachAnswerOfEachSocketIsKnownToBeWhole() {
    Map.of(
            "unix", one.unix(),
            "operator", one.operator(),
            "tcp", one.tcp(),
            "socat", one.socat())
        .forEach((where, wire) -> wholeOver(where, wire, lines()));
  }

  @Test
  void andIsReadToItsEnd() throws NotDone, Turn.Preempted {
    LoadBalancer balancer = one.balancer().runtime();
    assertThat(balancer.lookAtAll().poolNames())
        .containsExactly("api_pool", "plain_pool", "sticky_pool");
    List<String> pools = List.of("sticky_pool", "none", "api_pool", "api_pool");
    assertThat(balancer.look(pools).poolNames()).containsExactly("sticky_pool", "api_pool");
    assertThat(balancer.maps()).containsExactly(one.leavingMap().toString());
    balancer.addLeaving(() -> {}, "c9");
    assertThat(balancer.leaving().orElseThrow()).contains("c9");
    balancer.removeLeaving(() -> {}, "c9");
    assertThat(balancer.current().load("plain_pool", "b1").requests()).isZero();
  }

  @Test
  void soIsEachOfAMasterAndOfAWorkerThatAReloadHasLeft() throws NotDone {
    CompletableFuture<Void> tunnel = Client.webSocket(one.url(), null);
    one.reload();
    RuntimeWire master = one.master();
    Eventually.until("its old worker is listed", () -> !oldWorkers(master).isEmpty());
    wholeOver("master", master, List.of("show proc;quit"));

    String prefix = "@!" + oldWorkers(master).getFirst() + " ";
    List<String> passedOn = new ArrayList<>();
    for (String line : lines()) {
      passedOn.add(prefix + line.replace(";", ";" + prefix) + ";quit");
    }
    wholeOver("old worker", master, passedOn);
    Worker left = one.balancer().runtime().oldWorkers().orElseThrow().getFirst();
    assertThat(left.look(List.of("api_pool", "none")).poolNames()).containsExactly("api_pool");
    assertThat(tunnel).as("until now the worker has lived").isNotDone();
  }

  private static List<Long> oldWorkers(RuntimeWire master) {
    return master.execute("show proc;quit") instanceof Answered(String text)
        ? OldWorkers.read(text).orElse(List.of())
        : List.of();
  }

  @Test
  void anOldWorkerThatHasEndedIsNotAnsweredFor() {
    RuntimeWire master = new WholeAnswers(one.master());
    Eventually.until(
        "the master says that there is none",
        () ->
            master.execute("@!1 show info;@!1 show sess;quit") instanceof Unanswered(String what)
                && what.contains("Can't find the target PID"));
  }
}
