package dev.serin.contracts.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/// What a record carries that could not be read: the reason, and where it stood.
public final class DeadLetters {
  public static final String REASON = "serin-reason";

  /// How much of a reason is kept, in characters.
  private static final int LONGEST_REASON = 4_000;

  private DeadLetters() {}

  /// The record's own headers, with the reason and where it came from.
  public static Headers headers(
      Headers original, String reason, String topic, int partition, long offset) {
    Headers headers = new RecordHeaders(original.toArray());
    String cut =
        reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "…" : reason;
    headers.remove(REASON);
    headers.add(REASON, cut.getBytes(StandardCharsets.UTF_8));
    headers.add(
        "serin-origin", (topic + "/" + partition + "/" + offset).getBytes(StandardCharsets.UTF_8));
    return headers;
  }
}
