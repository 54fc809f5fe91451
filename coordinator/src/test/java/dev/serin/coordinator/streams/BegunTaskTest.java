package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Decision;
import dev.serin.coordinator.saga.Input;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Saga;
import dev.serin.coordinator.saga.Services;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/// What a task of the coordinator makes of the stores that it is given when it begins, or begins
/// again.
class BegunTaskTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Sheets sheets = new Sheets();
  private final SagaProcessor saga = saga(Published.NOTHING);
  private Instant now = NOON;
  private boolean isCaughtUp = true;

  private SagaProcessor saga(Published published) {
    return new SagaProcessor(
        new CoordinatorMetrics(meters),
        (partition, topics) -> this.isCaughtUp,
        () -> this.now,
        sheets,
        new LostRecords(published, 1),
        List.of());
  }

  /// What is told of rescue sheets, in order.
  private static final class Sheets implements RescueSheets {
    private final List<String> told = new ArrayList<>();

    @Override
    public void changed(Ledger ledger) {
      told.add("changed " + ledger.service());
    }

    @Override
    public void lost(String service) {
      told.add("lost " + service);
    }

    @Override
    public void left(String service) {
      told.add("left " + service);
    }
  }

  /// A task's stores, and what it sends.
  private static final class Task {
    private final MockProcessorContext<String, Routed> context;

    Task() {
      Properties properties = new Properties();
      properties.put(StreamsConfig.APPLICATION_ID_CONFIG, CoordinatorStreams.APPLICATION_ID);
      properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
      context = new MockProcessorContext<>(properties, new TaskId(0, 0), null);
      for (String name :
          List.of(
              SagaProcessor.LEDGERS,
              SagaProcessor.WAKEUPS,
              SagaProcessor.REQUESTS_SEEN,
              SagaProcessor.TURNS)) {
        KeyValueStore<String, byte[]> store =
            Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withLoggingDisabled()
                .withCachingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
      }
    }

    private KeyValueStore<String, byte[]> store(String name) {
      return Objects.requireNonNull(context.getStateStore(name));
    }

    private void keep(Ledger ledger) {
      store(SagaProcessor.LEDGERS).put(ledger.service(), Json.mapper().writeValueAsBytes(ledger));
    }

    private void wakeAt(Instant at, byte[] value) {
      store(SagaProcessor.WAKEUPS).put("%015d/api".formatted(at.toEpochMilli()), value);
    }

    private List<KeyValue<String, byte[]>> wakeups() {
      List<KeyValue<String, byte[]>> all = new ArrayList<>();
      try (KeyValueIterator<String, byte[]> entries = store(SagaProcessor.WAKEUPS).all()) {
        entries.forEachRemaining(all::add);
      }
      return all;
    }

    private List<String> commandedAgents() {
      return context.forwarded().stream()
          .map(it -> it.record().value().topic())
          .filter(topic -> topic.contains(".commands."))
          .toList();
    }
  }

  private void tick(Task task) {
    task.context.scheduledPunctuators().getFirst().getPunctuator().punctuate(now.toEpochMilli());
  }

  /// The first tick after a while only looks whether something waits in the broker.
  private void passUntil(Task task, Instant instant) {
    now = instant;
    tick(task);
    now = now.plusMillis(100);
    tick(task);
  }

  private static Ledger active() {
    return begunAt(NOON).next();
  }

  private static Decision begunAt(Instant at) {
    Ledger defined =
        Saga.decide(
                Ledger.empty(Services.NAME),
                new Input.Defined(Services.canaryThenPeers("b2", "b1"), NOON))
            .next();
    String json =
        """
        {"type": "release-requested", "requestId": "r1", "service": "api", "requestedBy": "bob",
         "version": "v2", "artifact": {"uri": "file:/v2", "sha256": "%s"}}
        """
            .formatted("ab".repeat(32));
    Request request =
        ((Parsed.Valid<Request>) RequestReader.read(Json.mapper().readTree(json))).value();
    return Saga.decide(defined, new Input.Asked(request, false, at));
  }

  private static Instant due(Ledger ledger) {
    return Objects.requireNonNull(Saga.wakeAt(ledger));
  }

  private double rebuilt() {
    return meters.counter("serin.coordinator.wakeups.rebuilt").count();
  }

  @Test
  void anIndexOfWakeUpsThatIsLostIsRebuiltAndTheRolloutGoesOn() {
    Task task = new Task();
    task.keep(active());
    saga.init(task.context);

    tick(task);

    assertThat(task.wakeups())
        .singleElement()
        .satisfies(it ->
            assertThat(it.key).isEqualTo("%015d/api".formatted(due(active()).toEpochMilli())));
    assertThat(rebuilt()).isEqualTo(1);
    assertThat(task.commandedAgents()).isEmpty();

    passUntil(task, due(active()));
    assertThat(task.commandedAgents())
        .as("what is unanswered is asked again")
        .contains(Topics.HAPROXY_COMMANDS, Topics.INCUS_COMMANDS);
    assertThat(task.wakeups()).hasSize(1);
  }

  @Test
  void anIndexThatMatchesIsTakenAsItIs() {
    Task task = new Task();
    task.keep(active());
    task.wakeAt(due(active()), new byte[0]);
    saga.init(task.context);

    tick(task);

    assertThat(task.wakeups()).hasSize(1);
    assertThat(rebuilt()).isZero();
  }

  @Test
  void aTaskThatIsRevivedLooksAtItsNewStoresAndReadsToTheEndBeforeAnyClock() {
    Task before = new Task();
    saga.init(before.context);
    tick(before);

    Task revived = new Task();
    revived.keep(active());
    isCaughtUp = false;
    saga.init(revived.context);
    now = due(active()).plusSeconds(1);
    tick(revived);

    assertThat(revived.wakeups()).as("rebuilt from the stores that it has now").hasSize(1);
    assertThat(revived.commandedAgents()).as("answers may wait in the broker").isEmpty();

    isCaughtUp = true;
    now = now.plusMillis(100);
    tick(revived);
    assertThat(revived.commandedAgents()).isNotEmpty();
    assertThat(before.context.forwarded()).isEmpty();
  }

  @Test
  void aTaskHasTheRescueSheetsOfItsStoreBeforeAnythingChanges() {
    Task task = new Task();
    task.keep(active());
    saga.init(task.context);

    tick(task);
    tick(task);

    assertThat(sheets.told).containsExactly("changed api");
  }

  @Test
  void aTaskThatEndsLetsGoOfItsRescueSheetsAndHasThemAgainWhenItIsRevived() {
    Task before = new Task();
    before.keep(active());
    saga.init(before.context);
    tick(before);
    saga.close();
    assertThat(sheets.told).containsExactly("changed api", "left api");

    sheets.told.clear();
    saga.init(new Task().context);
    saga.close();
    assertThat(sheets.told).as("another one's meanwhile").isEmpty();

    saga.init(before.context);
    now = now.plusMillis(100);
    before.context.scheduledPunctuators().get(2).getPunctuator().punctuate(now.toEpochMilli());
    assertThat(sheets.told).containsExactly("changed api");
  }

  /// An older sheet in its place would be worse than none.
  @Test
  void aRecordThatIsOlderThanWhatWasPublishedHasNoRescueSheetWritten() {
    List<RolloutState> newer = begunAt(NOON.plusSeconds(60)).states();
    SagaProcessor late =
        saga(
            new Published() {
              @Override
              public void awaitRead() {}

              @Override
              public Map<String, List<RolloutState>> newestStates() {
                return Map.of(Services.NAME, newer);
              }

              @Override
              public Optional<RolloutState> state(String rolloutId) {
                return newer.stream().filter(it -> it.rolloutId().equals(rolloutId)).findFirst();
              }

              @Override
              public List<ServiceDefinition> services() {
                return List.of();
              }
            });
    Task task = new Task();
    task.keep(active());
    late.init(task.context);

    tick(task);

    assertThat(sheets.told).containsExactly("lost api");
    late.close();
    assertThat(sheets.told).endsWith("left api");
  }

  private Task withALedgerThatNobodyCanRead() {
    Task task = new Task();
    task.store(SagaProcessor.LEDGERS).put("api", "{not json".getBytes(StandardCharsets.UTF_8));
    return task;
  }

  @Test
  void aServiceHasOneChainOfTriesHoweverManyOfItsWakeUpsFail() {
    Task task = withALedgerThatNobodyCanRead();
    task.wakeAt(NOON.minusSeconds(3), TryAgain.kept(3));
    task.wakeAt(NOON.minusSeconds(2), new byte[0]);
    task.wakeAt(NOON.minusSeconds(1), new byte[0]);
    saga.init(task.context);

    tick(task);

    assertThat(task.wakeups())
        .singleElement()
        .satisfies(it -> {
          assertThat(TryAgain.tries(it.value)).as("it goes on from three").isEqualTo(4);
          Instant again = Instant.ofEpochMilli(Long.parseLong(it.key.substring(0, 15)));
          assertThat(again).isBetween(NOON.plusSeconds(360), NOON.plusSeconds(480));
        });
    assertThat(meters.counter("serin.coordinator.wakeups.failed").count()).isEqualTo(3);
  }

  @Test
  void theChainOfTriesHasAnEndAndAStartBeginsAnotherOne() {
    Task task = withALedgerThatNobodyCanRead();
    task.wakeAt(NOON.minusSeconds(1), TryAgain.kept(29));
    saga.init(task.context);

    tick(task);
    assertThat(task.wakeups()).isEmpty();

    task.keep(active());
    now = now.plus(Duration.ofMinutes(1));
    saga.init(task.context);
    tick(task);
    assertThat(task.wakeups()).as("a version that can read it").hasSize(1);
  }
}
