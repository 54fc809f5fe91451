package dev.serin.coordinator.saga;

import com.fasterxml.jackson.annotation.JsonIgnore;
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
/// @param forgiven how many slots without data a person has waved through
/// @param renewAt when the watcher's lease is renewed
/// @param lapsed whether a proof came so late that the dead man's switch may have gone off before
public record Watch(
    String id,
    Instant start,
    Duration interval,
    int needed,
    Map<Integer, Verdict> verdicts,
    Instant greenAt,
    int forgiven,
    Instant renewAt,
    boolean lapsed) {
  /// What an analysis in a pause is called, after the rollout's id.
  static final String PAUSE = "/pause-";

  /// What one in a pause that waits for a person is called, after the rollout's id.
  static final String KEPT = "/kept-";

  public Watch {
    verdicts = Map.copyOf(verdicts);
  }

  /// Whether it goes on in one of the plan's pauses: then it is named after that.
  @JsonIgnore
  public boolean isPause() {
    return id.contains(PAUSE);
  }

  /// Whether it goes on in a pause that waits for a person ([KeptWatch]).
  @JsonIgnore
  public boolean isKept() {
    return id.contains(KEPT);
  }

  int green() {
    return (int) verdicts.values().stream().filter(verdict -> verdict == Verdict.PASS).count();
  }

  /// How much of the window was without data, all gaps together.
  Duration missing() {
    return interval.multipliedBy(verdicts.size() - green() - forgiven);
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
    return new Watch(id, start, interval, needed, more, green, forgiven, renewAt, lapsed);
  }

  Watch renewedAt(Instant at) {
    return new Watch(id, start, interval, needed, verdicts, greenAt, forgiven, at, lapsed);
  }

  /// Time in which nobody could have asked does not count as missing data.
  Watch withoutAbsence(Duration absence) {
    return new Watch(
        id,
        start,
        interval,
        needed,
        verdicts,
        greenAt.plus(absence),
        forgiven,
        renewAt.plus(absence),
        lapsed);
  }

  Watch patientSince(Instant at) {
    return new Watch(
        id, start, interval, needed, verdicts, at, verdicts.size() - green(), at, lapsed);
  }

  Watch lapsedIf(boolean late) {
    return new Watch(
        id, start, interval, needed, verdicts, greenAt, forgiven, renewAt, lapsed || late);
  }
}
