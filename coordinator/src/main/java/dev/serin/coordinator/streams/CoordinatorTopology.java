package dev.serin.coordinator.streams;

import dev.serin.contracts.kafka.Topics;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Limit;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/// The wiring: requests and definitions are read and brought to their service's partition (whatever
/// their key or their producer's partitioner), where the saga meets them and the agents' events.
public final class CoordinatorTopology {
  /// The largest ledger that a changelog takes, in bytes: the definition, the active rollout, and
  /// ten waiting releases of 256 KiB each.
  private static final int LARGEST_LEDGER_BYTES = 6 * 1024 * 1024;

  private static final String BY_SERVICE = "by-service";

  /// What Streams puts after its application's id to name the topic that requests and definitions
  /// reach the saga by.
  static final String ASKED_SUFFIX = "-" + BY_SERVICE + "-repartition";

  private CoordinatorTopology() {}

  static Topology build(
      CoordinatorMetrics metrics,
      CaughtUp caughtUp,
      InstantSource clock,
      RescueSheets rescue,
      LostRecords lost,
      List<Limit> limits) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Routed> taken =
        builder.stream(
                List.of(Topics.SERVICES, Topics.REQUESTS),
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("asked"))
            .process(() -> new Intake(metrics), Named.as("intake"));
    leave(taken.filter((key, routed) -> !routed.topic().equals(Intake.SAGA)), "dead-letters");
    KStream<String, byte[]> sound =
        taken
            .filter((key, routed) -> routed.topic().equals(Intake.SAGA))
            .mapValues(Routed::value)
            .repartition(
                Repartitioned.<String, byte[]>as(BY_SERVICE)
                    .withKeySerde(Serdes.String())
                    .withValueSerde(Serdes.ByteArray())
                    .withStreamPartitioner(CoordinatorTopology::partitions)
                    .withNumberOfPartitions(Topics.PARTITIONS));
    KStream<String, byte[]> answers =
        builder.stream(
            List.of(Topics.HAPROXY_EVENTS, Topics.INCUS_EVENTS, Topics.SLI_EVENTS),
            Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("answers"));
    leave(
        sound
            .merge(answers)
            .process(supplier(metrics, caughtUp, clock, rescue, lost, limits), Named.as("saga")),
        "decisions");
    return builder.build();
  }

  /// What is asked of all services reaches every partition, in the same transaction; everything
  /// else the one of its key.
  static Optional<Set<Integer>> partitions(String topic, String key, byte[] value, int count) {
    return SagaProcessor.EVERYWHERE.equals(key)
        ? Optional.of(IntStream.range(0, count).boxed().collect(Collectors.toSet()))
        : Optional.empty();
  }

  private static void leave(KStream<String, Routed> routed, String name) {
    routed.to(
        (key, value, context) -> value.topic(),
        Produced.with(Serdes.String(), Routed.serde()).withName(name));
  }

  private static ProcessorSupplier<String, byte[], String, Routed> supplier(
      CoordinatorMetrics metrics,
      CaughtUp caughtUp,
      InstantSource clock,
      RescueSheets rescue,
      LostRecords lost,
      List<Limit> limits) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<String, byte[], String, Routed> get() {
        return new SagaProcessor(metrics, caughtUp, clock, rescue, lost, limits);
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return Set.of(
            store(SagaProcessor.LEDGERS),
            store(SagaProcessor.WAKEUPS),
            store(SagaProcessor.REQUESTS_SEEN),
            store(SagaProcessor.TURNS));
      }
    };
  }

  /// In memory, and in a changelog on the broker: no local disk is needed to go on (I11).
  private static StoreBuilder<?> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
        .withLoggingEnabled(Map.of("max.message.bytes", String.valueOf(LARGEST_LEDGER_BYTES)));
  }

  static int largestRecordBytes() {
    return LARGEST_LEDGER_BYTES;
  }
}
