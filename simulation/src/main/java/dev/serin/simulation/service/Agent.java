package dev.serin.simulation.service;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.simulation.broker.Broker;
import dev.serin.simulation.broker.Group;
import dev.serin.simulation.engine.VirtualProcess;
import dev.serin.simulation.engine.VirtualStrands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// One agent process: the production handler behind the production desk. It commits a command's
/// offset on receipt and works beside its consumer, as the real shell does; what it publishes waits
/// in its producer, in order, and dies with it.
final class Agent<C extends AgentCommand, E extends AgentEvent> implements Member {
  /// How far back it looks.
  private static final int RECALLED = 1_000;

  /// `heartbeat.interval.ms`
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /// Between two tries to reach the broker.
  private static final Duration TRIES = Duration.ofMillis(250);

  private final VirtualProcess process;
  private final Broker broker;
  private final Group group;
  private final String name;
  private final Class<C> commandType;
  private final Random random;
  private final Plants plants;
  private final CommandDesk<C, E> desk;
  private final Lease lease;
  private final Deque<byte[]> unsent = new ArrayDeque<>();
  private final Deque<String> keys = new ArrayDeque<>();
  private final String service;
  private boolean sending;

  /// @param name `haproxy`, `incus` or `sli`
  Agent(
      VirtualProcess process,
      Broker broker,
      Group group,
      String name,
      String service,
      Class<C> commandType,
      CommandHandler<C, E> handler,
      Function<CommandDesk.Refusal, E> refusal,
      Random random,
      Plants plants) {
    this.process = process;
    this.broker = broker;
    this.group = group;
    this.name = name;
    this.service = service;
    this.commandType = commandType;
    this.random = random;
    this.plants = plants;
    Instant begun = process.loop().now();
    this.lease = new Lease(() -> Duration.between(begun, process.loop().now()).toNanos());
    this.desk =
        new CommandDesk<>(
            new Planted<>(handler, plants),
            refusal,
            this::publish,
            new VirtualStrands(process),
            lease);
    beat();
  }

  private boolean reachesBroker() {
    return !broker.isAway() && process.cutOffSince() == null;
  }

  private void beat() {
    process.after(
        HEARTBEAT,
        () -> {
          if (reachesBroker()) {
            lease.answered(Duration.ZERO);
          }
          beat();
        });
  }

  private String topic() {
    return "serin." + name + ".commands.v1";
  }

  @Override
  public void begin() {
    lease.answered(Duration.ZERO);
    recall();
    poll();
  }

  /// As the real shell does when it is given a partition.
  private void recall() {
    List<C> commands = new ArrayList<>();
    long end = broker.visibleEnd(topic());
    for (long offset = Math.max(0, end - RECALLED); offset < end; offset++) {
      if (Decoded.message(broker.entry(topic(), offset).value(), commandType)
          instanceof Decoded.Readable<C>(C command)) {
        commands.add(plants.taken(command));
      }
    }
    process.start("recall", () -> desk.recall(commands));
  }

  private void poll() {
    process.after(
        Duration.ofMillis(5 + random.nextInt(20)),
        () -> {
          if (group.isOwner(this)) {
            read();
            poll();
          }
        });
  }

  private void read() {
    List<C> received = new ArrayList<>();
    while (reachesBroker() && group.committed(topic()) < broker.visibleEnd(topic())) {
      long offset = group.committed(topic());
      byte[] value = broker.entry(topic(), offset).value();
      switch (Decoded.message(value, commandType)) {
        case Decoded.Readable<C>(C command) -> received.add(plants.taken(command));
        case Decoded.Unreadable<C>(String reason) ->
            throw new IllegalStateException("the coordinator sent what nobody can read: " + reason);
      }
      group.commit(topic(), offset + 1);
    }
    if (!received.isEmpty()) {
      process.start("consumer", () -> received.forEach(desk::accept));
    }
  }

  private void publish(E event) {
    unsent.add(Json.mapper().writeValueAsBytes(plants.told(event)));
    keys.add(event.head().service());
    if (!sending) {
      sending = true;
      send();
    }
  }

  private void send() {
    process.after(
        Duration.ofMillis(1 + random.nextInt(5)),
        () -> broker.whenThere(() -> process.after(Duration.ZERO, this::append)));
  }

  private void append() {
    if (!reachesBroker()) {
      process.after(TRIES, this::send);
      return;
    }
    byte[] value = unsent.poll();
    String key = keys.poll();
    if (value != null) {
      broker.append("serin." + name + ".events.v1", key, value);
    }
    if (unsent.isEmpty()) {
      sending = false;
    } else {
      send();
    }
  }

  @Override
  public void fence() {
    // It hears of it when it polls next: at once, or when it goes on.
    process.after(Duration.ofMillis(5 + random.nextInt(50)), this::hears);
  }

  private void hears() {
    if (process.cutOffSince() == null) {
      process.start("release", this::release);
    } else {
      process.after(TRIES, this::hears);
    }
  }

  private void release() {
    if (!group.isOwner(this)) {
      desk.release(service);
    }
  }

  @Override
  public VirtualProcess process() {
    return process;
  }
}
