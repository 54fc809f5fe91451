package dev.serin.contracts.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// A clock that goes on while this process does not, be it stopped or its machine suspended. The
/// system's monotonic clock stands still in a suspended machine (`CLOCK_MONOTONIC`), the wall clock
/// does not but may be set: what has passed is what the one of them says that has seen more of it.
/// So a wall clock that is set ahead ends things early, and one that is set back prolongs nothing.
public final class Elapsed implements LongSupplier {
  /// By how much the two may go apart unnoticed, as clocks are slewed.
  private static final Duration APART = Duration.ofMillis(100);

  private final LongSupplier nanos;
  private final InstantSource wall;

  /// By how much the wall clock is ahead of the monotonic one, as last noticed.
  private long apart;

  private long suspended;
  private int setBack;

  /// @param nanos the system's monotonic clock
  public Elapsed(LongSupplier nanos, InstantSource wall) {
    this.nanos = nanos;
    this.wall = wall;
    this.apart = apart(nanos.getAsLong());
  }

  /// By the system's clocks.
  public static Elapsed system() {
    return new Elapsed(System::nanoTime, InstantSource.system());
  }

  private long apart(long now) {
    return Duration.between(Instant.EPOCH, wall.instant()).toNanos() - now;
  }

  /// Nanoseconds since some instant of no meaning; it only grows.
  @Override
  public synchronized long getAsLong() {
    long before = nanos.getAsLong();
    long more = apart(before) - apart;
    long now = nanos.getAsLong();
    if (now - before > APART.toNanos()) {
      // Held up between the two clocks, which says nothing of them: the next look does.
      return now + suspended;
    }
    if (more > APART.toNanos()) {
      suspended += more;
      apart += more;
    } else if (more < -APART.toNanos()) {
      setBack++;
      apart += more;
    }
    return now + suspended;
  }

  /// How often the wall clock was seen to have been set back.
  public synchronized int setBack() {
    var _ = getAsLong();
    return setBack;
  }
}
