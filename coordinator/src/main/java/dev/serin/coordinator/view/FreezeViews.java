package dev.serin.coordinator.view;

import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.FreezeState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// The freezes that people have asked for, of each service and of all (`*`), held in memory and
/// filled from `serin.freezes.v1`. While the broker is away it keeps what it has.
public final class FreezeViews implements SmartLifecycle, TopicReader.Sink {
  private static final Logger log = LoggerFactory.getLogger(FreezeViews.class);

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final ViewMetrics metrics;
  private final ConcurrentSkipListMap<String, FreezeState> byService =
      new ConcurrentSkipListMap<>();
  private volatile boolean caughtUp;
  private volatile @Nullable TopicReader reader;

  public FreezeViews(KafkaSettings settings, ViewMetrics metrics) {
    this(() -> Consumers.strict(settings), metrics);
  }

  FreezeViews(Supplier<Consumer<String, byte[]>> consumers, ViewMetrics metrics) {
    this.consumers = consumers;
    this.metrics = metrics;
  }

  /// Whether everything was read that was there at the start.
  public boolean isCaughtUp() {
    return caughtUp;
  }

  /// Those of all services first, then by service.
  public List<FreezeState> all() {
    return List.copyOf(byService.values());
  }

  @Override
  public void restarted(Map<TopicPartition, Long> positions) {
    caughtUp = false;
    byService.clear();
  }

  @Override
  public void read(
      List<ConsumerRecord<String, byte[]>> records,
      Map<TopicPartition, Long> positions,
      boolean everythingOfTheStart) {
    records.forEach(this::read);
    caughtUp = everythingOfTheStart;
  }

  private void read(ConsumerRecord<String, byte[]> record) {
    if (record.key() == null) {
      return;
    }
    if (record.value() == null) {
      byService.remove(record.key());
      return;
    }
    switch (Decoded.message(record.value(), FreezeState.class)) {
      case Decoded.Readable<FreezeState>(FreezeState state) -> byService.put(record.key(), state);
      case Decoded.Unreadable<FreezeState>(String reason) -> {
        metrics.unreadable();
        log.atWarn()
            .addKeyValue("topic", record.topic())
            .addKeyValue("partition", record.partition())
            .addKeyValue("offset", record.offset())
            .log("a record is left out of the view: {}", reason);
      }
    }
  }

  @Override
  public void start() {
    TopicReader starting =
        new TopicReader(
            "freeze-views", List.of(Topics.FREEZES), consumers, TopicReader.Start.BEGINNING, this);
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
