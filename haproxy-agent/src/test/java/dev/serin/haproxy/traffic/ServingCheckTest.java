package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.haproxy.HaproxyCommand.CheckServing;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerServing;
import dev.serin.haproxy.frontdoor.FrontDoor;
import dev.serin.haproxy.lab.VirtualHaproxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What proves that a server answers in a pool that pins users; on real load balancers it is
/// `CheckIT`.
class ServingCheckTest {
  private final TrafficBed bed = new TrafficBed();
  private final List<FrontDoor.Request> requests = new ArrayList<>();
  private @Nullable String host;
  private String path = "/health";
  private List<String> pools = List.of(VirtualHaproxy.POOL);

  private CheckServing check() {
    return new CheckServing(
        bed.head(),
        pools,
        List.of("one", "two"),
        "b1",
        path,
        host,
        null,
        Duration.ofSeconds(10),
        List.of());
  }

  /// Each request, counted from 1, gets what the function says.
  private void users(IntFunction<FrontDoor.Answer> answers) {
    bed.users =
        request -> {
          requests.add(request);
          return answers.apply(requests.size());
        };
  }

  /// b1 gives the answer on whichever load balancer was asked.
  private FrontDoor.Answer byB1(int status) {
    VirtualHaproxy asked = requests.getLast().url().getHost().equals("one") ? bed.one : bed.two;
    asked.answered("b1", 1);
    return new FrontDoor.Served(status, List.of());
  }

  private Failure fails() throws Turn.Preempted {
    HaproxyEvent answer = bed.obey(check());
    assertThat(answer).isInstanceOf(HaproxyEvent.Failed.class);
    assertThat(bed.seconds()).isBetween(10.0, 12.0);
    return ((HaproxyEvent.Failed) answer).failure();
  }

  @Test
  void anAnswerToItsCookieThatItsOwnCountersShowIsTheProof() throws Turn.Preempted {
    users(number -> byB1(200));

    HaproxyEvent answer = bed.obey(check());

    assertThat(answer).isInstanceOf(ServerServing.class);
    assertThat(((ServerServing) answer).proof())
        .containsExactly(
            "one: /health answered 200 with the cookie of api/b1, whose answers grew by 1",
            "two: /health answered 200 with the cookie of api/b1, whose answers grew by 1");
    assertThat(requests)
        .extracting(FrontDoor.Request::cookie)
        .containsExactly("SERVERID=c1", "SERVERID=c1");
    assertThat(bed.seconds()).isZero();
  }

  @Test
  void itIsAskedAgainUntilThereIsOne() throws Turn.Preempted {
    users(number -> number < 4 ? new FrontDoor.Silent("refused") : byB1(number < 6 ? 503 : 200));

    assertThat(bed.obey(check())).isInstanceOf(ServerServing.class);
    assertThat(requests).hasSize(7);
  }

  @Test
  void aBadStatusIsNone() throws Turn.Preempted {
    users(number -> byB1(400));

    Failure failure = fails();
    assertThat(failure.reason()).isEqualTo(Failure.Reason.UNHEALTHY);
    assertThat(failure.found()).isEqualTo("status 400 through one");
  }

  @Test
  void anAnswerThatItsCountersDoNotShowIsAnothers() throws Turn.Preempted {
    users(number -> new FrontDoor.Served(200, List.of()));

    assertThat(fails().found()).contains("the counters of api/b1 did not grow");
  }

  @Test
  void anAnswerThatMovesTheCookieIsAnothers() throws Turn.Preempted {
    users(number -> {
      bed.one.answered("b1", 1);
      return new FrontDoor.Served(200, List.of("SERVERID=c2; path=/"));
    });

    assertThat(fails().found()).contains("to which the cookie was moved");
  }

  @Test
  void whatAnotherProcessHasCountedProvesNothing() throws Turn.Preempted {
    users(number -> {
      bed.one.answered("b1", 1);
      bed.one.reload();
      return new FrontDoor.Served(200, List.of());
    });

    assertThat(fails().found()).contains("did not grow");
  }

  @Test
  void aFrontDoorThatIsClosedIsUnreachable() throws Turn.Preempted {
    users(number -> new FrontDoor.Silent("connection refused"));

    Failure failure = fails();
    assertThat(failure.reason()).isEqualTo(Failure.Reason.UNREACHABLE);
    assertThat(failure.found()).isEqualTo("connection refused");
    assertThat(requests).as("less and less often").hasSizeBetween(10, 40);
  }

  @Test
  void whatNoRequestCanCarryIsRefusedBeforeAnythingIsAsked() throws Turn.Preempted {
    for (String bad : List.of("health", "/a b", "/a\r\nX: y")) {
      path = bad;
      assertThat(bed.obey(check())).isInstanceOf(HaproxyEvent.Failed.class);
    }
    path = "/";
    host = "a b";
    assertThat(bed.obey(check())).isInstanceOf(HaproxyEvent.Failed.class);
    assertThat(requests).isEmpty();
  }

  @Test
  void whereNoCookiePinsAnyoneItsCountersAreTheProof() throws Turn.Preempted {
    bed.one.withoutCookie("roundrobin");
    bed.two.withoutCookie("roundrobin");
    users(number -> number % 3 == 0 ? byB1(200) : new FrontDoor.Served(200, List.of()));

    HaproxyEvent answer = bed.obey(check());

    assertThat(((ServerServing) answer).proof().getFirst())
        .isEqualTo("one: /health answered 200, and the answers counted for api/b1 grew by 1");
    assertThat(requests).hasSize(6).allMatch(it -> it.cookie() == null);
  }

