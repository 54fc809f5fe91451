package dev.serin.haproxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.haproxy.traffic.Detours.Grown;
import dev.serin.haproxy.traffic.ServingCheck.Attempt;
import dev.serin.haproxy.traffic.ServingCheck.NotYet;
import dev.serin.haproxy.traffic.ServingCheck.Proven;
import org.junit.jupiter.api.Test;

/// What proves a server of a pool that hashes the URI.
class DetoursTest {
  private static Attempt judge(boolean direct, int status, Grown grown) {
    return Detours.judge("one: ", "p/b1", "/x", direct, status, grown);
  }

  @Test
  void asksForThePathFirstAndThenForOthersThatAreLikeIt() {
    assertThat(Detours.path("/health", 0)).isEqualTo("/health");
    assertThat(Detours.path("/health", 1)).isEqualTo("/health?serin=1");
    assertThat(Detours.path("/health", 2)).isEqualTo("/health;serin=2");
    assertThat(Detours.path("/health?full=1", 3)).isEqualTo("/health?full=1&serin=3");
    assertThat(Detours.path("/health?full=1", 4)).isEqualTo("/health;serin=4?full=1");
  }

  @Test
  void anAnswerThatTheServerCountedProvesIt() {
    assertThat(judge(true, 200, new Grown(1, 0, 1)))
        .isEqualTo(
            new Proven(
                "one: /x answered 200, and the answers counted for p/b1, whose key that is, grew"
                    + " by 1"));
  }

  @Test
  void aPathThatIsMadeUpMayBeUnknownToTheServer() {
    assertThat(judge(false, 404, new Grown(0, 1, 0))).isInstanceOf(Proven.class);
    assertThat(judge(false, 404, new Grown(0, 0, 0))).isInstanceOf(NotYet.class);
    assertThat(judge(false, 500, new Grown(0, 0, 0))).isInstanceOf(NotYet.class);
  }

  @Test
  void thePathThatIsToBeAskedForMustBeAnsweredWell() {
    assertThat(judge(true, 404, new Grown(0, 1, 0)))
        .isEqualTo(new NotYet(Reason.UNHEALTHY, "one: /x answered 404"));
  }

  @Test
  void whatItAnsweredToOthersProvesItToo() {
    assertThat(judge(false, 200, new Grown(0, 0, 3)))
        .isEqualTo(new Proven("one: the answers counted for p/b1 grew by 3 since the check began"));
  }
}
