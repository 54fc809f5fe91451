package dev.serin.cli.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.coordinator.ServerSentEvents.ServerSentEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {
  private final AtomicInteger heard = new AtomicInteger();

  private List<ServerSentEvent> read(String text) throws IOException {
    List<ServerSentEvent> events = new ArrayList<>();
    try (ServerSentEvents stream =
        new ServerSentEvents(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
            heard::incrementAndGet)) {
      for (Optional<ServerSentEvent> next = stream.next(); next.isPresent(); next = stream.next()) {
        events.add(next.get());
      }
    }
    return events;
  }

  @Test
  void readsFieldsUntilAnEmptyLine() throws IOException {
    assertThat(read("id: 7\nevent: step-started\ndata: {\"a\":1}\n\ndata:x\ndata: y\n\n"))
        .containsExactly(
            new ServerSentEvent("7", "step-started", "{\"a\":1}"),
            new ServerSentEvent("7", "message", "x\ny"));
  }

  @Test
  void hearsHeartbeatsAndTellsNothingOfThem() throws IOException {
    assertThat(read(": alive\n\n: alive\r\n\r\nretry: 500\n\n")).isEmpty();
    assertThat(heard).hasValue(6);
  }

  @Test
  void dropsAnEventThatBrokeOff() throws IOException {
    assertThat(read("id: 1\ndata: whole\n\nid: 2\ndata: bro")).hasSize(1);
  }

  @Test
  void keepsTheIdThatAnEventWithoutDataCarries() throws IOException {
    assertThat(read("id: 4\n\ndata: something\n\nid: 9\n\n"))
        .containsExactly(new ServerSentEvent("4", "message", "something"));
    try (ServerSentEvents stream =
        new ServerSentEvents(
            new ByteArrayInputStream("retry: 9\nid: 7\n\n".getBytes(StandardCharsets.UTF_8)),
            heard::incrementAndGet)) {
      assertThat(stream.next()).isEmpty();
      assertThat(stream.lastId()).isEqualTo("7");
    }
  }
}