  @Test
  void whereThePathDecidesOthersAreTriedUntilOneIsItsOwn() throws Turn.Preempted {
    bed.one.withoutCookie("uri");
    bed.two.withoutCookie("uri");
    users(number ->
        requests.getLast().path().equals("/health;serin=2")
            ? byB1(200)
            : new FrontDoor.Served(200, List.of()));

    HaproxyEvent answer = bed.obey(check());

    assertThat(((ServerServing) answer).proof().getFirst())
        .contains("one: /health;serin=2 answered 200", "whose key that is, grew by 1");
    assertThat(requests)
        .extracting(FrontDoor.Request::path)
        .startsWith("/health", "/health?serin=1", "/health;serin=2");
  }

  @Test
  void aBackupServerThatNobodyAsksIsInRotationByHaproxysWord() throws Turn.Preempted {
    bed.one.withoutCookie("roundrobin").backup("b1");
    bed.two.withoutCookie("roundrobin").backup("b1");
    bed.two.health("b1", "UP 1/3");
    bed.at(4, () -> bed.two.health("b1", "UP"));

    HaproxyEvent answer = bed.obey(check());

    assertThat(((ServerServing) answer).proof().getFirst()).contains("is a backup server");
    assertThat(requests).isEmpty();
    assertThat(bed.seconds()).isBetween(4.0, 4.2);
  }

  @Test
  void whereNobodyElseIsUpABackupServerIsAskedLikeAnyOther() throws Turn.Preempted {
    bed.one.withoutCookie("roundrobin").backup("b1");
    bed.one.health("b2", "DOWN");
    bed.one.health("b3", "DOWN");
    users(number -> byB1(200));

    assertThat(bed.obey(check())).isInstanceOf(ServerServing.class);
    assertThat(requests).hasSize(2);
  }

  /// The service has two pools, and its path leads to the first one.
  private void twoPools() {
    pools = List.of(VirtualHaproxy.POOL, VirtualHaproxy.MORE);
    bed.one.withMore();
    bed.two.withMore();
    users(number -> byB1(200));
  }

  @Test
  void inEachPoolThatThePathLeadsToItIsProven() throws Turn.Preempted {
    twoPools();
    users(number -> {
      bed.one.answeredInMore(number < 6 ? "b2" : "b1", 1);
      bed.two.answeredInMore("b1", 1);
      return byB1(200);
    });

    assertThat(((ServerServing) bed.obey(check())).proof())
        .containsExactly(
            "one: /health answered 200 with the cookie of api/b1, whose answers grew by 1",
            "one: /health answered 200, and the answers counted for more/b1 grew by 1",
            "two: /health answered 200 with the cookie of api/b1, whose answers grew by 1",
            "two: /health answered 200, and the answers counted for more/b1 grew by 1");
    assertThat(requests).hasSize(8);
  }

  @Test
  void oneThatAnswersInOnePoolAndNotInAnotherThatThePathLeadsToIsNotServing()
      throws Turn.Preempted {
    twoPools();
    users(number -> {
      bed.one.answeredInMore("b2", 1);
      return byB1(200);
    });

    Failure failure = fails();
    assertThat(failure.reason()).isEqualTo(Failure.Reason.TIMED_OUT);
    assertThat(failure.found()).contains("the counters of more/b1 did not grow");
  }

  @Test
  void whereThePathDoesNotLeadItsUsersProveIt() throws Turn.Preempted {
    twoPools();
    bed.at(2, () -> bed.one.answeredInMore("b1", 3));
    bed.at(3, () -> bed.two.answeredInMore("b1", 1));

    assertThat(((ServerServing) bed.obey(check())).proof())
        .hasSize(4)
        .endsWith(
            "one: the answers counted for more/b1, to which /health does not lead, grew by 3 since"
                + " the check began",
            "two: the answers counted for more/b1, to which /health does not lead, grew by 1 since"
                + " the check began");
    assertThat(bed.seconds()).isBetween(3.0, 3.2);
  }

  @Test
  void whereNobodyComesByTheProofSaysThatItIsNone() throws Turn.Preempted {
    twoPools();

    assertThat(((ServerServing) bed.obey(check())).proof())
        .hasSize(4)
        .endsWith(
            "one: not proven in more, to which /health does not lead: no answer was counted for"
                + " more/b1 meanwhile; HAProxy has it UP",
            "two: not proven in more, to which /health does not lead: no answer was counted for"
                + " more/b1 meanwhile; HAProxy has it UP");
    assertThat(requests).hasSize(4);
    assertThat(bed.seconds()).isBetween(5.0, 5.2);
  }

  @Test
  void whereNobodyComesByHaproxyHasToHaveItInRotation() throws Turn.Preempted {
    twoPools();
    bed.two.healthInMore("b1", "DOWN 1/2");

    Failure failure = fails();
    assertThat(failure.expected()).isEqualTo("more/b1 in rotation on two");
    assertThat(failure.found()).isEqualTo("DOWN 1/2");
  }

  @Test
  void aPathThatLeadsToNoneOfItsPoolsProvesNothing() throws Turn.Preempted {
    twoPools();
    users(number -> new FrontDoor.Served(200, List.of()));

    assertThat(fails().found()).contains("did not grow");
  }
}
