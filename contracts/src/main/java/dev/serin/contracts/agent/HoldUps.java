package dev.serin.contracts.agent;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Notices that this process was held up: a pulse that should have come has not. A consumer's
/// session lasts twice as long as what is noticed, so whoever was not held up still has its work.
final class HoldUps implements AutoCloseable {
  private static final Duration PULSE = Duration.ofMillis(500);
  private static final long LONGEST_NANOS = Duration.ofSeconds(3).toNanos();

  private final LongSupplier nanos;
  private final ScheduledExecutorService pulse;
  private long lastPulse;
  private int noticed;

  HoldUps() {
    this(Elapsed.system());
    var _ =
        pulse.scheduleAtFixedRate(
            this::pulse, PULSE.toMillis(), PULSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// @param nanos a clock that goes on while the process does not ([Elapsed])
  HoldUps(LongSupplier nanos) {
    this.nanos = nanos;
    this.lastPulse = nanos.getAsLong();
    this.pulse =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("pulse").daemon().factory());
  }

  synchronized void pulse() {
    long now = nanos.getAsLong();
    if (now - lastPulse > LONGEST_NANOS) {
      noticed++;
    }
    lastPulse = now;
  }

  /// How often that was.
  synchronized int count() {
    pulse();
    return noticed;
  }

  @Override
  public void close() {
    pulse.shutdownNow();
  }
}
