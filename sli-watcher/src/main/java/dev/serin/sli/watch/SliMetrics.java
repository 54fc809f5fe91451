package dev.serin.sli.watch;

import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/// Every metric of the sli-watcher.
public final class SliMetrics {
  private final MeterRegistry registry;
  private final Map<Verdict, Counter> probes = new EnumMap<>(Verdict.class);
  private final Map<HookVerdict, Counter> hooks = new EnumMap<>(HookVerdict.class);
  private final Timer queries;

  public SliMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Verdict verdict : Verdict.values()) {
      probes.put(
          verdict,
          Counter.builder("serin.sli.probes")
              .description("Slots probed, by what they came to")
              .tag("verdict", verdict.name())
              .register(registry));
    }
    for (HookVerdict verdict : HookVerdict.values()) {
      hooks.put(
          verdict,
          Counter.builder("serin.hooks.calls")
              .description("Hooks called, by what the answer came to")
              .tag("verdict", verdict.name())
              .register(registry));
    }
    this.queries =
        Timer.builder("serin.sli.queries")
            .description("How long Prometheus took for all queries of one probe")
            .register(registry);
  }

  void probed(Verdict verdict) {
    var counter = probes.get(verdict);
    if (counter != null) {
      counter.increment();
    }
  }

  void called(HookVerdict verdict) {
    var counter = hooks.get(verdict);
    if (counter != null) {
      counter.increment();
    }
  }

  void asked(Duration duration) {
    queries.record(duration);
  }

  void countAnalyses(Supplier<Number> count) {
    Gauge.builder("serin.sli.analyses", count).description("Analyses under way").register(registry);
  }
}
