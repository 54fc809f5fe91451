package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.EventReader.Event;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.ConfigurableApplicationContext;

/// What the stream of events does with clients that are too many, too slow, or there at the end.
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(WebFixture.Resolver.class)
class StreamLimitsIT {
  private static final int LIMIT = 2;

  private final WebFixture serin;
  private final ConfigurableApplicationContext coordinator;

  StreamLimitsIT(WebFixture serin) {
    this.serin = serin;
    this.coordinator = start();
  }

  private ConfigurableApplicationContext start() {
    return WebFixture.coordinator(
        serin.stage().settings().bootstrapServers(),
        Map.of("serin.http.event-streams", LIMIT, "serin.http.events-kept", 12));
  }

  @AfterAll
  void stop() {
    coordinator.close();
  }

  private HttpCalls http() {
    return new HttpCalls(WebFixture.port(coordinator));
  }

  @Test
  void refusesOneClientTooManyUntilAnotherLeaves() throws IOException {
    try (EventReader first = http().events("").opened();
        EventReader second = http().events("").opened()) {
      Answer answer = http().get("/api/v1/events");

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isNotEmpty();
      assertThat(answer.detail()).contains("expected at most 2 clients", "event-streams");
      assertThat(first.lastId()).isEqualTo(second.lastId());
    }
    openOnceAClientIsSeenToBeGone().close();
  }

  /// The next heartbeat finds that a client is gone.
  private EventReader openOnceAClientIsSeenToBeGone() {
    while (!hasPlace()) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    return http().events("");
  }

  private boolean hasPlace() {
    return http().get("/actuator/prometheus").body().contains("serin_event_streams_open 0.0");
  }

  @Test
  void endsTheStreamOfAClientThatDoesNotReadAndLosesNothing() throws IOException {
    int count = 240;
    List<String> told = new ArrayList<>();
    String id;
    try (RawHttp raw = new RawHttp(WebFixture.port(coordinator), 4_096)) {
      raw.send("GET /api/v1/events?service=slow HTTP/1.0", "Host: localhost");
      EventReader stream = new EventReader(raw.in()).opened();
      id = stream.lastId();
      for (int i = 1; i <= count; i += 4) {
        serin
            .stage()
            .happened(
                LongStream.range(i, i + 4)
                    .<RolloutEvent>mapToObj(
                        sequence -> Samples.event("slow", "slow-1", sequence, "x".repeat(100_000)))
                    .toList(),
                List.of());
      }
      for (Event event = stream.next(); event != null; event = stream.next()) {
        told.add(event.number());
        id = event.id();
      }
      assertThat(told).hasSizeLessThan(count);
      assertThat(stream.comments()).anyMatch(it -> it.contains("more slowly than events came"));
    }
    while (told.size() < count) {
      try (EventReader stream = http().events("?service=slow", "Last-Event-ID", id)) {
        while (told.size() < count) {
          Event event = stream.next();
          if (event == null) {
            break;
          }
          told.add(event.number());
          id = event.id();
        }
      }
    }
    assertThat(told)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, count).mapToObj(i -> "slow-1/" + i).toList());
  }

  @Test
  void endsItsStreamsWhenItStops() throws IOException {
    ConfigurableApplicationContext another = start();
    try (EventReader stream = new HttpCalls(WebFixture.port(another)).events("").opened()) {
      Thread closer = Thread.ofVirtual().start(another::close);

      assertThat(stream.next()).isNull();
      assertThat(stream.comments()).anyMatch(it -> it.contains("the coordinator stops"));
      assertThat(closer).isNotNull();
    }
  }
}
