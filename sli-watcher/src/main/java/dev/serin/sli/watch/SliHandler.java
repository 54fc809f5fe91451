package dev.serin.sli.watch;

import dev.serin.contracts.agent.Alarms;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliResult;
import dev.serin.sli.hook.Hooks;
import dev.serin.sli.judge.DataPoints;
import dev.serin.sli.judge.Judge;
import dev.serin.sli.judge.Preflight;
import dev.serin.sli.judge.Prospect;
import dev.serin.sli.judge.Reading;
import dev.serin.sli.prometheus.Prometheus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Carries out the sli-watcher's commands. `watch-slis` only registers the analysis: its slots are
/// answered beside, long after [#handle] has returned.
public final class SliHandler implements CommandHandler<SliCommand, SliEvent> {
  /// Of how long the requests are counted where nothing has begun yet.
  private static final Duration BEFORE_A_ROLLOUT = Duration.ofHours(1);

  private final Prometheus prometheus;
  private final Hooks hooks;
  private final SliMetrics metrics;
  private final Watches watches;

  public SliHandler(Prometheus prometheus, Hooks hooks, Alarms alarms, SliMetrics metrics) {
    this.prometheus = prometheus;
    this.hooks = hooks;
    this.metrics = metrics;
    this.watches = new Watches(prometheus, alarms, metrics);
  }

  @Override
  public void handle(SliCommand command, Turn turn, Consumer<SliEvent> answers)
      throws Turn.Preempted {
    switch (command) {
      case SliCommand.CheckSlis check -> answers.accept(checked(check, turn));
      case SliCommand.WatchSlis watch -> watches.watch(watch, answers);
      case SliCommand.CallHook call -> answers.accept(called(call, turn));
      case SliCommand.StopWatching stop -> watches.stop(stop.analysisId(), stop.head().fence());
    }
  }

  @Override
  public void released(String service) {
    watches.release(service);
  }

  private HookAnswered called(SliCommand.CallHook call, Turn turn) throws Turn.Preempted {
    HookAnswered answered;
    try {
      answered = hooks.call(call, turn);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new Turn.Preempted();
    }
    metrics.called(answered.verdict());
    return answered;
  }

  private SlisChecked checked(SliCommand.CheckSlis check, Turn turn) throws Turn.Preempted {
    Instant now = turn.now();
    Prometheus.Before before;
    try {
      before =
          prometheus.askBefore(
              check.slis(),
              now.minus(BEFORE_A_ROLLOUT),
              check.before(),
              // The nodes that serve have done so for longer than any alarm looks back.
              now.minus(DataPoints.longest(check.before())),
              now);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new Turn.Preempted();
    }
    Preflight preflight = Preflight.of(before.looked());
    return new SlisChecked(
        check.head().answered(turn.now()),
        preflight.results(),
        both(preflight.problems(), hooks.unsigned(check.hooks(), true)),
        both(preflight.warnings(), hooks.unsigned(check.hooks(), false)),
        judged(before),
        Prospect.of(before.looked(), check.windows(), BEFORE_A_ROLLOUT));
  }

  /// Nothing where Prometheus is away: that is told once, of what is only looked at.
  private static List<SliResult> judged(Prometheus.Before before) {
    boolean away =
        before.looked().stream().anyMatch(it -> it.value() instanceof Reading.Unavailable);
    return away ? List.of() : before.judged().stream().map(Judge::judge).toList();
  }

  private static List<String> both(List<String> one, List<String> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }
}
