package dev.serin.contracts.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.haproxy.HaproxyCommand;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.EventHeaders;
import dev.serin.contracts.rollout.RolloutEvent;
import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

/// What Serin publishes is a CloudEvent to whoever knows only those: decoded by the SDK's own Kafka
/// deserializer.
class CloudEventsTest {
  private static CloudEvent decoded(Headers headers, Object message) {
    try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
      return deserializer.deserialize(
          "serin.rollouts.v1", headers, Json.mapper().writeValueAsBytes(message));
    }
  }

  @Test
  void aRolloutEventIsOne() {
    RolloutEvent event = (RolloutEvent) Samples.of(RolloutEvent.RollbackStarted.class);
    CloudEvent decoded = decoded(EventHeaders.of("/serin/coordinator", event), event);
    assertThat(decoded.getSpecVersion()).isEqualTo(SpecVersion.V1);
    assertThat(decoded.getType()).isEqualTo("dev.serin.rollback-started.v1");
    assertThat(decoded.getSource()).isEqualTo(URI.create("/serin/coordinator"));
    assertThat(decoded.getId()).isEqualTo("rolloutId/42");
    assertThat(Objects.requireNonNull(decoded.getTime()).toInstant())
        .isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z"));
    assertThat(decoded.getSubject()).isEqualTo("rolloutId");
    assertThat(decoded.getDataContentType()).isEqualTo("application/json");
    assertThat(decoded.getExtension("correlationid")).isEqualTo("requestId");
    assertThat(decoded.getExtension("causationid")).isEqualTo("requestId");
    assertThat(
            Json.mapper()
                .readValue(Objects.requireNonNull(decoded.getData()).toBytes(), RolloutEvent.class))
        .isEqualTo(event);
  }

  @Test
  void aCommandIsOne() {
    HaproxyCommand command = (HaproxyCommand) Samples.of(HaproxyCommand.DrainServer.class);
    CloudEvent decoded = decoded(EventHeaders.of("/serin/coordinator", command), command);
    assertThat(decoded.getType()).isEqualTo("dev.serin.drain-server.v1");
    assertThat(decoded.getId()).isEqualTo("commandId");
    assertThat(decoded.getSubject()).isEqualTo("rolloutId");
  }

  @Test
  void anAgentsEventIsOneCausedByItsCommand() {
    HaproxyEvent event = (HaproxyEvent) Samples.of(HaproxyEvent.ServerDrained.class);
    CloudEvent decoded = decoded(EventHeaders.of("/serin/haproxy-agent", event, "1"), event);
    assertThat(decoded.getType()).isEqualTo("dev.serin.server-drained.v1");
    assertThat(decoded.getExtension("causationid")).isEqualTo("commandId");
  }

  @Test
  void aStateIsOne() {
    Headers headers =
        EventHeaders.state(
            "/serin/coordinator", "rolloutId", 3, Instant.parse("2026-01-02T03:04:05Z"));
    CloudEvent decoded =
        decoded(headers, Samples.of(dev.serin.contracts.rollout.RolloutState.class));
    assertThat(decoded.getType()).isEqualTo("dev.serin.rollout-state.v1");
    assertThat(decoded.getId()).isEqualTo("rolloutId/state/3");
  }
}
