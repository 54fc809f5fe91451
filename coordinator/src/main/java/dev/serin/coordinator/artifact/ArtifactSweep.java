package dev.serin.coordinator.artifact;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Deletes, now and then, the artifacts that nothing needs any more and the uploads that nobody
/// went on with. While it is not known what is needed, no artifact is deleted.
public final class ArtifactSweep implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(ArtifactSweep.class);

  private final ArtifactStore store;
  private final ArtifactSettings settings;
  private final ArtifactMetrics metrics;
  private final Supplier<Optional<Set<String>>> needed;
  private final InstantSource clock;
  private @Nullable ScheduledExecutorService running;

  /// @param needed the digests of all that is needed; none while that is not known for certain
  public ArtifactSweep(
      ArtifactStore store,
      ArtifactSettings settings,
      ArtifactMetrics metrics,
      Supplier<Optional<Set<String>>> needed,
      InstantSource clock) {
    this.store = store;
    this.settings = settings;
    this.metrics = metrics;
    this.needed = needed;
    this.clock = clock;
  }

  void sweep() {
    Instant now = clock.instant();
    int parts = store.dropParts(now.minus(settings.partsExpire()));
    Optional<Set<String>> known = needed.get();
    int dropped = known.isEmpty() ? 0 : store.drop(known.get(), now.minus(settings.grace()));
    metrics.swept(dropped);
    if (parts + dropped > 0) {
      log.atInfo()
          .addKeyValue("artifacts", dropped)
          .addKeyValue("parts", parts)
          .log("the store was swept of what nothing needs");
    }
  }

  @Override
  public synchronized void start() {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("artifact-sweep").daemon().factory());
    long millis = settings.sweepEvery().toMillis();
    var _ = timer.scheduleWithFixedDelay(this::trySweep, millis, millis, TimeUnit.MILLISECONDS);
    running = timer;
  }

  /// The outermost loop: a disk that fails now may work the next time.
  private void trySweep() {
    try {
      sweep();
    } catch (RuntimeException failed) {
      log.atWarn().setCause(failed).log("the store of artifacts could not be swept");
    }
  }

  @Override
  public synchronized void stop() {
    if (running != null) {
      running.shutdownNow();
      running = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return running != null;
  }
}
