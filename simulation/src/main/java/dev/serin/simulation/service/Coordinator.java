package dev.serin.simulation.service;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.request.Request;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Saga;
import dev.serin.coordinator.streams.CoordinatorMetrics;
import dev.serin.coordinator.streams.Intake;
import dev.serin.coordinator.streams.LostRecords;
import dev.serin.coordinator.streams.Routed;
import dev.serin.coordinator.streams.SagaProcessor;
import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.broker.Group;
import dev.serin.simulation.engine.VirtualProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// One coordinator process: the production intake and saga processors, in transactions that commit
/// or abort as Kafka's do. Stores, offsets and everything that was sent belong to one transaction;
/// a process whose work was given to another can commit nothing any more.
final class Coordinator implements Member {
  private static final String ASKED = "asked";
  private static final CoordinatorMetrics METRICS =
      new CoordinatorMetrics(new SimpleMeterRegistry());
  private static final Duration COMMIT_INTERVAL = Duration.ofMillis(10);

  private static final int TICKS_UNREAD = 3;

  /// One beginning in this many finds the index of wake-ups gone.
  private static final int BEGINS_FOR_A_LOSS = 10;

  static final List<String> INPUTS =
      List.of(
          Topics.SERVICES,
          Topics.REQUESTS,
          ASKED,
          Topics.HAPROXY_EVENTS,
          Topics.INCUS_EVENTS,
          Topics.SLI_EVENTS);

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sent(
      String topic, @Nullable String key, byte @Nullable [] value, Instant decidedAt) {}

  private final VirtualProcess process;
  private final Broker broker;
  private final Group group;
  private final Stores stores;
  private final Random random;
  private final Plants plants;
  private final Decisions decisions;

  /// What this process knows of each service now: read when it begins, kept up by its decisions.
  private final Map<String, Ledger> ledgers = new HashMap<>();

  /// What it knew before the last tick of those that have changed since.
  private final Map<String, Ledger> changed = new HashMap<>();

  private final Map<String, Long> positions = new HashMap<>();
  private final List<Sent> sent = new ArrayList<>();
  private TransactionContext context;
  private Intake intake;
  private SagaProcessor saga;
  private boolean open;
  private boolean fenced;

  /// @param decisions hears what is decided on: what a coordinator answers says nothing of that
  Coordinator(
      VirtualProcess process,
      Broker broker,
      Group group,
      Random random,
      Plants plants,
      Decisions decisions) {
    this.decisions = decisions;
    this.process = process;
    this.broker = broker;
    this.group = group;
    this.stores = new Stores(broker, plants);
    this.random = random;
    this.plants = plants;
    this.context = new TransactionContext(stores, this::send);
    this.intake = new Intake(METRICS);
    this.saga = saga();
    broker.read((topic, entry) -> hear(topic));
  }

  private void hear(String topic) {
    if (INPUTS.contains(topic) && group.isOwner(this)) {
      process.after(Duration.ofMillis(1 + random.nextInt(8)), this::read);
    }
  }

  private SagaProcessor saga() {
    return new SagaProcessor(
        METRICS,
        (partition, topics) -> plants.outrunsItsBacklog() || isAtEnd(),
        process::now,
        rescueSheets(),
        new LostRecords(new VirtualTopics(broker), 1),
        List.of());
  }

  /// Whoever keeps them is told of every ledger that has changed.
  private RescueSheets rescueSheets() {
    return ledger -> {
      Ledger before = ledgers.put(ledger.service(), ledger);
      if (before != null) {
        changed.putIfAbsent(ledger.service(), before);
      }
    };
  }

  private void send(@Nullable String key, Routed routed) {
    String topic = routed.topic().equals(Intake.SAGA) ? ASKED : routed.topic();
    if (!plants.losesEvent(topic, routed.value())) {
      sent.add(new Sent(topic, key, routed.value(), process.loop().now()));
    }
  }

  /// It has been given the work: it begins where the last commit was.
  @Override
  public void begin() {
    fenced = false;
    rewind();
    if (random.nextInt(BEGINS_FOR_A_LOSS) == 0) {
      stores.lose(SagaProcessor.WAKEUPS);
    }
    context = new TransactionContext(stores, this::send);
    intake = new Intake(METRICS);
    ledgers.clear();
    stores
        .store(SagaProcessor.LEDGERS)
        .all()
        .forEachRemaining(
            kept -> ledgers.put(kept.key, Json.mapper().readValue(kept.value, Ledger.class)));
    saga = saga();
    saga.init(context);
    intake.init(context);
    outrun();
    tick();
    read();
  }

