package dev.serin.coordinator.view;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.contracts.service.ServiceReader;
import dev.serin.coordinator.streams.Published;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// All services and rollouts as they are now, held in memory and filled from
/// `serin.rollout-states.v1` and `serin.services.v1`. While the broker is away it keeps what it
/// has. A record that can't be read is left out, told in the log and counted.
public final class RolloutViews implements SmartLifecycle, TopicReader.Sink, Published {
  private static final Logger log = LoggerFactory.getLogger(RolloutViews.class);

  /// How much was read so far.
  public enum Progress {
    /// What was there at the start is not read yet: an answer might lack something.
    READING,
    CAUGHT_UP,
    /// A bug ended the reader; what it holds grows old.
    DEAD
  }

  /// Newest first, as [#rollouts] answers.
  private record Place(Instant queuedAt, String rolloutId) implements Comparable<Place> {
    private static final Comparator<Place> NEWEST_FIRST =
        Comparator.comparing(Place::queuedAt).reversed().thenComparing(Place::rolloutId);

    @Override
    public int compareTo(Place other) {
      return NEWEST_FIRST.compare(this, other);
    }
  }

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final ViewMetrics metrics;
  private final ConcurrentSkipListMap<String, ServiceDefinition> services =
      new ConcurrentSkipListMap<>();

  /// When each definition was written: two clients' partitioners may put one key on two partitions,
  /// which are read in any order.
  private final ConcurrentHashMap<String, Long> servicesWrittenAt = new ConcurrentHashMap<>();

  private final ConcurrentHashMap<String, RolloutRow> byId = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Place, RolloutRow> newestFirst =
      new ConcurrentSkipListMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Map<TopicPartition, Long> positions = Map.of();
  private volatile boolean caughtUp;
  private volatile @Nullable TopicReader reader;

  public RolloutViews(KafkaSettings settings, ViewMetrics metrics) {
    this(() -> Consumers.strict(settings), metrics);
  }

  RolloutViews(Supplier<Consumer<String, byte[]>> consumers, ViewMetrics metrics) {
    this.consumers = consumers;
    this.metrics = metrics;
  }

  public Progress progress() {
    TopicReader current = reader;
    if (current != null && !current.isAlive()) {
      return Progress.DEAD;
    }
    return caughtUp ? Progress.CAUGHT_UP : Progress.READING;
  }

  public Optional<RolloutRow> rollout(String rolloutId) {
    return Optional.ofNullable(byId.get(rolloutId));
  }

  /// The newest rollouts that fit, newest first by the time of their request.
  public List<RolloutRow> rollouts(Predicate<RolloutRow> fits, int limit) {
    return newestFirst.values().stream().filter(fits).limit(limit).toList();
  }

  /// The service's active rollout: at most one (I1).
  public Optional<RolloutRow> active(String service) {
    return rollouts(row -> row.service().equals(service) && row.isActive(), 1).stream().findFirst();
  }

  public Optional<ServiceDefinition> service(String name) {
    return Optional.ofNullable(services.get(name));
  }

  @Override
  public void awaitRead() throws InterruptedException {
    while (progress() == Progress.READING) {
      await(views -> views.progress() != Progress.READING, Duration.ofSeconds(1));
    }
  }

  @Override
  public Optional<RolloutState> state(String rolloutId) {
    return rollout(rolloutId).map(RolloutRow::state);
  }

  @Override
  public Map<String, List<RolloutState>> newestStates() {
    Map<String, List<RolloutState>> byService = new HashMap<>();
    for (RolloutRow row : newestFirst.values()) {
      List<RolloutState> states = byService.get(row.service());
      if (states == null || row.isUnfinished()) {
        byService.computeIfAbsent(row.service(), name -> new ArrayList<>()).add(row.state());
      }
    }
    return byService;
  }

  /// All services by name.
  @Override
  public List<ServiceDefinition> services() {
    return List.copyOf(services.values());
  }

  public int rolloutCount() {
    return byId.size();
  }

  /// Waits until the record at this offset is in the view, so that whoever wrote it reads it.
  ///
  /// @return false when it is not in time
  public boolean awaitRead(String topic, int partition, long offset, Duration timeout)
      throws InterruptedException {
    TopicPartition place = new TopicPartition(topic, partition);
    return await(views -> views.positions.getOrDefault(place, -1L) > offset, timeout);
  }

