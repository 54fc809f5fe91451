package dev.serin.coordinator.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The newest events, of which each client reads on from its own place. One thread writes, many
/// read; whoever reads too slowly finds its place overwritten, and nothing waits for it. That
/// bounds the memory of all clients together.
final class EventRing {
  /// What a reader finds.
  sealed interface Found {
    /// Some events, and where to read on.
    ///
    /// @param events in the order they were read from the topic; none when the wait was over first
    /// @param end everything up to here is in the ring's past now
    record Events(List<LoggedEvent> events, long nextPlace, EventPosition end) implements Found {}

    /// The place was overwritten before it was read.
    record Overwritten() implements Found {}

    /// The topic was read anew: no place or position from before means anything.
    record Restarted() implements Found {}

    record Closed() implements Found {}
  }

  /// A place in the ring.
  ///
  /// @param epoch which reading of the topic it is a place in
  record Place(long number, int epoch) {}

  private final @Nullable LoggedEvent[] slots;
  private final long capacityChars;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /// The number of the oldest event held, and of the next one to come.
  private long oldest;

  private long next;
  private long heldChars;
  private int epoch;
  private boolean closed;
  private @Nullable EventPosition floor;
  private @Nullable EventPosition end;

  /// @param capacity how many events are held at most
  /// @param capacityChars how many characters of JSON they may have together
  EventRing(int capacity, long capacityChars) {
    this.slots = new LoggedEvent[capacity];
    this.capacityChars = capacityChars;
  }

  /// Everything held is void; events from this position on follow.
  void restart(EventPosition start) {
    lock.lock();
    try {
      java.util.Arrays.fill(slots, null);
      oldest = next;
      heldChars = 0;
      epoch++;
      floor = start;
      end = start;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// @param newEnd what was read of the topic so far
  void append(List<LoggedEvent> events, EventPosition newEnd) {
    lock.lock();
    try {
      for (LoggedEvent event : events) {
        if (next - oldest == slots.length) {
          evict();
        }
        slots[(int) (next % slots.length)] = event;
        heldChars += event.json().length();
        next++;
      }
      while (heldChars > capacityChars && oldest < next) {
        evict();
      }
      end = newEnd;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void evict() {
    int slot = (int) (oldest % slots.length);
    LoggedEvent evicted = slots[slot];
    slots[slot] = null;
    oldest++;
    if (evicted != null && floor != null) {
      heldChars -= evicted.json().length();
      floor = floor.after(evicted);
    }
  }

  /// What was read of the topic so far; empty before the first start.
  Optional<EventPosition> end() {
    lock.lock();
    try {
      return Optional.ofNullable(end);
    } finally {
      lock.unlock();
    }
  }

  /// The place of the next event to come, and the position there.
  Optional<Joined> atEnd() {
    lock.lock();
    try {
      return end == null ? Optional.empty() : Optional.of(new Joined(new Place(next, epoch), end));
    } finally {
      lock.unlock();
    }
  }

  record Joined(Place place, EventPosition position) {}

  /// Where a client reads on that is at this position: at the first event that it lacks. Empty when
  /// something that it lacks is no longer held.
  Optional<Place> join(EventPosition position) {
    lock.lock();
    try {
      if (floor == null || !position.isAtLeast(floor)) {
        return Optional.empty();
      }
      long number = oldest;
      while (number < next && !lacks(position, number)) {
        number++;
      }
      return Optional.of(new Place(number, epoch));
    } finally {
      lock.unlock();
    }
  }

  private boolean lacks(EventPosition position, long number) {
    LoggedEvent event = slots[(int) (number % slots.length)];
    return event != null && position.lacks(event);
  }

  /// At most so many events from the place on; waits when there are none yet.
  Found read(Place from, int most, Duration wait) throws InterruptedException {
    long nanos = wait.toNanos();
    lock.lock();
    try {
      while (true) {
        if (closed) {
          return new Found.Closed();
        }
        if (from.epoch() != epoch || end == null) {
          return new Found.Restarted();
        }
        if (from.number() < oldest) {
          return new Found.Overwritten();
        }
        if (from.number() < next || nanos <= 0) {
          return held(from.number(), most, end);
        }
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private Found held(long from, int most, EventPosition whole) {
    List<LoggedEvent> events = new ArrayList<>();
    long number = from;
    for (; number < next && events.size() < most; number++) {
      LoggedEvent event = slots[(int) (number % slots.length)];
      if (event != null) {
        events.add(event);
      }
    }
    return new Found.Events(events, number, whole);
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
