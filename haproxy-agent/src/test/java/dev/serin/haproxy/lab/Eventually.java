package dev.serin.haproxy.lab;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Waits for something that another process does in its own time.
public final class Eventually {
  /// So long that only what never comes fails.
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private Eventually() {}

  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not happen within " + PATIENCE + ": " + what);
      }
      pause(Duration.ofMillis(10));
    }
  }

  static void pause(Duration duration) {
    try {
      var _ = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", stopped);
    }
  }
}
