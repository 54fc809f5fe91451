package dev.serin.coordinator.web;

import dev.serin.contracts.Check;
import dev.serin.coordinator.view.EventFeed;
import dev.serin.coordinator.view.EventStream;
import dev.serin.coordinator.view.LoggedEvent;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The live stream of all rollout events, as server-sent events. Each client has its request's own
/// virtual thread, which waits for events and writes them; a client that does not read blocks its
/// own thread alone, until the write times out or the ring has moved on without it.
@RestController
class EventsController {
  private static final Logger log = LoggerFactory.getLogger(EventsController.class);

  /// How soon a browser comes back after a lost connection.
  private static final int RETRY_MILLIS = 2_000;

  private final EventFeed feed;
  private final Duration heartbeat;

  EventsController(EventFeed feed, ApiSettings settings) {
    this.feed = feed;
    this.heartbeat = settings.heartbeat();
  }

  @GetMapping("/api/v1/events")
  @Nullable ResponseEntity<String> events(
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
      @RequestParam(name = "service", required = false) @Nullable String service,
      @RequestParam(name = "rolloutId", required = false) @Nullable String rolloutId,
      HttpMethod method,
      HttpServletResponse response)
      throws InterruptedException {
    List<String> problems = new ArrayList<>();
    if (service != null && !service.equals("*") && !Check.isName(service)) {
      problems.add("service: expected a service's name, found '" + Check.printable(service) + "'");
    }
    if (!problems.isEmpty()) {
      return Problem.listing(Problem.Kind.INVALID_PARAMETER, problems).response();
    }
    if (method.equals(HttpMethod.HEAD)) {
      head(response);
      return null;
    }
    Predicate<LoggedEvent> wanted =
        event ->
            (service == null || event.service().equals(service))
                && (rolloutId == null || event.rolloutId().equals(rolloutId));
    String from = lastEventId == null || lastEventId.isBlank() ? null : lastEventId.strip();
    return switch (feed.open(from, wanted)) {
      case EventFeed.Opening.Opened(EventStream stream) -> {
        try (stream) {
          write(stream, response);
        } catch (IOException gone) {
          log.debug("a client of the event stream is gone: {}", gone.toString());
        }
        yield null;
      }
      case EventFeed.Opening.UnknownId(String found) ->
          Problem.of(
                  Problem.Kind.UNKNOWN_EVENT_ID,
                  "Last-Event-ID: expected an id that this stream gave out, found '"
                      + Check.printable(found)
                      + "'; leave the header out to begin with what happens from now on")
              .response();
      case EventFeed.Opening.NotYet(String why) ->
          Problem.of(
                  Problem.Kind.STILL_READING,
                  "expected the stream of events to be ready, found: "
                      + Check.printable(why)
                      + "; try again in a moment")
              .response();
      case EventFeed.Opening.TooMany(int limit) ->
          Problem.of(
                  Problem.Kind.TOO_MANY,
                  "expected at most "
                      + limit
                      + " clients of the event stream, found one more; close some, or raise"
                      + " serin.http.event-streams")
              .response();
    };
  }

  private static void head(HttpServletResponse response) {
    response.setContentType("text/event-stream");
    response.setCharacterEncoding(StandardCharsets.UTF_8.name());
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
  }

  private void write(EventStream stream, HttpServletResponse response)
      throws IOException, InterruptedException {
    head(response);
    OutputStream out = response.getOutputStream();
    // An id without data: a client that loses the connection before the first event resumes here.
    send(out, "retry: " + RETRY_MILLIS + "\nid: " + stream.id() + "\n\n");
    while (true) {
      switch (stream.next(heartbeat)) {
        case EventStream.Next.Events(List<EventStream.Identified> events, String id) ->
            send(out, events.isEmpty() ? ": still here\nid: " + id + "\n\n" : text(events));
        case EventStream.Next.Over(String why) -> {
          send(out, ": " + Check.printable(why) + "; come again with the last id\n\n");
          return;
        }
      }
    }
  }

  private static String text(List<EventStream.Identified> events) {
    StringBuilder text = new StringBuilder();
    for (EventStream.Identified one : events) {
      text.append("id: ").append(one.id()).append('\n');
      text.append("event: ").append(one.event().type()).append('\n');
      one.event().json().lines().forEach(line -> text.append("data: ").append(line).append('\n'));
      text.append('\n');
    }
    return text.toString();
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
