package dev.serin.contracts.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All topics: name, what is kept, how large a record may be. What is written here is what an
/// operator finds in `docs/topics.md`.
public final class Topics {
  public static final String SERVICES = "serin.services.v1";
  public static final String REQUESTS = "serin.requests.v1";
  public static final String HAPROXY_COMMANDS = "serin.haproxy.commands.v1";
  public static final String INCUS_COMMANDS = "serin.incus.commands.v1";
  public static final String SLI_COMMANDS = "serin.sli.commands.v1";
  public static final String HAPROXY_EVENTS = "serin.haproxy.events.v1";
  public static final String INCUS_EVENTS = "serin.incus.events.v1";
  public static final String SLI_EVENTS = "serin.sli.events.v1";
  public static final String ROLLOUTS = "serin.rollouts.v1";
  public static final String ROLLOUT_STATES = "serin.rollout-states.v1";
  public static final String FREEZES = "serin.freezes.v1";

  /// How many partitions every topic has. The coordinator joins them, so the counts must be equal.
  public static final int PARTITIONS = 6;

  /// The largest value that Serin reads, in bytes. A larger one goes to the dead letters.
  public static final int LARGEST_VALUE_BYTES = 256 * 1024;

  private static final int MEBIBYTE = 1024 * 1024;

  private Topics() {}

  /// One topic.
  ///
  /// @param retention how long its records are kept; none where only the newest of each key is
  public record Topic(String name, @Nullable Duration retention, int largestRecordBytes) {
    /// The topic's configuration, as the broker takes it.
    public Map<String, String> configuration() {
      return retention == null
          ? Map.of(
              "cleanup.policy", "compact", "max.message.bytes", String.valueOf(largestRecordBytes))
          : Map.of(
              "cleanup.policy",
              "delete",
              "retention.ms",
              String.valueOf(retention.toMillis()),
              "max.message.bytes",
              String.valueOf(largestRecordBytes));
    }
  }

  /// The name of a topic's dead letters.
  public static String deadLetters(String topic) {
    return topic + ".dlt";
  }

  /// Every topic with its dead letters where somebody reads it. A dead letter may be larger than
  /// what it came from, since headers are added.
  public static List<Topic> all() {
    Duration week = Duration.ofDays(7);
    List<Topic> topics = new ArrayList<>();
    topics.add(new Topic(SERVICES, null, 2 * MEBIBYTE));
    topics.add(new Topic(REQUESTS, Duration.ofDays(30), 2 * MEBIBYTE));
    for (String name :
        List.of(
            HAPROXY_COMMANDS,
            INCUS_COMMANDS,
            SLI_COMMANDS,
            HAPROXY_EVENTS,
            INCUS_EVENTS,
            SLI_EVENTS)) {
      topics.add(new Topic(name, week, 2 * MEBIBYTE));
    }
    for (Topic topic : List.copyOf(topics)) {
      topics.add(new Topic(deadLetters(topic.name()), Duration.ofDays(30), 3 * MEBIBYTE));
    }
    topics.add(new Topic(ROLLOUTS, Duration.ofDays(365), 2 * MEBIBYTE));
    topics.add(new Topic(ROLLOUT_STATES, null, 2 * MEBIBYTE));
    topics.add(new Topic(FREEZES, null, 2 * MEBIBYTE));
    return List.copyOf(topics);
  }
}
