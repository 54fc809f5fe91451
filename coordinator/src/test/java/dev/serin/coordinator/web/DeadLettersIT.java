package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.Topics;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class DeadLettersIT {
  /// The broker is shared with other tests, which read all requests.
  private static final String AGAIN =
      "{\"type\":\"abort-requested\",\"requestId\":\"again\",\"service\":\"again\"}";

  private final WebFixture serin;

  DeadLettersIT(WebFixture serin) {
    this.serin = serin;
  }

  private void dead(String topic, @Nullable String key, byte @Nullable [] value) {
    Headers original = new RecordHeaders();
    original.add("from", "a-bot".getBytes(StandardCharsets.UTF_8));
    try (var producer = new KafkaProducer<String, byte[]>(serin.stage().settings().producer())) {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topics.deadLetters(topic),
                  null,
                  key,
                  value,
                  DeadLetters.headers(original, "expected JSON, found garbage", topic, 3, 17)));
    }
  }

  private void dead(String topic, String key, String value) {
    dead(topic, key, value.getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode listed(String topic, String key) {
    JsonNode list = serin.http().get("/api/v1/dead-letters?topic=" + topic).json();
    return list.valueStream()
        .filter(letter -> letter.path("key").asString("").equals(key))
        .findFirst()
        .orElseThrow(() -> new AssertionError(key + " is not among " + list));
  }

  @Test
  void listsThemNewestFirstWithTheReason() {
    dead(Topics.REQUESTS, "listed-1", "not json");
    dead(Topics.REQUESTS, "listed-2", "not json either");

    JsonNode letter = listed(Topics.REQUESTS, "listed-2");

    assertThat(letter.path("id").asString()).matches("serin\\.requests\\.v1/[0-9]+/[0-9]+");
    assertThat(letter.path("topic").asString()).isEqualTo(Topics.REQUESTS);
    assertThat(letter.path("reason").asString()).isEqualTo("expected JSON, found garbage");
    assertThat(letter.path("origin").asString()).isEqualTo("serin.requests.v1/3/17");
    assertThat(letter.path("sizeBytes").asInt()).isEqualTo(15);
    assertThat(letter.has("replayedAt")).isFalse();
    assertThat(
            serin
                .http()
                .get("/api/v1/dead-letters?limit=1000")
                .json()
                .valueStream()
                .map(one -> one.path("key").asString(""))
                .filter(key -> key.startsWith("listed-")))
        .containsExactly("listed-2", "listed-1");
    assertThat(serin.http().get("/api/v1/dead-letters?limit=1").json()).hasSize(1);
  }

  @Test
  void showsOneWhole() {
    dead(Topics.INCUS_EVENTS, "whole", "<b>what?</b>");
    String id = listed(Topics.INCUS_EVENTS, "whole").path("id").asString();

    Answer answer = serin.http().get("/api/v1/dead-letters/" + id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("value").asString()).isEqualTo("<b>what?</b>");
    assertThat(answer.json().path("headers").path("from").asString()).isEqualTo("a-bot");
    assertThat(answer.json().path("headers").has(DeadLetters.REASON)).isFalse();
  }

  @Test
  void showsWhatIsNoTextInBase64AndWhatHasNoValueWithout() {
    dead(Topics.SERVICES, "binary", new byte[] {(byte) 0xc3, 0x28});
    dead(Topics.SERVICES, "deletion", (byte[]) null);

    JsonNode binary =
        serin
            .http()
            .get("/api/v1/dead-letters/" + listed(Topics.SERVICES, "binary").path("id").asString())
            .json();
    JsonNode deletion =
        serin
            .http()
            .get(
                "/api/v1/dead-letters/" + listed(Topics.SERVICES, "deletion").path("id").asString())
            .json();

    assertThat(binary.path("valueBase64").asString()).isEqualTo("wyg=");
    assertThat(deletion.path("value").isNull()).isTrue();
  }

  @Test
  void sendsOneAgainAsItWasAndMarksIt() {
    dead(Topics.REQUESTS, "again", AGAIN);
    String id = listed(Topics.REQUESTS, "again").path("id").asString();

    Answer answer = serin.http().post("/api/v1/dead-letters/" + id + "/replay", "");

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    ConsumerRecord<String, byte[]> sent =
        serin.stage().records(Topics.REQUESTS).stream()
            .filter(record -> "again".equals(record.key()))
            .findFirst()
            .orElseThrow();
    assertThat(answer.json().path("sentTo").asString())
        .isEqualTo(Topics.REQUESTS + "/" + sent.partition() + "/" + sent.offset());
    assertThat(new String(sent.value(), StandardCharsets.UTF_8)).isEqualTo(AGAIN);
    assertThat(header(sent, "from")).isEqualTo("a-bot");
    assertThat(header(sent, DeadLetters.REPLAYED)).isEqualTo(id);
    assertThat(sent.headers().lastHeader(DeadLetters.REASON)).isNull();
    assertThat(listed(Topics.REQUESTS, "again").has("replayedAt")).isTrue();
    assertThat(
            serin
                .http()
                .get("/api/v1/dead-letters?topic=" + Topics.REQUESTS)
                .json()
                .valueStream()
                .filter(one -> one.path("key").asString("").equals("again")))
        .as("the mark is no dead letter")
        .hasSize(1);
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(
        Objects.requireNonNull(record.headers().lastHeader(name)).value(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serin.requests.v1/0/999999",
        "serin.requests.v1/77/0",
        "serin.requests.v1/0/-1",
        "serin.requests.v1/x/0",
        "serin.rollouts.v1/0/0",
        "nothing/0/0"
      })
  void knowsWhatIsNoDeadLetter(String id) {
    for (Answer answer :
        new Answer[] {
          serin.http().get("/api/v1/dead-letters/" + id),
          serin.http().post("/api/v1/dead-letters/" + id + "/replay", "")
        }) {
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.detail()).contains("expected the id of a dead letter, found '" + id + "'");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limit=0|limit: expected a whole number from 1 to 1000, found '0'",
        "topic=nothing|topic: expected one of serin.services.v1"
      })
  void refusesBadParameters(String query, String detail) {
    Answer answer = serin.http().get("/api/v1/dead-letters?" + query);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).startsWith(detail);
  }
}
