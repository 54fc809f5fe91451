package dev.serin.coordinator.web;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How the API serves. Where it listens (`serin.http.bind`, `serin.http.port`) is the server's.
///
/// @param hosts the names that clients may ask for in the `Host` header besides `localhost` and
///   addresses; needed where a proxy on the same machine passes its own name on
/// @param eventStreams how many clients of the event stream at once, 1 to 5,000
/// @param eventsKept how many events are held in memory for clients that come back, 1 to 1,000,000
/// @param heartbeat how long the event stream is silent at most, 100 ms to 1 minute
/// @param planPatience how long the agents have to answer for a plan, 1 second to 10 minutes: as
///   long as for a rollout's start, where nothing else is set
@ConfigurationProperties("serin.http")
public record ApiSettings(
    @DefaultValue List<String> hosts,
    @DefaultValue("200") int eventStreams,
    @DefaultValue("5000") int eventsKept,
    @DefaultValue("10s") Duration heartbeat,
    @DefaultValue("90s") Duration planPatience) {
  private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofMinutes(1);

  public ApiSettings {
    hosts = List.copyOf(hosts);
    within("event-streams", 1, 5_000, eventStreams);
    within("events-kept", 1, 1_000_000, eventsKept);
    if (heartbeat.compareTo(SHORTEST_HEARTBEAT) < 0 || heartbeat.compareTo(LONGEST_HEARTBEAT) > 0) {
      throw new IllegalArgumentException(
          "serin.http.heartbeat: expected 100ms to 1m, was " + heartbeat);
    }
    check(planPatience);
  }

  private static void check(Duration planPatience) {
    if (planPatience.compareTo(Duration.ofSeconds(1)) < 0
        || planPatience.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(
          "serin.http.plan-patience: expected 1s to 10m, was " + planPatience);
    }
  }

  private static void within(String key, int least, int most, int value) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "serin.http." + key + ": expected " + least + " to " + most + ", was " + value);
    }
  }
}
