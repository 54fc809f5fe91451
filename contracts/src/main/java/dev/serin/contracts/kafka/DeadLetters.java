package dev.serin.contracts.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/// What a record carries that could not be read: the reason, and where it stood.
public final class DeadLetters {
  public static final String REASON = "serin-reason";

  /// Where it stood, as `topic/partition/offset`.
  public static final String ORIGIN = "serin-origin";

  /// On a record that was sent again: which dead letter it had been, as `topic/partition/offset`
  /// with the dead letter's own partition and offset. Among the dead letters, with no value and no
  /// reason: the mark that this one was sent again.
  public static final String REPLAYED = "serin-replayed";

  /// How much of a reason is kept, in characters.
  private static final int LONGEST_REASON = 4_000;

  private DeadLetters() {}

  /// `serin_dead_letters_total{topic}`: records of a topic that this process could not use.
  public static Counter counted(MeterRegistry meters, String topic) {
    return Counter.builder("serin.dead.letters")
        .description("records that could not be used, by the topic they came from")
        .tag("topic", topic)
        .register(meters);
  }

  /// The record's own headers, with the reason and where it came from.
  public static Headers headers(
      Headers original, String reason, String topic, int partition, long offset) {
    Headers headers = new RecordHeaders(original.toArray());
    String cut =
        reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "…" : reason;
    headers.remove(REASON);
    headers.add(REASON, cut.getBytes(StandardCharsets.UTF_8));
    headers.add(ORIGIN, (topic + "/" + partition + "/" + offset).getBytes(StandardCharsets.UTF_8));
    return headers;
  }
}
