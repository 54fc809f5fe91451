package dev.serin.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.haproxy.runtime.Failures;
import dev.serin.haproxy.runtime.LoadBalancer;
import dev.serin.haproxy.runtime.NotDone;
import dev.serin.haproxy.runtime.RuntimeWire.Answered;
import dev.serin.haproxy.runtime.RuntimeWire.Reply;
import dev.serin.haproxy.runtime.RuntimeWire.Unanswered;
import dev.serin.simulation.engine.Loop;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is left of an answer whose connection breaks off, and what the agent makes of it.
class TornAnswersTest {
  private static final int DRAWS = 2_000;

  /// One thing that the agent asks of a load balancer.
  private interface Question {
    Object ask(LoadBalancer balancer) throws NotDone;
  }

  private static final List<Question> QUESTIONS =
      List.of(
          balancer -> balancer.look(List.of(VirtualHaproxy.POOL)),
          LoadBalancer::lookAtAll,
          LoadBalancer::leaving,
          LoadBalancer::maps,
          LoadBalancer::level,
          balancer -> balancer.current().load(VirtualHaproxy.POOL, "node-1"),
          balancer ->
              balancer
                  .oldWorkers()
                  .map(List::size)
                  .orElseThrow(() -> Failures.unreachable("one", "no answer")));

  private final VirtualHaproxy haproxy = haproxy();

  private static VirtualHaproxy haproxy() {
    Observer nobody =
        new Observer() {
          @Override
          public void inInstance(Instance instance, String script, long fence, String what) {}

          @Override
          public void inHaproxy(VirtualHaproxy haproxy, String by, String command) {}

          @Override
          public void note(String who, String what) {}
        };
    World.Design design =
        new World.Design(
            List.of("node-1", "node-2", "node-3"),
            List.of(1, 7, 100),
            1,
            true,
            true,
            true,
            new Binary("v1", Behaviour.GOOD),
            List.of(),
            false);
    Loop loop = new Loop(Instant.parse("2026-01-02T12:00:00Z"), new Random(1));
    VirtualHaproxy haproxy =
        new World(loop, new Random(2), design, nobody).haproxies().values().iterator().next();
    haproxy.byHand("add map " + VirtualHaproxy.LEAVING_MAP + " node-2 1");
    haproxy.byHand("set server " + VirtualHaproxy.POOL + "/node-2 state drain");
    return haproxy;
  }

  private Reply torn(String line, Random draws) {
    return HaproxyWire.torn(new Answered(haproxy.execute("agent", line)), draws);
  }

  @Test
  void isNothingOrItsBeginningOrAllOfItWithJunkInItsMiddle() {
    String whole = haproxy.execute("agent", "show info;show map");
    int none = 0;
    int beginnings = 0;
    for (int seed = 0; seed < DRAWS; seed++) {
      Reply reply = torn("show info;show map", new Random(seed));
      assertThat(reply).isEqualTo(torn("show info;show map", new Random(seed)));
      switch (reply) {
        case Unanswered _ -> none++;
        case Answered(String text) when text.length() < whole.length() -> {
          assertThat(whole).startsWith(text);
          beginnings++;
        }
        case Answered(String text) -> {
          assertThat(text).isNotEqualTo(whole).hasSameSizeAs(whole).contains("\uFFFD");
          assertThat(text.replace("\uFFFD", "")).hasSizeGreaterThanOrEqualTo(whole.length() - 4);
        }
      }
    }
    assertThat(none).isBetween(DRAWS / 4, DRAWS / 2);
    assertThat(beginnings).isBetween(DRAWS / 4, DRAWS / 2);
  }

  /// What is garbled where nobody looks is all there.
  @Test
  void theAgentReadsAllOfItOrNothing() throws NotDone {
    for (Question question : QUESTIONS) {
      Object whole = question.ask(balancer(null));
      for (int seed = 0; seed < DRAWS; seed++) {
        Random draws = new Random(seed);
        Object seen;
        try {
          seen = question.ask(balancer(draws));
        } catch (NotDone notDone) {
          assertThat(notDone.failure().retryable()).isTrue();
          assertThat(notDone.unreachable()).isTrue();
          continue;
        }
        assertThat(seen).as("draw %d", seed).isEqualTo(whole);
      }
    }
  }

  private LoadBalancer balancer(@Nullable Random draws) {
    return new LoadBalancer(
        "one",
        line -> draws == null ? new Answered(haproxy.execute("agent", line)) : torn(line, draws),
        line -> draws == null ? new Answered(haproxy.execute("agent", line)) : torn(line, draws),
        VirtualHaproxy.LEAVING_MAP);
  }
}
