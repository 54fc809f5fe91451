package dev.serin.coordinator.view;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// How far a client has read `serin.rollouts.v1`: the offset of the next record of each partition.
/// Its text is the `id` of the event stream, which means nothing to anybody else: version, a mark
/// of the topic, then each offset, in URL-safe Base64.
final class EventPosition {
  private static final byte VERSION = 1;
  private static final int HEAD_BYTES = 1 + Integer.BYTES;

  private final int topicMark;
  private final long[] offsets;

  /// @param topicMark tells one making of the topic from another: its offsets mean nothing there
  EventPosition(int topicMark, long[] offsets) {
    this.topicMark = topicMark;
    this.offsets = offsets.clone();
  }

  /// Empty when the text is not one that [#text] wrote.
  static Optional<EventPosition> parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    if (bytes.length <= HEAD_BYTES
        || bytes[0] != VERSION
        || (bytes.length - HEAD_BYTES) % Long.BYTES != 0) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
    int topicMark = buffer.getInt();
    long[] offsets = new long[buffer.remaining() / Long.BYTES];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = buffer.getLong();
      if (offsets[i] < 0) {
        return Optional.empty();
      }
    }
    return Optional.of(new EventPosition(topicMark, offsets));
  }

  String text() {
    ByteBuffer buffer = ByteBuffer.allocate(HEAD_BYTES + offsets.length * Long.BYTES);
    buffer.put(VERSION).putInt(topicMark);
    for (long offset : offsets) {
      buffer.putLong(offset);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
  }

  /// Whether it is a position in this making of the topic.
  boolean fits(int mark, int partitions) {
    return topicMark == mark && offsets.length == partitions;
  }

  int partitions() {
    return offsets.length;
  }

  long next(int partition) {
    return offsets[partition];
  }

  /// Whether the event is still to be read.
  boolean lacks(LoggedEvent event) {
    return event.offset() >= offsets[event.partition()];
  }

  EventPosition after(LoggedEvent event) {
    return with(event.partition(), event.offset() + 1);
  }

  /// With one partition read up to this offset.
  EventPosition with(int partition, long next) {
    long[] later = offsets.clone();
    later[partition] = Math.max(later[partition], next);
    return new EventPosition(topicMark, later);
  }

  /// With every partition read at least as far as in the other one.
  EventPosition atLeast(EventPosition other) {
    long[] later = offsets.clone();
    for (int i = 0; i < later.length; i++) {
      later[i] = Math.max(later[i], other.offsets[i]);
    }
    return new EventPosition(topicMark, later);
  }

  /// Whether no partition is behind the other one's.
  boolean isAtLeast(EventPosition other) {
    for (int i = 0; i < offsets.length; i++) {
      if (offsets[i] < other.offsets[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventPosition that
        && topicMark == that.topicMark
        && Arrays.equals(offsets, that.offsets);
  }

  @Override
  public int hashCode() {
    return 31 * topicMark + Arrays.hashCode(offsets);
  }

  @Override
  public String toString() {
    return Arrays.toString(offsets);
  }
}
