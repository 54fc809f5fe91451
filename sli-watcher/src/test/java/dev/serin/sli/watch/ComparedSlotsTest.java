package dev.serin.sli.watch;

import static dev.serin.sli.Commands.START;
import static dev.serin.sli.Commands.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.Commands;
import dev.serin.sli.hook.HookWire;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.prometheus.Prometheus;
import dev.serin.sli.prometheus.PrometheusWire;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// An SLI that is compared, over the slots of an analysis.
class ComparedSlotsTest {
  private final HandAlarms time = new HandAlarms(START);
  private final List<SlotProbed> told = new ArrayList<>();

  /// 2 requests a second to the canary, of which 6 % fail, and 38 to the baseline, of which 0.2 %
  /// do.
  private final PrometheusWire wire = questions -> questions.stream().map(this::answered).toList();

  @Test
  void eachSlotCountsFromTheStartAndTheFirstThatShowsItIsABreach() throws Exception {
    SliHandler handler =
        new SliHandler(
            new Prometheus(wire, "http://prom"),
            new Hooks(post -> new HookWire.Reply.Answered(204, "", ""), Map.of()),
            time,
            new SliMetrics(new SimpleMeterRegistry()));
    handler.handle(
        new WatchSlis(
            Commands.head(1),
            "a-1",
            START,
            Duration.ofSeconds(30),
            1,
            4,
            at(600),
            List.of(Commands.COMPARED)),
        time.turn(),
        event -> told.add((SlotProbed) event));
    time.until(at(121));

    assertThat(told)
        .extracting(SlotProbed::verdict)
        .containsExactly(Verdict.PASS, Verdict.FAIL, Verdict.FAIL, Verdict.FAIL);
    assertThat(told)
        .extracting(
            probe -> Objects.requireNonNull(probe.results().getFirst().compared()).canaryAll())
        .containsExactly(60.0, 120.0, 180.0, 240.0);
  }

  private Reply answered(Question question) {
    String query = question.query();
    long elapsed = Duration.between(START, question.time()).toSeconds();
    double value = 0;
    if (query.contains("[" + elapsed + "s]")) {
      double requests = elapsed * (query.contains("n='c'") ? 2 : 38);
      double failing = query.contains("n='c'") ? 0.06 : 0.002;
      value = query.contains("e{") ? requests * failing : requests;
    }
    return new Reply.Answered(
        200,
        "application/json",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"%s\"]}}"
            .formatted(value));
  }
}
