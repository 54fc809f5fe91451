package dev.serin.contracts.kafka;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Whether another process runs under this one's instance id. The broker takes whoever comes last
/// for the one that it knows by that id (static membership), and fences the other, which comes back
/// and fences it in turn, for ever. Once proves nothing: a broker that comes back may take a member
/// that joined twice for two.
final class Namesakes {
  static final int IN_A_ROW = 3;
  static final Duration IN_A_ROW_WITHIN = Duration.ofMinutes(1);

  private final LongSupplier nanos;
  private int inARow;
  private long fencedAt;

  /// @param nanos only grows, whatever is done to the clock
  Namesakes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Another has taken this process's place.
  synchronized void fenced() {
    inARow = isRecent() ? inARow + 1 : 1;
    fencedAt = nanos.getAsLong();
  }

  /// Whether that has come again and again until a moment ago.
  synchronized boolean areThere() {
    return inARow >= IN_A_ROW && isRecent();
  }

  private boolean isRecent() {
    return nanos.getAsLong() - fencedAt <= IN_A_ROW_WITHIN.toNanos();
  }
}
