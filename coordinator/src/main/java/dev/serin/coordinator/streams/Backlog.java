package dev.serin.coordinator.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether all has been read that waited in the broker: answers there may be older than the clock,
/// and come before any deadline.
final class Backlog {
  /// How late a tick must be for answers to wait in the broker that are older than the clock.
  private static final Duration HELD_UP = Duration.ofSeconds(2);

  private final CaughtUp caughtUp;
  private final int partition;
  private final Set<String> topics;
  private boolean atEnd;
  private boolean busy;
  private @Nullable Instant lastTick;

  Backlog(CaughtUp caughtUp, int partition, Set<String> topics) {
    this.caughtUp = caughtUp;
    this.partition = partition;
    this.topics = topics;
  }

  /// A record was read.
  void read() {
    busy = true;
  }

  /// The clock went on. Where that took long, the broker was away, or this process stood still, and
  /// there may be a backlog again.
  void tick(Instant now) {
    if (lastTick != null && lastTick.plus(HELD_UP).isBefore(now)) {
      atEnd = false;
      busy = true;
    }
    lastTick = now;
  }

  /// At the end are those who lag behind nothing and had nothing to process since the last look.
  boolean isOver() {
    if (!atEnd) {
      atEnd = !busy && caughtUp.isAtEnd(partition, topics);
      busy = false;
    }
    return atEnd;
  }
}
