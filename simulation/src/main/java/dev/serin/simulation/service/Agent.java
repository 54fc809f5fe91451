package dev.serin.simulation.service;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Handover;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.Recall;
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
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// One agent process: the production handler behind the production desk, lease, handover and
/// recall. It commits a command's offset on receipt and works beside its consumer, as the real
/// shell does; what it publishes waits in its producer, in order, and dies with it.
final class Agent<C extends AgentCommand, E extends AgentEvent> implements Member {
  /// The one partition that each topic has.
  private static final Set<Integer> ALL = Set.of(0);

  /// `heartbeat.interval.ms`
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /// Between two tries to reach the broker.
  private static final Duration TRIES = Duration.ofMillis(250);

  /// As the shell's between two consumers.
  private static final BackOff BEFORE_LISTENING_AGAIN =
      new BackOff(Duration.ofSeconds(2), Duration.ofSeconds(10));

  private final VirtualProcess process;
  private final Broker broker;
  private final Group group;
  private final String name;
  private final String topic;
  private final Class<C> commandType;
  private final Random random;
  private final Plants plants;
  private final CommandDesk<C, E> desk;
  private final Lease lease;
  private final Handover handover;
  private final Recall<C> recall;
  private final Deque<byte[]> unsent = new ArrayDeque<>();
  private final Deque<String> keys = new ArrayDeque<>();
  private boolean sending;

  /// How often it was given the work: what was begun before ends then.
  private int consumers;

  private boolean recalled;

  /// @param name `haproxy`, `incus` or `sli`
  Agent(
      VirtualProcess process,
      Broker broker,
      Group group,
      String name,
      Class<C> commandType,
      CommandHandler<C, E> handler,
      Function<CommandDesk.Refusal, E> refusal,
      Random random,
      Plants plants) {
    this.process = process;
    this.broker = broker;
    this.group = group;
    this.name = name;
    this.topic = "serin." + name + ".commands.v1";
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
    this.handover = new Handover(desk);
    this.recall =
        new Recall<>(
            () -> new VirtualConsumer(process, broker, this::reachesBroker),
            commandType,
            desk,
            handover::commanded,
            process::now,
            () -> Duration.between(begun, process.loop().now()).toNanos());
    beat();
    desk.begin();
    process.after(TRIES, () -> process.start("consumer", this::joinIdle));
  }

  /// Who joins and is given nothing hears that: all is another's.
  private void joinIdle() {
    if (consumers > 0) {
      return;
    }
    if (!reachesBroker()) {
      process.after(TRIES, () -> process.start("consumer", this::joinIdle));
      return;
    }
    if (!group.isOwner(this)) {
      recall.of(List.of());
    }
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

  @Override
  public void begin() {
    int mine = ++consumers;
    recalled = false;
    process.start("consumer", () -> join(mine, 1));
  }

  /// What was taken away and comes back was suspended in between, as a rebalance takes everything
  /// from everybody.
  private void join(int mine, int attempt) {
    if (mine != consumers || !group.isOwner(this)) {
      return;
    }
    if (!reachesBroker()) {
      process.after(TRIES, () -> process.start("consumer", () -> join(mine, attempt)));
      return;
    }
    lease.answered(Duration.ZERO);
    handover.takenAway(ALL);
    handover.given(ALL);
    try {
      recall.of(List.of(new TopicPartition(topic, 0)));
    } catch (KafkaException unread) {
      process.after(
          BEFORE_LISTENING_AGAIN.pause(attempt, process.name()),
          () -> process.start("consumer", () -> join(mine, attempt + 1)));
      return;
    }
    recalled = true;
    poll(mine);
  }

  @Override
  public boolean isReady() {
    return recalled;
  }

  private void poll(int mine) {
    process.after(
        Duration.ofMillis(5 + random.nextInt(20)),
        () -> {
          if (mine == consumers && group.isOwner(this)) {
            // Nearly all find nothing.
            if (group.committed(topic) < broker.end(topic)) {
              read();
            }
            poll(mine);
          }
        });
  }

  private void read() {
    List<C> received = new ArrayList<>();
    while (reachesBroker() && group.committed(topic) < broker.visibleEnd(topic)) {
      long offset = group.committed(topic);
      switch (broker.entry(topic, offset).message(commandType)) {
        case Decoded.Readable<C>(C command) -> received.add(plants.taken(command));
        case Decoded.Unreadable<C>(String reason) ->
            throw new IllegalStateException("the coordinator sent what nobody can read: " + reason);
      }
      group.commit(topic, offset + 1);
    }
    if (!received.isEmpty()) {
      process.start("consumer", () -> received.forEach(this::receive));
    }
  }

  private void receive(C command) {
    handover.commanded(command.head().service(), 0);
    desk.accept(command);
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
    if (!reachesBroker()) {
      process.after(TRIES, this::hears);
    } else if (!group.isOwner(this)) {
      process.start(
          "consumer",
          () -> {
            handover.takenAway(ALL);
            process.sleep(Duration.ofMillis(1));
            if (!group.isOwner(this)) {
              handover.given(Set.of());
              recall.of(List.of());
            }
          });
    }
  }

  @Override
  public VirtualProcess process() {
    return process;
  }
}
