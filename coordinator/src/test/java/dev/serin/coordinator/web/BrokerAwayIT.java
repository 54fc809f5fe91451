package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.coordinator.view.EventLog;
import dev.serin.coordinator.view.RolloutRow;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/// A coordinator whose broker is not there yet.
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokerAwayIT {
  private final ConfigurableApplicationContext context = withoutBroker();
  private final HttpCalls http = new HttpCalls(WebFixture.port(context));

  private static ConfigurableApplicationContext withoutBroker() {
    return new SpringApplicationBuilder(WebFixture.Application.class)
        .properties(
            Map.of(
                "server.address", "127.0.0.1",
                "server.port", "0",
                "spring.threads.virtual.enabled", "true",
                "spring.main.banner-mode", "off",
                "logging.level.root", "error",
                "serin.kafka.bootstrap-servers", "127.0.0.1:" + unusedPort()))
        .run();
  }

  private static int unusedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/services",
        "/api/v1/services/api",
        "/api/v1/rollouts",
        "/api/v1/rollouts/api-1",
        "/api/v1/rollouts/api-1/events",
        "/api/v1/events"
      })
  void saysThatItIsStillReading(String path) {
    Answer answer = http.get(path);

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.json().path("type").asString()).isEqualTo("urn:serin:problem:still-reading");
  }

  @Test
  void isNotHealthyButShowsThePage() {
    assertThat(http.get("/actuator/health").status()).isEqualTo(503);
    assertThat(http.get("/").status()).isEqualTo(200);
  }

  @Test
  void stillNamesWhatIsWrongWithARequest() {
    assertThat(http.post("/api/v1/requests", "{}").status()).isEqualTo(400);
    assertThat(http.post("/api/v1/requests", "{").status()).isEqualTo(400);
    assertThat(http.post("/api/v1/requests", Samples.release("api", "r-1")).status())
        .isEqualTo(503);
  }

  @Test
  void doesNotClaimThatARequestIsThere() {
    try (RecordPublisher publisher = new RecordPublisher(nobody())) {
      assertThat(publisher.publish(Topics.REQUESTS, "api", new byte[0], new RecordHeaders()))
          .isInstanceOf(RecordPublisher.Outcome.Unconfirmed.class);
    }
  }

  @Test
  void doesNotClaimThatARolloutHasNoEvents() {
    RolloutRow rollout =
        new RolloutRow("api-1", "api", RolloutPhase.COMPLETED, Samples.NOON, 7, "{}");

    assertThat(new EventLog(nobody()).read(rollout))
        .isInstanceOf(EventLog.Reading.Unreachable.class);
  }

  private static KafkaSettings nobody() {
    return new KafkaSettings("127.0.0.1:" + unusedPort(), null, Map.of());
  }
}
