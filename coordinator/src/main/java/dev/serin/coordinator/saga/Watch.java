package dev.serin.coordinator.saga;

import dev.serin.contracts.sli.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/// One analysis: which slots are judged, and how.
///
/// @param id names it for the sli-watcher
/// @param start slot `k` is due at `start + k × interval`
/// @param needed how many green slots it takes
/// @param verdicts the slots that are judged
/// @param greenAt the newest green slot's time, at first the start: what missing data is counted
///   from
/// @param renewAt when the watcher's lease is renewed
public record Watch(
    String id,
    Instant start,
    Duration interval,
    int needed,
    Map<Integer, Verdict> verdicts,
    Instant greenAt,
    Instant renewAt) {
  public Watch {
    verdicts = Map.copyOf(verdicts);
  }

  int green() {
    return (int) verdicts.values().stream().filter(verdict -> verdict == Verdict.PASS).count();
  }

  /// The last slot that is wanted: each one that was not green adds one.
  int lastSlot() {
    return needed + verdicts.size() - green();
  }

  /// The first slot that nobody has judged yet.
  int firstOpenSlot() {
    int slot = 1;
    while (verdicts.containsKey(slot)) {
      slot++;
    }
    return slot;
  }

  /// Whether every slot to the window's end is judged, and enough of them are green (I8).
  boolean isGreen() {
    return firstOpenSlot() > lastSlot() && green() >= needed;
  }

  Instant dueAt(int slot) {
    return start.plus(interval.multipliedBy(slot));
  }

  Watch judged(int slot, Verdict verdict, Instant slotAt) {
    Map<Integer, Verdict> more = new TreeMap<>(verdicts);
    more.put(slot, verdict);
    Instant green = verdict == Verdict.PASS && slotAt.isAfter(greenAt) ? slotAt : greenAt;
    return new Watch(id, start, interval, needed, more, green, renewAt);
  }

  Watch renewedAt(Instant at) {
    return new Watch(id, start, interval, needed, verdicts, greenAt, at);
  }

  Watch patientSince(Instant at) {
    return new Watch(id, start, interval, needed, verdicts, at, at);
  }
}
