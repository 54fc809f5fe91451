package dev.serin.coordinator.streams;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.TopicCreation;
import dev.serin.contracts.kafka.Topics;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Limit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Runs the topology.
public final class CoordinatorStreams implements SmartLifecycle {
  public static final String APPLICATION_ID = "serin-coordinator";

  /// Where Streams keeps every ledger: the newest one of each service, under its name.
  public static final String LEDGERS_CHANGELOG =
      APPLICATION_ID + "-" + SagaProcessor.LEDGERS + "-changelog";

  private static final Logger log = LoggerFactory.getLogger(CoordinatorStreams.class);

  private final KafkaSettings settings;
  private final Path stateDirectory;
  private final CoordinatorMetrics metrics;
  private final RescueSheets rescue;
  private final Published published;
  private final List<Limit> limits;
  private volatile @Nullable KafkaStreams streams;
  private @Nullable Thread starting;

  /// @param limits how many rollouts may run at once
  /// @param published read to its end before the saga begins
  /// @param stateDirectory where Streams keeps its lock and checkpoints; losing it costs nothing
  public CoordinatorStreams(
      KafkaSettings settings,
      Path stateDirectory,
      CoordinatorMetrics metrics,
      RescueSheets rescue,
      Published published,
      List<Limit> limits) {
    this.limits = List.copyOf(limits);
    this.published = published;
    this.rescue = rescue;
    this.settings = settings;
    this.stateDirectory = stateDirectory;
    this.metrics = metrics;
  }

  /// Returns at once: the broker may be away for as long as it likes, and the process still stops
  /// when it is told to.
  @Override
  public void start() {
    starting = Thread.ofPlatform().name("serin-coordinator-start").start(this::connect);
  }

  private void connect() {
    try {
      TopicCreation.Copies copies = TopicCreation.ensure(settings);
      published.awaitRead();
      open(copies);
    } catch (InterruptedException stopped) {
      // Stopped before there was a broker.
    }
  }

  private synchronized void open(TopicCreation.Copies copies) {
    if (starting == null) {
      return;
    }
    CaughtUp.ByLag caughtUp = new CaughtUp.ByLag();
    KafkaStreams started =
        new KafkaStreams(
            CoordinatorTopology.build(
                metrics,
                caughtUp,
                InstantSource.system(),
                rescue,
                new LostRecords(published, Topics.PARTITIONS),
                limits),
            properties(copies),
            new DefaultKafkaClientSupplier() {
              @Override
              public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
                Consumer<byte[], byte[]> consumer = super.getConsumer(config);
                caughtUp.watch(consumer);
                return consumer;
              }
            });
    started.setUncaughtExceptionHandler(failure -> {
      log.atError().setCause(failure).log("the saga's thread died and is replaced");
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    });
    started.start();
    streams = started;
  }

  private Properties properties(TopicCreation.Copies copies) {
    Properties properties = new Properties();
    properties.putAll(settings.common());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // Every hop waits for the commit; see docs/adr for the measured latencies.
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 10);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    properties.put(StreamsConfig.POLL_MS_CONFIG, 20);
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        KafkaSettings.SESSION_TIMEOUT_MILLIS);
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        KafkaSettings.SESSION_TIMEOUT_MILLIS / 3);
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
        KafkaSettings.LONGEST_REBALANCE_MILLIS);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.METADATA_MAX_AGE_CONFIG), 30_000);
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        CoordinatorTopology.largestRecordBytes());
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION),
        KafkaSettings.ONE_AFTER_THE_OTHER);
    // What Streams keeps for itself must outlive a broker as the topics do.
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, copies.replicas());
    properties.put(
        StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG), copies.inSync());
    if (settings.instanceId() != null) {
      properties.put(
          StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
          APPLICATION_ID + "-" + settings.instanceId());
    }
    return properties;
  }

  /// Whether the saga runs (or is about to take its partitions over), for the health check.
  public boolean isServing() {
    KafkaStreams running = streams;
    return running != null && running.state().isRunningOrRebalancing();
  }

  /// Whether the saga has its partitions and works on them.
  public boolean isSettled() {
    KafkaStreams running = streams;
    return running != null && running.state() == KafkaStreams.State.RUNNING;
  }

  @Override
  public synchronized void stop() {
    if (starting != null) {
      starting.interrupt();
      starting = null;
    }
    KafkaStreams running = streams;
    if (running != null) {
      running.close(Duration.ofSeconds(10));
      streams = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return starting != null;
  }
}
