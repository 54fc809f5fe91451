package dev.serin.coordinator.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.kafka.DeadLetters;
import dev.serin.contracts.kafka.Topics;
import io.micrometer.core.instrument.Counter;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the coordinator can't read is counted by the topic that it came from.
class DeadLetterCountsTest {
  private final VirtualKafka kafka = new VirtualKafka();

  @AfterEach
  void close() {
    kafka.close();
  }

  /// By topic, those that are there.
  private Map<String, Double> counts() {
    Map<String, Double> counts = new TreeMap<>();
    for (Counter counter : kafka.meters.get("serin.dead.letters").counters()) {
      counts.put(Objects.requireNonNull(counter.getId().getTag("topic")), counter.count());
    }
    return counts;
  }

  private static Map<String, Double> none() {
    return new TreeMap<>(
        Map.of(
            Topics.REQUESTS, 0.0,
            Topics.SERVICES, 0.0,
            Topics.HAPROXY_EVENTS, 0.0,
            Topics.INCUS_EVENTS, 0.0,
            Topics.SLI_EVENTS, 0.0));
  }

  @Test
  void everyTopicThatIsReadHasACountFromTheStart() {
    assertThat(counts()).isEqualTo(none());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        Topics.REQUESTS,
        Topics.SERVICES,
        Topics.HAPROXY_EVENTS,
        Topics.INCUS_EVENTS,
        Topics.SLI_EVENTS
      })
  void aPoisonedRecordRaisesTheCountOfItsTopicAndNothingElse(String topic) {
    kafka.write(topic, "api", "poison");

    TestRecord<String, byte[]> dead = kafka.read(Topics.deadLetters(topic)).getFirst();
    assertThat(new String(dead.value(), UTF_8)).isEqualTo("poison");
    assertThat(new String(dead.headers().lastHeader(DeadLetters.REASON).value(), UTF_8))
        .contains("expected");
    Map<String, Double> one = none();
    one.put(topic, 1.0);
    assertThat(counts()).isEqualTo(one);

    kafka.write(
        Topics.REQUESTS,
        "api",
        """
        {"type": "freeze-requested", "requestId": "f", "service": "*"}
        """);
    assertThat(kafka.events()).as("the next good one works").containsExactly("service-frozen");
  }
}