  /// Waits until the view is as wanted. The predicate is asked whenever records were read.
  ///
  /// @return false when it is not in time
  public boolean await(Predicate<RolloutViews> wanted, Duration timeout)
      throws InterruptedException {
    long nanos = timeout.toNanos();
    lock.lock();
    try {
      while (!wanted.test(this)) {
        if (nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void restarted(Map<TopicPartition, Long> starts) {
    caughtUp = false;
    metrics.traffic().forget();
    byId.clear();
    newestFirst.clear();
    services.clear();
    servicesWrittenAt.clear();
    positions = starts;
  }

  @Override
  public void read(
      List<ConsumerRecord<String, byte[]>> records,
      Map<TopicPartition, Long> next,
      boolean everythingOfTheStart) {
    for (ConsumerRecord<String, byte[]> record : records) {
      if (record.topic().equals(Topics.SERVICES)) {
        service(record);
      } else {
        rollout(record);
      }
    }
    metrics.traffic().show();
    lock.lock();
    try {
      positions = next;
      caughtUp = everythingOfTheStart;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void service(ConsumerRecord<String, byte[]> record) {
    if (record.key() == null) {
      leftOut(record, "it has no key");
      return;
    }
    if (record.timestamp() < servicesWrittenAt.getOrDefault(record.key(), Long.MIN_VALUE)) {
      return;
    }
    servicesWrittenAt.put(record.key(), record.timestamp());
    if (record.value() == null) {
      services.remove(record.key());
      return;
    }
    switch (Decoded.tree(record.value())) {
      case Decoded.Unreadable<?>(String reason) -> leftOut(record, reason);
      case Decoded.Readable<tools.jackson.databind.JsonNode>(var tree) -> {
        switch (ServiceReader.read(tree)) {
          case Parsed.Invalid<ServiceDefinition>(List<String> problems) ->
              leftOut(record, String.join("; ", problems));
          case Parsed.Valid<ServiceDefinition>(ServiceDefinition definition) -> {
            if (definition.service().equals(record.key())) {
              services.put(record.key(), definition);
            } else {
              leftOut(record, "its key is not the service's name");
            }
          }
        }
      }
    }
  }

  private void rollout(ConsumerRecord<String, byte[]> record) {
    if (record.key() == null) {
      leftOut(record, "it has no key");
      return;
    }
    if (record.value() == null) {
      RolloutRow gone = byId.get(record.key());
      if (gone != null) {
        newestFirst.remove(new Place(gone.queuedAt(), gone.rolloutId()));
        byId.remove(record.key());
      }
      return;
    }
    switch (Decoded.message(record.value(), RolloutState.class)) {
      case Decoded.Unreadable<RolloutState>(String reason) -> leftOut(record, reason);
      case Decoded.Readable<RolloutState>(RolloutState state) -> {
        keep(RolloutRow.of(state, new String(record.value(), StandardCharsets.UTF_8)));
        metrics.traffic().seen(state);
      }
    }
  }

  /// In the list before it counts: who waits for so many finds them there.
  private void keep(RolloutRow row) {
    newestFirst.put(new Place(row.queuedAt(), row.rolloutId()), row);
    RolloutRow before = byId.put(row.rolloutId(), row);
    if (before != null && !before.queuedAt().equals(row.queuedAt())) {
      newestFirst.remove(new Place(before.queuedAt(), before.rolloutId()));
    }
  }

  private void leftOut(ConsumerRecord<String, byte[]> record, String reason) {
    metrics.unreadable();
    log.atWarn()
        .addKeyValue("topic", record.topic())
        .addKeyValue("partition", record.partition())
        .addKeyValue("offset", record.offset())
        .log("a record is left out of the view: {}", reason);
  }

  /// The service's definition as JSON, every default filled in.
  public static String json(ServiceDefinition definition) {
    return Json.mapper().writeValueAsString(definition);
  }

  @Override
  public void start() {
    TopicReader starting =
        new TopicReader(
            "rollout-views",
            List.of(Topics.SERVICES, Topics.ROLLOUT_STATES),
            consumers,
            TopicReader.Start.BEGINNING,
            this);
    reader = starting;
    starting.start();
  }

  @Override
  public void stop() {
    TopicReader running = reader;
    reader = null;
    if (running != null) {
      running.stop();
    }
  }

  @Override
  public boolean isRunning() {
    return reader != null;
  }
}
