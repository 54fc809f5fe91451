package dev.serin.simulation.broker;

import dev.serin.contracts.kafka.Decoded;
import dev.serin.simulation.engine.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Ordered logs, and those who wait for what is appended to them. One partition a topic: services
/// don't meet in one.
public final class Broker {
  /// One record.
  public static final class Entry {
    private final long offset;
    private final @Nullable String key;
    private final byte @Nullable [] value;
    private final Instant at;
    private final Instant decidedAt;
    private @Nullable Decoded<?> message;

    Entry(
        long offset, @Nullable String key, byte @Nullable [] value, Instant at, Instant decidedAt) {
      this.offset = offset;
      this.key = key;
      this.value = value;
      this.at = at;
      this.decidedAt = decidedAt;
    }

    public long offset() {
      return offset;
    }

    public @Nullable String key() {
      return key;
    }

    /// None for a tombstone.
    public byte @Nullable [] value() {
      return value;
    }

    public Instant at() {
      return at;
    }

    /// When its producer had it: it may have had to wait.
    public Instant decidedAt() {
      return decidedAt;
    }

    /// The value as one of its topic's messages, which can't change: it is read once for all who
    /// hear of it.
    ///
    /// @param type the same for each of them
    @SuppressWarnings("unchecked") // a topic's messages are of one type
    public <T> Decoded<T> message(Class<T> type) {
      Decoded<?> read = message;
      if (read == null) {
        read = Decoded.message(value, type);
        message = read;
      }
      return (Decoded<T>) read;
    }
  }

  /// Hears of records once they can be read.
  @FunctionalInterface
  public interface Reader {
    void appended(String topic, Entry entry);
  }

  private final Loop loop;
  private final Map<String, List<Entry>> topics = new HashMap<>();
  private final Map<String, Duration> lags = new HashMap<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Runnable> whenBack = new ArrayList<>();
  private final Map<String, Duration> repeats = new HashMap<>();
  private final Map<String, TreeMap<String, byte[]>> compacted = new HashMap<>();
  private boolean away;

  public Broker(Loop loop) {
    this.loop = loop;
  }

  public void read(Reader reader) {
    readers.add(reader);
  }

  public boolean isAway() {
    return away;
  }

  /// Nobody can reach it until it comes back; what it has, it keeps.
  public void leave() {
    away = true;
  }

  public void comeBack() {
    away = false;
    List<Runnable> waited = List.copyOf(whenBack);
    whenBack.clear();
    waited.forEach(Runnable::run);
  }

  /// Does it now, or once the broker is back.
  public void whenThere(Runnable work) {
    if (away) {
      whenBack.add(work);
    } else {
      work.run();
    }
  }

  public void append(String topic, @Nullable String key, byte @Nullable [] value) {
    append(topic, key, value, loop.now());
  }

  /// @param decidedAt when its producer had it
  public void append(
      String topic, @Nullable String key, byte @Nullable [] value, Instant decidedAt) {
    if (away) {
      throw new IllegalStateException("nobody reaches the broker");
    }
    add(topic, key, value, decidedAt);
    Duration again = repeats.get(topic);
    if (again != null) {
      loop.after(again, () -> whenThere(() -> add(topic, key, value, decidedAt)));
    }
  }

  private void add(String topic, @Nullable String key, byte @Nullable [] value, Instant decidedAt) {
    List<Entry> entries = topics.computeIfAbsent(topic, name -> new ArrayList<>());
    Entry entry = new Entry(entries.size(), key, value, loop.now(), decidedAt);
    entries.add(entry);
    readers.forEach(reader -> reader.appended(topic, entry));
  }

  /// How far its readers can see; what a slow fetch has not brought yet, nobody sees.
  public long visibleEnd(String topic) {
    List<Entry> entries = entries(topic);
    Duration lag = lags.getOrDefault(topic, Duration.ZERO);
    if (lag.isZero()) {
      return entries.size();
    }
    Instant newest = loop.now().minus(lag);
    int end = entries.size();
    while (end > 0 && entries.get(end - 1).at().isAfter(newest)) {
      end--;
    }
    return end;
  }

  /// How long records of the topic take to their readers.
  public void slowDown(String topic, Duration lag) {
    lags.put(topic, lag);
  }

  /// From now on the topic's producers miss an acknowledgement each time, and send once more.
  ///
  /// @param after how much later; none to make them well
  public void repeat(String topic, @Nullable Duration after) {
    if (after == null) {
      repeats.remove(topic);
    } else {
      repeats.put(topic, after);
    }
  }

  /// The newest value of each key of a compacted topic.
  public SortedMap<String, byte[]> compacted(String topic) {
    return Collections.unmodifiableSortedMap(
        compacted.computeIfAbsent(topic, name -> new TreeMap<>()));
  }

  /// @param value none for a tombstone
  public void keep(String topic, String key, byte @Nullable [] value) {
    TreeMap<String, byte[]> values = compacted.computeIfAbsent(topic, name -> new TreeMap<>());
    if (value == null) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  /// Somebody has deleted a compacted topic.
  public void lose(String topic) {
    compacted.remove(topic);
  }

  /// Where the log ends, whoever sees it.
  public long end(String topic) {
    return entries(topic).size();
  }

  public Entry entry(String topic, long offset) {
    return entries(topic).get((int) offset);
  }

  public List<Entry> entries(String topic) {
    return topics.getOrDefault(topic, List.of());
  }
}
