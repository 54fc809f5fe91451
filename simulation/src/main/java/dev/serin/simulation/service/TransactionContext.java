package dev.serin.simulation.service;

import dev.serin.coordinator.streams.CoordinatorStreams;
import dev.serin.coordinator.streams.Routed;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/// What Kafka Streams is to the coordinator's processors: their stores, where a record came from,
/// where it goes to. The first punctuator of each is what time calls.
final class TransactionContext implements ProcessorContext<String, Routed> {
  private final Stores stores;
  private final BiConsumer<@Nullable String, Routed> out;
  private @Nullable RecordMetadata origin;
  private @Nullable Punctuator tick;

  TransactionContext(Stores stores, BiConsumer<@Nullable String, Routed> out) {
    this.stores = stores;
    this.out = out;
  }

  void from(String topic, long offset) {
    origin = new Origin(topic, offset);
  }

  private record Origin(String topic, long offset) implements RecordMetadata {
    @Override
    public int partition() {
      return 0;
    }
  }

  /// What is called every [dev.serin.coordinator.streams.SagaProcessor#TICK].
  void tick(long now) {
    Objects.requireNonNull(tick).punctuate(now);
  }

  @Override
  public <K extends String, V extends Routed> void forward(Record<K, V> record) {
    out.accept(record.key(), record.value());
  }

  @Override
  public <K extends String, V extends Routed> void forward(Record<K, V> record, String child) {
    forward(record);
  }

  @Override
  public String applicationId() {
    return CoordinatorStreams.APPLICATION_ID;
  }

  @Override
  public TaskId taskId() {
    return new TaskId(0, 0);
  }

  @Override
  public Optional<RecordMetadata> recordMetadata() {
    return Optional.ofNullable(origin);
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as the interface has it
  public <S extends StateStore> S getStateStore(String name) {
    return (S) stores.store(name);
  }

  @Override
  public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
    tick = tick == null ? callback : tick;
    return () -> {};
  }

  @Override
  public Cancellable schedule(
      Instant start, Duration interval, PunctuationType type, Punctuator callback) {
    throw unused();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("no processor of the coordinator's asks for this");
  }

  @Override
  public void commit() {
    throw unused();
  }

  @Override
  public Serde<?> keySerde() {
    throw unused();
  }

  @Override
  public Serde<?> valueSerde() {
    throw unused();
  }

  @Override
  public File stateDir() {
    throw unused();
  }

  @Override
  public StreamsMetrics metrics() {
    throw unused();
  }

  @Override
  public Map<String, Object> appConfigs() {
    throw unused();
  }

  @Override
  public Map<String, Object> appConfigsWithPrefix(String prefix) {
    throw unused();
  }

  @Override
  public long currentSystemTimeMs() {
    throw unused();
  }

  @Override
  public long currentStreamTimeMs() {
    throw unused();
  }
}
