package dev.serin.coordinator.view;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/// The names of what this package counts.
public final class ViewMetrics {
  /// Why a stream of events ended by the coordinator's own will.
  enum Ended {
    /// The client read more slowly than events came.
    SLOW,
    /// The topic was truncated or made anew.
    RESTARTED
  }

  private final MeterRegistry meters;
  private final Counter unreadable;
  private final TrafficMetrics traffic;

  public ViewMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.traffic = new TrafficMetrics(meters);
    this.unreadable =
        Counter.builder("serin.view.unreadable")
            .description("records that the view could not read and left out")
            .register(meters);
  }

  TrafficMetrics traffic() {
    return traffic;
  }

  void unreadable() {
    unreadable.increment();
  }

  void ended(Ended reason) {
    meters
        .counter(
            "serin.event.streams.ended", "reason", reason.name().toLowerCase(java.util.Locale.ROOT))
        .increment();
  }

  void streams(Supplier<Number> open) {
    Gauge.builder("serin.event.streams.open", open)
        .description("clients that read the stream of events")
        .register(meters);
  }
}
