package dev.serin.sli.watch;

import static dev.serin.sli.Commands.ERROR_RATE;
import static dev.serin.sli.Commands.INTERVAL;
import static dev.serin.sli.Commands.START;
import static dev.serin.sli.Commands.at;
import static dev.serin.sli.Commands.head;
import static dev.serin.sli.Commands.stop;
import static dev.serin.sli.Commands.watch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.CommandHead;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.sli.hook.HookWire;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.prometheus.Prometheus;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What comes while a question is under way, and who tells its answer: a probe that answers
/// nobody's question any more must not count for one that is asked.
class UnderWayTest {
  private static final Reply ZERO =
      new Reply.Answered(
          200,
          "application/json",
          "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"0\"]}}");

  private final HandAlarms time = new HandAlarms(START);
  private final List<SliEvent> told = new ArrayList<>();
  private final List<Instant> askedFor = new ArrayList<>();

  /// Comes while Prometheus is asked for the first slot.
  private final List<SliCommand> meanwhile = new ArrayList<>();

  private final SliHandler handler =
      new SliHandler(
          new Prometheus(
              questions ->
                  questions.stream()
                      .map(question -> {
                        if (!question.query().startsWith("time() - ")) {
                          asked(question.time());
                        }
                        return ZERO;
                      })
                      .toList(),
              "http://prom"),
          new Hooks(post -> new HookWire.Reply.Answered(204, "", ""), Map.of()),
          time,
          new SliMetrics(new SimpleMeterRegistry()));

  private void asked(Instant instant) {
    askedFor.add(instant);
    List<SliCommand> now = List.copyOf(meanwhile);
    meanwhile.clear();
    now.forEach(this::given);
  }

  private void given(SliCommand command) {
    try {
      handler.handle(command, time.turn(), told::add);
    } catch (Turn.Preempted never) {
      throw new AssertionError(never);
    }
  }

  private List<Integer> slots() {
    return told.stream().map(it -> ((SlotProbed) it).slot()).toList();
  }

  private static WatchSlis of(CommandHead head, String analysisId, int seconds) {
    return new WatchSlis(
        head,
        analysisId,
        START,
        INTERVAL.dividedBy(30).multipliedBy(seconds),
        1,
        100,
        at(600),
        List.of(ERROR_RATE));
  }

  @Test
  void whatIsAskedWhenItIsStoppedIsToldToNobody() throws Exception {
    given(watch(1, 1, 100, 600));
    meanwhile.add(stop(2));
    time.until(at(300));

    assertThat(askedFor).containsExactly(at(30));
    assertThat(told).isEmpty();
  }

  @Test
  void whatIsAskedWhenTheQuestionChangesIsNoAnswerToTheNewOne() throws Exception {
    given(watch(1, 1, 100, 600));
    meanwhile.add(of(head(2), "a-1", 10));
    time.until(at(35));

    assertThat(askedFor).containsExactly(at(30), at(10), at(20), at(30));
    assertThat(slots()).containsExactly(1, 2, 3);
  }

  @Test
  void aRenewalMeanwhileGetsTheAnswerAndAsksNothingTwice() throws Exception {
    given(watch(1, 1, 100, 600));
    meanwhile.add(watch(2, 1, 100, 600));
    time.until(at(35));

    assertThat(askedFor).containsExactly(at(30));
    assertThat(told)
        .singleElement()
        .satisfies(it -> assertThat(it.head().commandId()).isEqualTo("c-2"));
  }

  @Test
  void anotherWatcherThatHasTheServiceTellsItAlone() throws Exception {
    given(watch(1, 1, 100, 600));
    given(of(new CommandHead("c-9", "r-9", "another", null, 1, START), "a-9", 30));
    handler.released("backend-api");
    time.until(at(65));

    assertThat(told).hasSize(2).allMatch(it -> it.head().service().equals("another"));
  }
}
