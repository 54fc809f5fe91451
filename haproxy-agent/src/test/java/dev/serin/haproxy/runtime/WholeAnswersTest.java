package dev.serin.haproxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.haproxy.ServerSetting.AdminState;
import dev.serin.haproxy.runtime.RuntimeWire.Answered;
import dev.serin.haproxy.runtime.RuntimeWire.Unanswered;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that were cut somewhere, at each place at which they can be.
class WholeAnswersTest {
  private static final String LOOK =
      "show info;show servers state api;show servers conn api;show stat api 6 -1";
  private static final List<String> POOLS = List.of("api", "uri", "none");

  private String answer = "";
  private final LoadBalancer balancer =
      new LoadBalancer("lb", _ -> new Answered(answer), null, "/run/haproxy/leaving.map");
  private final LoadBalancer withMaster =
      new LoadBalancer("lb", _ -> new Unanswered("not asked"), _ -> new Answered(answer), null);

  /// What is asked, and what was answered.
  record Exchange(String line, String answer) {
    static Exchange recorded(String line, String name) {
      return new Exchange(line, Recorded.answer(name));
    }
  }

  static List<Exchange> exchanges() {
    return List.of(
        Exchange.recorded(
            "show info;show servers state api;show servers conn api;show stat api 6 -1;"
                + "show servers state uri;show servers conn uri;show stat uri 6 -1;"
                + "show servers state none;show servers conn none;show stat none 6 -1",
            "2.6/snapshot.txt"),
        Exchange.recorded(
            "show info;show servers state;show servers conn;show stat", "2.6/snapshot-all.txt"),
        Exchange.recorded(LOOK, "3.x/snapshot.txt"),
        Exchange.recorded("show map /run/haproxy/leaving.map", "2.6/show-map.txt"),
        Exchange.recorded("show map", "2.6/show-maps.txt"),
        Exchange.recorded("show sess", "2.6/show-sess.txt"),
        Exchange.recorded(
            "@!7 show sess 0x55e07cb395c0;@!7 show sess 0x7ff1c40460a0;quit",
            "2.6/show-sess-details.txt"),
        Exchange.recorded("show proc;quit", "2.6/show-proc.txt"),
        new Exchange("show map /run/haproxy/leaving.map", "\n"),
        new Exchange("set server api/b1 state drain", "\n"),
        new Exchange("set server api/b1 state drain", "No such server.\n\n"),
        new Exchange("shutdown session 0xa;shutdown session 0xb;shutdown session 0xc", "\n\n\n"),
        new Exchange(
            "shutdown session 0xa;shutdown session 0xb",
            "\nNo such session (use 'show sess').\n\n"),
        new Exchange("show cli level", "admin\n\n"));
  }

  private static RuntimeWire.Reply reply(String line, String text) {
    return new WholeAnswers(_ -> new Answered(text)).execute(line);
  }

  @ParameterizedTest
  @MethodSource("exchanges")
  void onlyTheWholeOfAnAnswerIsOne(Exchange exchange) {
    String whole = exchange.answer();
    assertThat(reply(exchange.line(), whole)).isEqualTo(new Answered(whole));
    for (int length = 0; length < whole.length(); length++) {
      assertThat(reply(exchange.line(), whole.substring(0, length)))
          .as("the first %d of %d characters", length, whole.length())
          .isInstanceOf(Unanswered.class);
    }
  }

  @Test
  void saysHowMuchCameAndWhatLast() {
    assertThat(reply(LOOK, "Name: HAProxy\n\n1\n# be_id be_name\n3 api"))
        .isEqualTo(
            new Unanswered(
                "the connection was closed in the middle of the answer: 1 of its 4 parts were"
                    + " whole; it ended with '3 api'"));
    assertThat(reply("@!7 show info;@!7 show stat;quit", "Can't find the target PID '@!7'\n"))
        .isInstanceOfSatisfying(
            Unanswered.class,
            reply -> assertThat(reply.what()).endsWith("'Can't find the target PID '@!7''"));
  }

  @Test
  void anAnswerThroughSomethingThatWritesItsOwnEndsOfLinesIsWholeToo() {
    assertThat(reply("show cli level", "admin\r\n\r\n")).isInstanceOf(Answered.class);
    assertThat(reply("show cli level", "admin\r\n")).isInstanceOf(Unanswered.class);
  }

