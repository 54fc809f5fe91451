package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.AgentCommand;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.BackOff;
import dev.serin.contracts.agent.CommandDesk;
import dev.serin.contracts.agent.CommandHandler;
import dev.serin.contracts.agent.Elapsed;
import dev.serin.contracts.agent.Handover;
import dev.serin.contracts.agent.Lease;
import dev.serin.contracts.json.Json;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.event.ConsumerStoppingEvent;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListener;

/// An agent's Kafka side: reads its commands, commits their offsets on receipt, hands them to the
/// desk, and publishes the answers. A record that is no command goes to the dead letters.
public final class AgentShell<C extends AgentCommand, E extends AgentEvent>
    implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(AgentShell.class);

  /// Between two consumers, the second in the place of the first. There is no limit: an agent that
  /// gave up would live and hear nothing. Meanwhile it says what it waits for ([#waitsFor]).
  private static final BackOff BEFORE_LISTENING_AGAIN =
      new BackOff(Duration.ofSeconds(2), Duration.ofSeconds(10));

  private final String agent;
  private final Class<C> commandType;
  private final KafkaSettings settings;
  private final CommandDesk<C, E> desk;
  private final Handover handover;
  private final Heartbeats heartbeats;
  private final Recall<C> recall;
  private final Counter received;
  private final Counter published;
  private final Counter deadLettered;

  /// Tells the events of one command apart, over restarts too.
  private final String incarnation = Long.toString(System.nanoTime(), Character.MAX_RADIX);

  private final AtomicLong number = new AtomicLong();

  private @Nullable DefaultKafkaProducerFactory<String, byte[]> producers;

  /// There once the broker has answered for the first time.
  private final CompletableFuture<Producer<String, byte[]>> producer = new CompletableFuture<>();

  /// Takes what is told from the start on, also before the broker has answered.
  private volatile @Nullable SendQueue queue;

  private @Nullable ConcurrentMessageListenerContainer<String, byte[]> container;
  private @Nullable Thread starting;

  /// How many consumers in a row have ended before they were given anything that they could recall.
  private final AtomicInteger failures = new AtomicInteger();

  private final Waits waits = new Waits();
  private final Namesakes namesakes;

  /// @param agent `haproxy`, `incus` or `sli`: names its topics and its consumer group
  /// @param refusal makes the agent's own event of a refusal
  public AgentShell(
      String agent,
      Class<C> commandType,
      CommandHandler<C, E> handler,
      Function<CommandDesk.Refusal, E> refusal,
      KafkaSettings settings,
      MeterRegistry meters) {
    this(
        agent,
        commandType,
        handler,
        refusal,
        settings,
        meters,
        () -> new KafkaConsumer<>(settings.consumer()));
  }

  /// @param recalls makes the consumers that past commands are read with
  AgentShell(
      String agent,
      Class<C> commandType,
      CommandHandler<C, E> handler,
      Function<CommandDesk.Refusal, E> refusal,
      KafkaSettings settings,
      MeterRegistry meters,
      Supplier<Consumer<String, byte[]>> recalls) {
    this.agent = agent;
    this.commandType = commandType;
    this.settings = settings;
    Elapsed time = Elapsed.system();
    Lease lease = new Lease(time);
    this.heartbeats = new Heartbeats(lease, time::setBack);
    this.namesakes = new Namesakes(time);
    this.desk = new CommandDesk<>(handler, refusal, this::publish, Clock.systemUTC(), lease);
    this.handover = new Handover(desk);
    this.recall =
        new Recall<>(
            recalls,
            commandType,
            desk,
            handover::commanded,
            InstantSource.system(),
            System::nanoTime);
    this.received = meters.counter("serin.agent.commands.received", "agent", agent);
    this.published = meters.counter("serin.agent.events.published", "agent", agent);
    Gauge.builder("serin.agent.waits", this, it -> it.waitsFor().isPresent() ? 1 : 0)
        .tag("agent", agent)
        .register(meters);
    this.deadLettered = DeadLetters.counted(meters, commandsTopic());
  }

  /// `haproxy`, `incus` or `sli`
  public String agent() {
    return agent;
  }

  private String commandsTopic() {
    return "serin." + agent + ".commands.v1";
  }

  private String eventsTopic() {
    return "serin." + agent + ".events.v1";
  }

  /// Returns at once: the broker may be away for as long as it likes, and the process still stops
  /// when it is told to.
  @Override
  public synchronized void start() {
    queue = new SendQueue("serin-" + agent + "-send", record -> producer.get().send(record).get());
    desk.begin();
    starting = Thread.ofPlatform().name("serin-" + agent + "-start").start(this::connect);
  }

  /// Until it listens: what fails here (a broker whose name can't be found for a moment) is tried
  /// again without a limit, since nobody else would.
  private void connect() {
    for (int attempt = 1; true; attempt++) {
      try {
        TopicCreation.ensure(settings, waits::toListen);
        open();
        return;
      } catch (InterruptedException stopped) {
        return;
      } catch (RuntimeException failed) {
        waits.toListen(failed);
        if (!paused(attempt)) {
          return;
        }
      }
    }
  }

  /// Whether it went on after that.
  private boolean paused(int attempt) {
    try {
      Thread.sleep(BEFORE_LISTENING_AGAIN.pause(attempt, agent, incarnation));
      return true;
    } catch (InterruptedException stopped) {
      return false;
    }
  }

  private synchronized void open() {
    if (starting == null) {
      return;
    }
    if (producers == null) {
      var opened = new DefaultKafkaProducerFactory<String, byte[]>(settings.producer());
      producer.complete(opened.createProducer());
      producers = opened;
    }
    listen();
  }

  private void listen() {
    ContainerProperties properties = new ContainerProperties(commandsTopic());
    properties.setAckMode(ContainerProperties.AckMode.RECORD);
    properties.setMissingTopicsFatal(false);
    properties.setMessageListener((MessageListener<String, byte[]>) this::receive);
    ConcurrentMessageListenerContainer<String, byte[]> listening =
        new ConcurrentMessageListenerContainer<>(
            new DefaultKafkaConsumerFactory<>(settings.consumer("serin-" + agent + "-agent")),
            properties);
    listening.setBeanName("serin-" + agent + "-agent");
    listening
        .getContainerProperties()
        .setConsumerRebalanceListener(
            new Rebalances(handover, heartbeats::joined, heartbeats::lost, recalling(listening)));
    listening.setApplicationEventPublisher(event -> told(event, listening));
    container = listening;
    listening.start();
  }

  private Rebalances.Recalling recalling(
      ConcurrentMessageListenerContainer<String, byte[]> listening) {
    return new Rebalances.Recalling() {
      @Override
      public void recall(Collection<TopicPartition> partitions) {
        recall.of(partitions);
        failures.set(0);
        waits.over();
      }

      @Override
      public void notRecalled(RuntimeException why) {
        waits.toRecall(why);
        replaceLater(listening);
      }
    };
  }

  /// What this agent waits for: to be alone under its name, to read what was commanded, before it
  /// obeys anything, or to tell what it did; none where it waits for nothing. It goes on by itself,
  /// however long it takes.
  public Optional<String> waitsFor() {
    var open = queue;
    Optional<String> notSent = open == null ? Optional.empty() : open.notSent();
    return Optional.of(namesakeSentence())
        .filter(any -> namesakes.areThere())
        .or(waits::what)
        .or(() -> notSent.map(what -> "the broker, with " + what));
  }

  private String namesakeSentence() {
    return "an instance id of its own: another process that hears "
        + commandsTopic()
        + " runs as "
        + settings.instanceId()
        + " too, and each takes the work from the other; give each its own serin.kafka.instance-id";
  }

  /// Whoever ends has nothing any more: at once where another has its place, not once its consumer
  /// is closed.
  ///
  /// A consumer that ends by itself would leave a process that lives and hears nothing. So may it
  /// be where a broker that comes back takes a member that joined twice for two
  /// (FencedInstanceIdException).
  private void told(Object event, ConcurrentMessageListenerContainer<String, byte[]> listening) {
    if (event instanceof ConsumerStoppingEvent stopping) {
      heartbeats.lost(stopping.getConsumer());
      Collection<TopicPartition> had = stopping.getPartitions();
      handover.takenAway(had == null ? Set.of() : Rebalances.numbers(had));
    }
    if (event instanceof ConsumerStoppedEvent stopped
        && stopped.getReason() != ConsumerStoppedEvent.Reason.NORMAL) {
      if (stopped.getReason() == ConsumerStoppedEvent.Reason.FENCED) {
        namesakes.fenced();
      }
      log.atError()
          .addKeyValue("reason", stopped.getReason())
          .log(
              "the consumer of commands ended, and a new one of this process follows{}",
              namesakes.areThere() ? "; the agent waits for " + namesakeSentence() : "");
      replaceLater(listening);
    }
  }

  private void replaceLater(ConcurrentMessageListenerContainer<String, byte[]> ended) {
    Duration pause = BEFORE_LISTENING_AGAIN.pause(failures.incrementAndGet(), agent, incarnation);
    Thread.ofVirtual()
        .name("serin-" + agent + "-listen")
        .start(() -> {
          try {
            Thread.sleep(pause);
          } catch (InterruptedException stop) {
            return;
          }
          replace(ended);
        });
  }

  private synchronized void replace(ConcurrentMessageListenerContainer<String, byte[]> ended) {
    if (starting != null && ended.equals(container)) {
      ended.stop();
      try {
        listen();
      } catch (RuntimeException failed) {
        waits.toListen(failed);
        replaceLater(Objects.requireNonNull(container));
      }
    }
  }

  private void receive(ConsumerRecord<String, byte[]> record) {
    received.increment();
    switch (Decoded.message(record.value(), commandType)) {
      case Decoded.Readable<C>(C command) -> {
        handover.commanded(command.head().service(), record.partition());
        desk.accept(command);
      }
      case Decoded.Unreadable<C>(String reason) -> {
        deadLettered.increment();
        log.atWarn()
            .addKeyValue("topic", record.topic())
            .addKeyValue("offset", record.offset())
            .log("a record is no command and goes to the dead letters: {}", reason);
        send(
            new ProducerRecord<>(
                Topics.deadLetters(record.topic()),
                null,
                record.key(),
                record.value(),
                DeadLetters.headers(
                    record.headers(),
                    reason,
                    record.topic(),
                    record.partition(),
                    record.offset())));
      }
    }
  }

  private void publish(E event) {
    published.increment();
    send(
        new ProducerRecord<>(
            eventsTopic(),
            null,
            event.head().service(),
            Json.mapper().writeValueAsBytes(event),
            EventHeaders.of(
                "/serin/" + agent + "-agent",
                event,
                incarnation + "-" + number.incrementAndGet())));
    log.atInfo()
        .addKeyValue("rollout", event.head().rolloutId())
        .addKeyValue("command", event.head().commandId())
        .addKeyValue("node", event.head().node())
        .log("answered {}", EventHeaders.typeOf(event));
  }

  private void send(ProducerRecord<String, byte[]> record) {
    var open = queue;
    if (open != null) {
      open.add(record);
    }
  }

  @Override
  public synchronized void stop() {
    if (starting != null) {
      starting.interrupt();
      starting = null;
    }
    if (container != null) {
      container.stop();
      container = null;
    }
    desk.close();
    heartbeats.close();
    var open = queue;
    if (open != null) {
      open.close();
      queue = null;
    }
    if (producers != null) {
      producer.join().close();
      producers.destroy();
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return starting != null;
  }
}
