package dev.serin.incus.artifact;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// The names of what this package counts.
public final class StoreMetrics {
  /// What becomes of an artifact that is to go into the store.
  enum Outcome {
    /// It is there now.
    STORED,
    /// It was there before.
    THERE,
    /// It failed, and is tried again.
    RETRIED,
    /// It failed for good: a rollback does not find it there.
    GIVEN_UP,
    /// It was not tried, since too much waits.
    LEFT_OUT
  }

  private final Map<Outcome, Counter> puts = new EnumMap<>(Outcome.class);

  public StoreMetrics(MeterRegistry meters) {
    for (Outcome outcome : Outcome.values()) {
      puts.put(
          outcome,
          Counter.builder("serin.artifacts.puts")
              .description("Tries to put an installed artifact into the coordinator's store")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  void put(Outcome outcome) {
    Counter counter = puts.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }
}
