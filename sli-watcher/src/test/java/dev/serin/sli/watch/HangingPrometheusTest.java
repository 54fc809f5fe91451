package dev.serin.sli.watch;

import static dev.serin.sli.Commands.ERROR_RATE;
import static dev.serin.sli.Commands.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliQuery;
import dev.serin.contracts.sli.Verdict;
import dev.serin.sli.Commands;
import dev.serin.sli.hook.HookWire;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.prometheus.Prometheus;
import dev.serin.sli.prometheus.PrometheusWire;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is asked before a rollout is asked at once, of the canary and of who serves, so a
/// Prometheus that hangs costs one time-out. Then nothing is judged.
class HangingPrometheusTest {
  private static final SliQuery OF_ANOTHER =
      new SliQuery("error-rate", "rate(others[1m])", 0.005, null, null, 0, null);

  private final HandAlarms time = new HandAlarms(START);
  private final List<List<String>> rounds = new ArrayList<>();

  private SlisChecked checked(Reply reply) throws Exception {
    PrometheusWire wire =
        questions -> {
          rounds.add(questions.stream().map(PrometheusWire.Question::query).toList());
          return questions.stream().map(question -> reply).toList();
        };
    List<SliEvent> told = new ArrayList<>();
    new SliHandler(
            new Prometheus(wire, "http://prom"),
            new Hooks(post -> new HookWire.Reply.Answered(204, "", ""), Map.of()),
            time,
            new SliMetrics(new SimpleMeterRegistry()))
        .handle(
            new SliCommand.CheckSlis(
                Commands.head(1), List.of(ERROR_RATE), List.of(), List.of(OF_ANOTHER), List.of()),
            time.turn(),
            told::add);
    return (SlisChecked) told.getFirst();
  }

  @Test
  void costsOneTimeOutAndNothingIsJudged() throws Exception {
    SlisChecked checked = checked(new Reply.TimedOut(Duration.ofSeconds(5)));
    assertThat(rounds)
        .singleElement()
        .satisfies(round -> assertThat(round).contains("rate(errors[1m])", "rate(others[1m])"));
    assertThat(checked.problems()).hasSize(1);
    assertThat(checked.before()).isEmpty();
  }

  @Test
  void oneThatRefusesAQueryIsNotAway() throws Exception {
    SlisChecked checked =
        checked(
            new Reply.Answered(
                400,
                "application/json",
                "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no such function\"}"));
    assertThat(checked.before()).singleElement().returns(Verdict.ERROR, result -> result.verdict());
  }
}