  private void rewind() {
    for (String topic : INPUTS) {
      positions.put(topic, group.committed(topic));
    }
    stores.forget();
    sent.clear();
    open = false;
  }

  private boolean isMine() {
    return process.isAlive() && !process.isFrozen() && !fenced && group.isOwner(this);
  }

  private boolean isAtEnd() {
    return INPUTS.stream().allMatch(topic -> position(topic) >= broker.visibleEnd(topic));
  }

  private long position(String topic) {
    return positions.getOrDefault(topic, 0L);
  }

  private void tick() {
    process.after(
        SagaProcessor.TICK,
        () -> {
          if (!fenced && group.isOwner(this)) {
            if (!broker.isAway() && !plants.neverWakes()) {
              wake();
              outrun();
              transact();
              read();
            }
            tick();
          }
        });
  }

  private void wake() {
    Instant now = process.now();
    changed.clear();
    context.tick(now.toEpochMilli());
    changed.forEach((service, ledger) -> {
      if (!ledger.equals(ledgers.get(service))) {
        decisions.woken(ledger, Saga.due(ledger, now));
      }
    });
  }

  /// With the bug planted, time passes before what waits is read.
  private void outrun() {
    for (int i = 0; i < TICKS_UNREAD && plants.outrunsItsBacklog(); i++) {
      context.tick(process.now().toEpochMilli());
    }
  }

  /// Reads what is there, topic by topic in any order.
  void read() {
    if (!isMine() || broker.isAway()) {
      return;
    }
    List<String> behind = new ArrayList<>();
    for (String topic : INPUTS) {
      if (position(topic) < broker.visibleEnd(topic)) {
        behind.add(topic);
      }
    }
    if (behind.isEmpty()) {
      return;
    }
    take(behind.get(random.nextInt(behind.size())));
    transact();
    if (behind.size() > 1 || !isAtEnd()) {
      read();
    }
  }

  private void take(String topic) {
    long offset = position(topic);
    Broker.Entry entry = broker.entry(topic, offset);
    positions.put(topic, offset + 1);
    context.from(topic, offset);
    String key = entry.key();
    long at = entry.at().toEpochMilli();
    if (topic.equals(Topics.REQUESTS) || topic.equals(Topics.SERVICES)) {
      byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
      intake.process(new Record<>(bytes, entry.value(), at));
    } else if (!plants.ignores(topic, entry.value())) {
      tell(topic, entry);
      saga.process(new Record<>(key, entry.value(), at));
    }
  }

  private void tell(String topic, Broker.Entry entry) {
    String service = Objects.requireNonNull(entry.key());
    Ledger before = ledgers.getOrDefault(service, Ledger.empty(service));
    if (!topic.equals(ASKED)) {
      decisions.answered(before, entry);
      return;
    }
    byte[] tagged = Objects.requireNonNull(entry.value());
    if (tagged[0] == Intake.REQUEST) {
      Request request = Json.mapper().readValue(tagged, 1, tagged.length - 1, Request.class);
      String id = service + "\n" + request.requestId();
      if (stores.store(SagaProcessor.REQUESTS_SEEN).get(id) == null) {
        decisions.asked(before, request);
      }
    }
  }

  private void transact() {
    if (!open) {
      open = true;
      process.after(COMMIT_INTERVAL, this::commit);
    }
  }

  private void commit() {
    if (fenced || !group.isOwner(this)) {
      fence();
      return;
    }
    if (broker.isAway()) {
      broker.whenThere(() -> process.after(Duration.ZERO, this::commit));
      return;
    }
    open = false;
    positions.forEach(group::commit);
    stores.commit();
    List<Sent> all = List.copyOf(sent);
    sent.clear();
    all.forEach(one -> broker.append(one.topic(), one.key(), one.value(), one.decidedAt()));
    read();
  }

  /// Another has its work: what it did since its last commit never happened.
  @Override
  public void fence() {
    fenced = true;
    sent.clear();
  }

  @Override
  public VirtualProcess process() {
    return process;
  }
}
