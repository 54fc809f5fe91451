package dev.serin.coordinator.artifact;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/// The names of what this package counts.
public final class ArtifactMetrics {
  private final MeterRegistry meters;
  private final Counter swept;

  public ArtifactMetrics(MeterRegistry meters, ArtifactStore store) {
    this.meters = meters;
    this.swept =
        Counter.builder("serin.artifacts.swept")
            .description("artifacts deleted since nothing needed them")
            .register(meters);
    Gauge.builder("serin.artifacts.stored", () -> store.all().size())
        .description("artifacts in the store")
        .register(meters);
    Gauge.builder(
            "serin.artifacts.stored.bytes",
            () -> store.all().stream().mapToLong(ArtifactStore.Stored::sizeBytes).sum())
        .description("what the artifacts in the store take")
        .register(meters);
  }

  public void received(Receipt receipt) {
    meters
        .counter(
            "serin.artifacts.received",
            "outcome",
            receipt
                .getClass()
                .getSimpleName()
                .replaceAll("(?<=.)([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT))
        .increment();
  }

  void swept(int count) {
    swept.increment(count);
  }
}
