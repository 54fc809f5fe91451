package dev.serin.coordinator.view;

import static dev.serin.coordinator.view.Samples.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class RolloutViewsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final TopicPartition STATES = new TopicPartition(Topics.ROLLOUT_STATES, 0);
  private static final TopicPartition SERVICES = new TopicPartition(Topics.SERVICES, 0);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicInteger opened = new AtomicInteger();
  private volatile int stateCount;
  private volatile int serviceCount;
  private volatile MockConsumer<String, byte[]> consumer = consumer(0);
  private final RolloutViews views =
      new RolloutViews(
          () -> {
            if (opened.get() > 0) {
              consumer = consumer(stateCount);
            }
            opened.incrementAndGet();
            return consumer;
          },
          new ViewMetrics(meters));

  @AfterEach
  void stop() {
    views.stop();
  }

  @Test
  void isReadyOnceItHasReadWhatWasThere() throws InterruptedException {
    assertThat(views.progress()).isEqualTo(RolloutViews.Progress.READING);
    views.start();

    assertThat(views.await(it -> it.progress() == RolloutViews.Progress.CAUGHT_UP, PATIENCE))
        .isTrue();
  }

  @Test
  void isNotReadyWhileSomethingIsUnread() throws InterruptedException {
    consumer.updateEndOffsets(Map.of(STATES, 2L, SERVICES, 0L));
    add(state("api", "api-1", RolloutPhase.ROLLING, 1));
    views.start();

    assertThat(views.await(it -> it.rollout("api-1").isPresent(), PATIENCE)).isTrue();
    assertThat(views.progress()).isEqualTo(RolloutViews.Progress.READING);
  }

  @Test
  void answersNewestFirst() throws InterruptedException {
    add(queuedAt("api-1", 1));
    add(queuedAt("api-3", 3));
    add(queuedAt("api-2", 2));
    views.start();

    assertThat(views.await(it -> it.rolloutCount() == 3, PATIENCE)).isTrue();
    assertThat(views.rollouts(row -> true, 10))
        .extracting(RolloutRow::rolloutId)
        .containsExactly("api-3", "api-2", "api-1");
    assertThat(views.rollouts(row -> true, 1))
        .extracting(RolloutRow::rolloutId)
        .containsExactly("api-3");
  }

  @Test
  void knowsTheActiveRolloutFromAQueuedOne() throws InterruptedException {
    add(state("api", "api-1", RolloutPhase.ANALYSING, 4));
    add(state("api", "api-2", RolloutPhase.QUEUED, 1));
    add(state("api", "api-0", RolloutPhase.COMPLETED, 9));
    views.start();

    assertThat(views.await(it -> it.rolloutCount() == 3, PATIENCE)).isTrue();
    assertThat(views.active("api")).map(RolloutRow::rolloutId).contains("api-1");
    assertThat(views.active("web")).isEmpty();
  }

  @Test
  void forgetsWhatIsDeleted() throws InterruptedException {
    add(state("api", "api-1", RolloutPhase.COMPLETED, 4));
    service("api", Samples.service("api"));
    views.start();
    assertThat(views.await(it -> it.rolloutCount() == 1 && it.services().size() == 1, PATIENCE))
        .isTrue();

    record(STATES, nextState(), "api-1", null);
    service("api", null);

    assertThat(views.await(it -> it.rolloutCount() == 0 && it.services().isEmpty(), PATIENCE))
        .isTrue();
    assertThat(views.rollouts(row -> true, 10)).isEmpty();
  }

  @Test
  void leavesOutAndCountsWhatItCannotRead() throws InterruptedException {
    record(STATES, nextState(), "api-1", "{broken");
    record(STATES, nextState(), "api-2", "{\"rolloutId\":\"api-2\"}");
    record(STATES, nextState(), null, "{}");
    service("api", "{\"service\":\"api\"}");
    service("other", Samples.service("api"));
    add(state("api", "api-3", RolloutPhase.COMPLETED, 4));
    views.start();

    assertThat(views.await(it -> it.rolloutCount() == 1, PATIENCE)).isTrue();
    assertThat(views.await(it -> unreadable() == 5, PATIENCE)).isTrue();
    assertThat(views.services()).isEmpty();
  }

  @Test
  void keepsWhatItHasWhileTheBrokerIsAwayAndGoesOnAfterwards() throws InterruptedException {
    add(state("api", "api-1", RolloutPhase.ROLLING, 1));
    views.start();
    assertThat(views.await(it -> it.rolloutCount() == 1, PATIENCE)).isTrue();

    consumer.setPollException(new KafkaException("the broker is away"));
    assertThat(views.await(it -> opened.get() > 1, PATIENCE)).isTrue();
    assertThat(views.progress()).isEqualTo(RolloutViews.Progress.CAUGHT_UP);
    assertThat(views.rollout("api-1")).isPresent();

    add(state("api", "api-2", RolloutPhase.ROLLING, 1));
    assertThat(views.await(it -> it.rolloutCount() == 2, PATIENCE)).isTrue();
  }

  @Test
  void tellsWhetherARecordIsRead() throws InterruptedException {
    add(state("api", "api-1", RolloutPhase.ROLLING, 1));
    views.start();

    assertThat(views.awaitRead(Topics.ROLLOUT_STATES, 0, 0, PATIENCE)).isTrue();
    assertThat(views.awaitRead(Topics.ROLLOUT_STATES, 0, 1, Duration.ofMillis(1))).isFalse();
  }

  private double unreadable() {
    return meters.get("serin.view.unreadable").counter().count();
  }

  private static RolloutState queuedAt(String id, int second) {
    return state("api", id, RolloutPhase.COMPLETED, 9, Samples.NOON.plusSeconds(second), null);
  }

  @Test
  void theLaterDefinitionWinsWhicheverPartitionIsReadFirst() {
    String early = Samples.service("api").replaceFirst("\\{", "{\"minAvailable\": 0, ");
    String late = Samples.service("api").replaceFirst("\\{", "{\"minAvailable\": 1, ");

    views.read(List.of(written(3, 2_000, late), written(0, 1_000, early)), Map.of(), true);
    assertThat(views.service("api").orElseThrow().minAvailable()).isEqualTo(1);

    views.read(List.of(written(5, 3_000, null), written(3, 2_500, late)), Map.of(), true);
    assertThat(views.service("api")).isEmpty();
  }

  private static ConsumerRecord<String, byte[]> written(
      int partition, long at, @Nullable String json) {
    return new ConsumerRecord<>(
        Topics.SERVICES,
        partition,
        0,
        at,
        TimestampType.CREATE_TIME,
        -1,
        -1,
        "api",
        json == null ? null : json.getBytes(StandardCharsets.UTF_8),
        new RecordHeaders(),
        Optional.empty());
  }

  private void add(RolloutState state) {
    record(
        STATES,
        nextState(),
        state.rolloutId(),
        new String(Json.mapper().writeValueAsBytes(state), StandardCharsets.UTF_8));
  }

  private void service(String name, @Nullable String json) {
    record(SERVICES, nextService(), name, json);
  }

  private int nextState() {
    int next = stateCount;
    stateCount = next + 1;
    return next;
  }

  private int nextService() {
    int next = serviceCount;
    serviceCount = next + 1;
    return next;
  }

  /// The consumer takes a record once it is assigned.
  private void record(
      TopicPartition partition, int offset, @Nullable String key, @Nullable String value) {
    MockConsumer<String, byte[]> current = consumer;
    current.schedulePollTask(() ->
        current.addRecord(
            new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                key,
                value == null ? null : value.getBytes(StandardCharsets.UTF_8))));
  }

  private static MockConsumer<String, byte[]> consumer(int stateCount) {
    MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");
    Node node = new Node(0, "localhost", 1);
    for (TopicPartition one : List.of(STATES, SERVICES)) {
      consumer.updatePartitions(
          one.topic(),
          List.of(new PartitionInfo(one.topic(), 0, node, new Node[] {node}, new Node[] {node})));
    }
    consumer.updateBeginningOffsets(Map.of(STATES, 0L, SERVICES, 0L));
    consumer.updateEndOffsets(Map.of(STATES, (long) stateCount, SERVICES, 0L));
    return consumer;
  }
}
