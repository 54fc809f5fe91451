package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadBalancerTest {
  private final List<String> said = new ArrayList<>();

  private LoadBalancer answering(String answer) {
    return new LoadBalancer(
        "lb",
        line -> {
          said.add(line);
          return new RuntimeWire.Answered(answer);
        },
        null,
        "/etc/leaving.map");
  }

  @ParameterizedTest
  @ValueSource(strings = {"b1;shutdown", "b1 b2", "b1\nquit", "b1\\", "", "../x", "-b1"})
  void noNameBecomesACommandOfItsOwn(String name) {
    assertThatThrownBy(() -> answering("\n").setState(() -> {}, "api", name, AdminState.DRAIN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> answering("\n").look(List.of(name)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(said).isEmpty();
  }

  @Test
  void noCookieValueBecomesACommandOfItsOwn() {
    assertThatThrownBy(() -> answering("\n").removeLeaving(() -> {}, "c1;disable server api/b2"))
        .isInstanceOf(NotDone.class);
    assertThat(said).isEmpty();
    assertThatThrownBy(
            () -> new LoadBalancer("lb", line -> new RuntimeWire.Answered(""), null, "a b"))
        .hasMessageContaining("leaving-map");
  }

  @ParameterizedTest
  @CsvSource({
    "No such server.,NOT_FOUND",
    "No such backend.,NOT_FOUND",
    "Permission denied,REFUSED",
    "Proxy is disabled.,REFUSED",
    "'Unknown command, but maybe one of the following',REFUSED",
    "'Unknown command: ''set'', but',REFUSED"
  })
  void whatHaproxySaysInsteadOfNothingIsAFailure(String answer, Reason reason) {
    assertThatThrownBy(
            () -> answering(answer + "\n\n").setState(() -> {}, "api", "b1", AdminState.READY))
        .isInstanceOfSatisfying(
            NotDone.class,
            notDone -> {
              assertThat(notDone.failure().reason()).isEqualTo(reason);
              assertThat(notDone.failure().found()).contains(answer);
              assertThat(notDone.failure().retryable()).isFalse();
            });
  }

  @Test
  void silenceIsRetryable() {
    LoadBalancer silent =
        new LoadBalancer("lb", line -> new RuntimeWire.Unanswered("no answer"), null, null);
    assertThatThrownBy(() -> silent.look(List.of("api")))
        .isInstanceOfSatisfying(
            NotDone.class,
            notDone -> {
              assertThat(notDone.unreachable()).isTrue();
              assertThat(notDone.failure().retryable()).isTrue();
              assertThat(notDone.failure().advice())
                  .contains("serin.haproxy.load-balancers.lb.runtime");
            });
  }

  @Test
  void aServerOnTheMapIsNotAddedTwice() throws NotDone, Turn.Preempted {
    answering("0x55 c1 1\n\n").addLeaving(() -> {}, "c1");
    assertThat(said).containsExactly("show map /etc/leaving.map");
  }

  @Test
  void aServerNotOnTheMapNeedsNoTakingOff() throws NotDone, Turn.Preempted {
    answering("Key not found.\n\n").removeLeaving(() -> {}, "c1");
    assertThat(said).containsExactly("del map /etc/leaving.map c1");
  }

  @Test
  void aStaticAlgorithmTakesItsOwnWeightInPerCent() throws NotDone, Turn.Preempted {
    LoadBalancer balancer =
        new LoadBalancer(
            "lb",
            line -> {
              said.add(line);
              return new RuntimeWire.Answered(
                  line.endsWith("%")
                      ? "\n"
                      : "Backend is using a static LB algorithm and only accepts weights '0%' and"
                          + " '100%'.\n\n");
            },
            null,
            null);
    ServerView now =
        new ServerView(
            "api",
            "b1",
            "UP",
            0,
            0,
            20,
            null,
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
            AgentCheck.NONE,
            100);
    balancer.setWeight(() -> {}, now, 20);
    assertThat(said)
        .containsExactly("set server api/b1 weight 20", "set server api/b1 weight 100%");
    assertThatThrownBy(() -> balancer.setWeight(() -> {}, now, 10)).isInstanceOf(NotDone.class);
  }
}