  @ParameterizedTest
  @ValueSource(chars = {'\u0000', '\u0007', '\uFFFD'})
  void whatIsNoTextIsNoAnswer(char junk) {
    assertThat(reply("show map", "0x1 c" + junk + " 1\n\n"))
        .isInstanceOfSatisfying(
            Unanswered.class, reply -> assertThat(reply.what()).contains("garbled"));
    assertThat(reply(LOOK, "a\n\nb\n\nc\n\n,Layer7 " + junk + "\n\n"))
        .as("a health check's answer may hold anything")
        .isInstanceOf(Answered.class);
  }

  private void unreachableWhereverItIsCut(String recorded, ThrowingCallable asking) {
    String whole = Recorded.answer(recorded);
    for (int length = 0; length < whole.length(); length++) {
      answer = whole.substring(0, length);
      assertThatThrownBy(asking)
          .as("the first %d of %d characters", length, whole.length())
          .isInstanceOfSatisfying(
              NotDone.class,
              notDone -> {
                assertThat(notDone.unreachable()).isTrue();
                assertThat(notDone.failure().retryable()).isTrue();
              });
    }
    answer = whole;
  }

  @Test
  void noPoolAndNoServerIsMissingFromALookThatWasCut() throws NotDone {
    unreachableWhereverItIsCut("2.6/snapshot.txt", () -> balancer.look(POOLS));
    assertThat(balancer.look(POOLS).poolNames()).containsExactly("api", "uri");
    unreachableWhereverItIsCut("2.6/snapshot-all.txt", balancer::lookAtAll);
    assertThat(balancer.lookAtAll().poolNames()).containsExactly("api", "uri");
  }

  @Test
  void noEntryIsMissingFromAMapThatWasCut() throws NotDone {
    unreachableWhereverItIsCut("2.6/show-map.txt", balancer::leaving);
    assertThat(balancer.leaving().orElseThrow()).containsExactly("c1");
    unreachableWhereverItIsCut("2.6/show-maps.txt", balancer::maps);
    assertThat(balancer.maps()).hasSize(1);
  }

  @Test
  void noSessionIsMissingFromAListThatWasCut() throws NotDone {
    Worker worker = balancer.current();
    unreachableWhereverItIsCut("2.6/show-sess.txt", () -> worker.load("api", "b1"));
    assertThat(worker.load("api", "b1").requests()).isEqualTo(1);
    unreachableWhereverItIsCut(
        "2.6/show-sess-details.txt", () -> worker.closeTunnels(List.of("0xa", "0xb")));
  }

  @Test
  void noOldWorkerIsMissingFromAListThatWasCut() {
    String whole = Recorded.answer("2.6/show-proc.txt");
    for (int length = 0; length < whole.length(); length++) {
      answer = whole.substring(0, length);
      assertThat(withMaster.oldWorkers()).as("the first %d characters", length).isEmpty();
    }
    answer = whole;
    assertThat(withMaster.oldWorkers().orElseThrow()).hasSize(1);
  }

  @Test
  void nothingIsKnownToBeDoneWhoseAnswerWasCut() {
    unreachable("", () -> balancer.setState(() -> {}, "api", "b1", AdminState.READY));
    unreachable(
        "No such server.\n", () -> balancer.setState(() -> {}, "api", "b1", AdminState.READY));
    unreachable("Key not", () -> balancer.removeLeaving(() -> {}, "c1"));
    unreachable("adm", balancer::level);
  }

  private void unreachable(String cut, ThrowingCallable asking) {
    answer = cut;
    assertThatThrownBy(asking)
        .isInstanceOfSatisfying(
            NotDone.class, notDone -> assertThat(notDone.unreachable()).isTrue());
  }

  @ParameterizedTest
  @CsvSource({
    "Permission denied,REFUSED",
    "'Unknown command, but maybe one of the following',UNREACHABLE"
  })
  void whatIsNoListIsNoEmptyOne(String said, String reason) {
    answer = said + "\n\n";
    Worker worker = balancer.current();
    for (ThrowingCallable asking :
        List.<ThrowingCallable>of(
            balancer::leaving, balancer::maps, () -> worker.load("api", "b1"))) {
      assertThatThrownBy(asking)
          .isInstanceOfSatisfying(
              NotDone.class, notDone -> assertThat(notDone.failure().reason()).hasToString(reason));
    }
  }
}
