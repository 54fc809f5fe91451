package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class RequestsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final WebFixture serin;

  RequestsIT(WebFixture serin) {
    this.serin = serin;
  }

  @BeforeEach
  void defineTheService() throws InterruptedException {
    serin.stage().service(Samples.service("requests-api"));
    assertThat(serin.views().await(it -> it.service("requests-api").isPresent(), PATIENCE))
        .isTrue();
  }

  @Test
  void publishesAReleaseAndAnswersWithItsRollout() {
    Answer answer = post(Samples.release("requests-api", "build-1"));

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().path("requestId").asString()).isEqualTo("build-1");
    assertThat(answer.json().path("rolloutId").asString())
        .isEqualTo(RolloutIds.of("requests-api", "build-1"));
    assertThat(serin.stage().records(Topics.REQUESTS))
        .filteredOn(record -> published(record).requestId().equals("build-1"))
        .singleElement()
        .satisfies(record -> {
          assertThat(record.key()).isEqualTo("requests-api");
          assertThat(header(record, "ce_type")).isEqualTo("dev.serin.release-requested.v1");
          assertThat(header(record, "ce_id")).isEqualTo("requests-api/build-1");
          assertThat(published(record))
              .isInstanceOfSatisfying(
                  Request.ReleaseRequested.class,
                  release -> {
                    assertThat(release.requestedBy()).isEqualTo("alice");
                    assertThat(release.ifBusy()).isEqualTo(Request.IfBusy.QUEUE);
                  });
        });
  }

  @Test
  void answersASteeringRequestWithTheActiveRollout() throws InterruptedException {
    serin.stage().service(Samples.service("requests-busy"));
    serin
        .stage()
        .happened(
            Samples.event("requests-busy", "requests-busy-1", 1),
            Samples.state("requests-busy", "requests-busy-1", RolloutPhase.ROLLING, 1));
    assertThat(serin.views().await(it -> it.active("requests-busy").isPresent(), PATIENCE))
        .isTrue();
    assertThat(serin.views().await(it -> it.service("requests-busy").isPresent(), PATIENCE))
        .isTrue();

    Answer answer =
        post("{\"type\":\"abort-requested\",\"requestId\":\"a-1\",\"service\":\"requests-busy\"}");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().path("rolloutId").asString()).isEqualTo("requests-busy-1");
  }

  @Test
  void answersWhatBeginsARolloutOfItsOwnWithItsId() {
    for (String type : List.of("retry", "rollback")) {
      Answer answer =
          post(
              "{\"type\":\""
                  + type
                  + "-requested\",\"requestId\":\"o-1\",\"service\":\"requests-api\"}");

      assertThat(answer.status()).isEqualTo(202);
      assertThat(answer.json().path("rolloutId").asString())
          .isEqualTo(RolloutIds.of("requests-api", "o-1"));
    }
  }

  @Test
  void answersASteeringRequestWithoutAnActiveRolloutWithNone() {
    Answer answer =
        post("{\"type\":\"abort-requested\",\"requestId\":\"a-2\",\"service\":\"requests-api\"}");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().has("rolloutId")).isTrue();
    assertThat(answer.json().path("rolloutId").isNull()).isTrue();
  }

  @Test
  void answersASteeringRequestWithTheRolloutThatItNames() {
    Answer answer =
        post(
            "{\"type\":\"promote-requested\",\"requestId\":\"p-1\",\"service\":\"requests-api\","
                + "\"rolloutId\":\"requests-api-77\"}");

    assertThat(answer.json().path("rolloutId").asString()).isEqualTo("requests-api-77");
  }

  @Test
  void takesAGlobalFreeze() {
    Answer answer = post("{\"type\":\"freeze-requested\",\"requestId\":\"f-1\",\"service\":\"*\"}");

    assertThat(answer.status()).isEqualTo(202);
  }

  @Test
  void listsEveryProblem() {
    Answer answer =
        post(
            "{\"type\":\"release-requested\",\"service\":\"a;b\",\"artifact\":{\"uri\":\"ftp://x\"}}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.json().path("status").asInt()).isEqualTo(400);
    assertThat(answer.json().path("type").asString())
        .isEqualTo("urn:serin:problem:invalid-request");
    assertThat(answer.json().path("problems").valueStream().map(it -> it.asString()))
        .anyMatch(it -> it.startsWith("requestId: expected a text"))
        .anyMatch(it -> it.startsWith("service: expected 1 to 100 letters"))
        .anyMatch(it -> it.startsWith("version: expected a text"))
        .anyMatch(it -> it.startsWith("artifact.uri: expected a file:"))
        .anyMatch(it -> it.startsWith("artifact.sha256: expected a SHA-256"));
  }

  @Test
  void refusesAServiceThatNobodyDefined() {
    Answer answer = post(Samples.release("requests-unknown", "build-1"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("problems").path(0).asString())
        .contains("service: expected one that is defined", "found 'requests-unknown'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{broken|expected a JSON object, found malformed JSON",
        "[]|expected a JSON object, found ARRAY",
        "null|expected a JSON object, found NULL",
        "~~|expected a JSON object, found an empty body",
        "{} {}|expected a JSON object, found malformed JSON"
      })
  void refusesWhatIsNoJsonObject(String body, String detail) {
    Answer answer = post(body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).startsWith(detail);
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    Answer answer = post("{\"reason\":\"" + "x".repeat(1_000_000) + "\"}");

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.detail()).contains("262144 bytes");
    assertThat(post(Samples.release("requests-api", "after-a-large-one")).status()).isEqualTo(202);
  }

  @Test
  void refusesAnotherContentType() {
    Answer answer =
        serin
            .http()
            .send(
                serin
                    .http()
                    .request("/api/v1/requests")
                    .header("Content-Type", "text/plain")
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")));

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.detail())
        .isEqualTo("Content-Type: expected application/json, found text/plain");
  }

  private Answer post(String body) {
    return serin.http().post("/api/v1/requests", body);
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static Request published(ConsumerRecord<String, byte[]> record) {
    return ((Parsed.Valid<Request>) RequestReader.read(Json.mapper().readTree(record.value())))
        .value();
  }
}
