package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.EventReader.Event;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class EventsIT {
  /// Enough to push everything else out of the ring.
  private static final int MORE_THAN_THE_RING = WebFixture.RING + 40;

  private final WebFixture serin;

  EventsIT(WebFixture serin) {
    this.serin = serin;
  }

  @Test
  void tellsEachEventWithItsTypeAndItsValueWordForWord() throws IOException {
    try (EventReader stream = serin.http().events("?rolloutId=sse-1").opened()) {
      RolloutEvent event = Samples.event("sse", "sse-1", 1, "because of\n\"ümläuts\"");
      happened(List.of(event));

      Event told = stream.next(1).getFirst();

      assertThat(told.type()).isEqualTo("rollout-resumed");
      assertThat(told.data()).isEqualTo(Json.mapper().writeValueAsString(event));
      assertThat(told.id()).isNotEmpty();
    }
  }

  @Test
  void tellsOnlyWhatIsAskedFor() throws IOException {
    try (EventReader all = serin.http().events("").opened();
        EventReader ofService = serin.http().events("?service=filter-a").opened();
        EventReader ofRollout =
            serin.http().events("?service=filter-a&rolloutId=filter-a-2").opened()) {
      happened(
          List.of(
              Samples.event("filter-a", "filter-a-1", 1),
              Samples.event("filter-b", "filter-b-1", 1),
              Samples.event("filter-a", "filter-a-2", 1)));

      assertThat(numbers(all.next(3)))
          .containsExactlyInAnyOrder("filter-a-1/1", "filter-b-1/1", "filter-a-2/1");
      assertThat(numbers(ofService.next(2))).containsExactly("filter-a-1/1", "filter-a-2/1");
      assertThat(numbers(ofRollout.next(1))).containsExactly("filter-a-2/1");
    }
  }

  @Test
  void goesOnAfterEachEventWithoutLossOrRepeat() throws IOException {
    List<String> expected = new ArrayList<>();
    List<Event> first;
    try (EventReader stream = serin.http().events("").opened()) {
      for (String service : List.of("each-a", "each-b", "each-c", "each-d")) {
        expected.addAll(publish(service, 1, 5));
      }
      first = stream.next(20);
      assertThat(numbers(first)).containsExactlyInAnyOrderElementsOf(expected);
    }
    for (int seen = 1; seen <= first.size(); seen++) {
      try (EventReader stream = resumed("", first.get(seen - 1).id())) {
        assertThat(numbers(stream.next(20 - seen)))
            .containsExactlyInAnyOrderElementsOf(
                expected.stream().filter(numberNotIn(first, seen)).toList());
      }
    }
  }

  private static java.util.function.Predicate<String> numberNotIn(List<Event> first, int seen) {
    List<String> told = numbers(first).subList(0, seen);
    return number -> !told.contains(number);
  }

  @Test
  void keepsWhatHappenedWhileNobodyListened() throws IOException {
    String id;
    try (EventReader stream = serin.http().events("?service=away").opened()) {
      id = stream.lastId();
    }
    List<String> expected = publish("away", 1, 3);

    try (EventReader stream = resumed("?service=away", id)) {
      assertThat(numbers(stream.next(3))).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void goesOnFromBeforeTheRing() throws IOException {
    String id;
    List<String> expected = new ArrayList<>();
    try (EventReader stream = serin.http().events("?service=long-away").opened()) {
      expected.addAll(publish("long-away", 1, 2));
      id = stream.next(1).getFirst().id();
    }
    for (int i = 0; i < 4; i++) {
      publish("noise-" + i, 1, MORE_THAN_THE_RING / 2);
      expected.addAll(publish("long-away", 3 + 10L * i, 10));
    }

    try (EventReader stream = resumed("?service=long-away", id)) {
      List<String> caughtUp = numbers(stream.next(expected.size() - 1));
      List<String> live = publish("long-away", 100, 5);

      assertThat(caughtUp).containsExactlyElementsOf(expected.subList(1, expected.size()));
      assertThat(numbers(stream.next(5))).containsExactlyElementsOf(live);
    }
  }

  /// The ring is so small here that streams end by themselves now and then, too.
  @Test
  void losesAndRepeatsNothingOverManyReconnectionsWhileEventsCome() throws Exception {
    int count = 400;
    String id;
    try (EventReader stream = serin.http().events("?service=churn").opened()) {
      id = stream.lastId();
    }
    Thread publisher =
        Thread.startVirtualThread(() -> {
          for (int i = 1; i <= count; i += 10) {
            publish("churn", i, 10);
            publish("churn-noise", i, 7);
          }
        });
    List<String> told = new ArrayList<>();
    for (int round = 1; told.size() < count; round++) {
      try (EventReader stream = resumed("?service=churn", id)) {
        for (int i = 0; i <= round % 23 && told.size() < count; i++) {
          Event event = stream.next();
          if (event == null) {
            break;
          }
          told.add(event.number());
          id = event.id();
        }
      }
    }
    publisher.join();

    assertThat(told)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, count).mapToObj(i -> "churn-1/" + i).toList());
  }

  @Test
  void anotherCoordinatorGoesOnWhereThisOneEnded() throws IOException, InterruptedException {
    List<Event> first;
    try (EventReader stream = serin.http().events("?service=two").opened()) {
      publish("two", 1, 4);
      first = stream.next(2);
    }
    try (ConfigurableApplicationContext other =
        WebFixture.coordinator(
            serin.stage().settings().bootstrapServers(), Map.of("serin.http.events-kept", "6"))) {
      HttpCalls http = new HttpCalls(WebFixture.port(other));
      try (EventReader stream =
          http.events("?service=two", "Last-Event-ID", first.getLast().id())) {
        assertThat(numbers(stream.next(2))).containsExactly("two-1/3", "two-1/4");
      }
    }
  }

  @Test
  void neverTellsWhatWasNotCommitted() throws IOException {
    try (EventReader stream = serin.http().events("?service=aborted").opened()) {
      serin.stage().aborted(List.of(Samples.event("aborted", "aborted-1", 1)));
      publish("aborted", 2, 1);

      assertThat(numbers(stream.next(1))).containsExactly("aborted-1/2");
    }
  }

  @Test
  void saysThatItIsStillThere() throws IOException {
    try (EventReader stream = serin.http().events("?service=silent").opened()) {
      publish("not-silent", 1, 1);
      String before = stream.lastId();
      while (stream.lastId().equals(before) || stream.comments().isEmpty()) {
        stream.beat();
      }
      assertThat(stream.comments()).contains("still here");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "42", "AQAAAAEAAAAAAAAAAQ", "null", "-"})
  void refusesAnIdThatItNeverGave(String id) {
    Answer answer = serin.http().get("/api/v1/events", "Last-Event-ID", id);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.detail())
        .contains("Last-Event-ID: expected an id that this stream gave out, found '" + id + "'");
  }

  @Test
  void refusesAnIdBeyondTheLog() throws IOException {
    try (EventReader stream = serin.http().events("").opened()) {
      byte[] bytes = java.util.Base64.getUrlDecoder().decode(stream.lastId());
      bytes[bytes.length - 3]++;
      String id = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);

      assertThat(serin.http().get("/api/v1/events", "Last-Event-ID", id).status()).isEqualTo(400);
    }
  }

  @Test
  void refusesABadFilter() {
    Answer answer = serin.http().get("/api/v1/events?service=%3B");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).isEqualTo("service: expected a service's name, found ';'");
  }

  @Test
  void answersHeadWithoutAStream() {
    Answer answer =
        serin
            .http()
            .send(
                serin
                    .http()
                    .request("/api/v1/events")
                    .method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody()));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("text/event-stream");
  }

  private EventReader resumed(String query, String id) {
    return serin.http().events(query, "Last-Event-ID", id);
  }

  private List<String> publish(String service, long from, int count) {
    happened(
        LongStream.range(from, from + count)
            .<RolloutEvent>mapToObj(sequence -> Samples.event(service, service + "-1", sequence))
            .toList());
    return LongStream.range(from, from + count).mapToObj(i -> service + "-1/" + i).toList();
  }

  private void happened(List<RolloutEvent> events) {
    serin.stage().happened(events, List.of());
  }

  private static List<String> numbers(List<Event> events) {
    return events.stream().map(Event::number).toList();
  }
}
