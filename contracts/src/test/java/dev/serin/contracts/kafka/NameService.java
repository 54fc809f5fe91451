package dev.serin.contracts.kafka;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.provider.ConfigProvider;

/// The name service of a test's broker, asked whenever a Kafka client is made (KIP-297). It knows
/// no address the next few times that it is asked.
public final class NameService implements ConfigProvider {
  private static final AtomicInteger silences = new AtomicInteger();
  private static volatile String address = "";

  /// Settings of a process that asks it for the broker's address.
  static KafkaSettings of(String bootstrapServers) {
    address = bootstrapServers;
    silences.set(0);
    return new KafkaSettings(
        "${names:broker}",
        null,
        Map.of(
            "config.providers",
            "names",
            "config.providers.names.class",
            NameService.class.getName()));
  }

  static void knowsNothing(int times) {
    silences.set(times);
  }

  /// Whether everybody is told the address again.
  static boolean knowsAll() {
    return silences.get() <= 0;
  }

  @Override
  public void configure(Map<String, ?> configs) {
    // It needs nothing.
  }

  @Override
  public ConfigData get(String path) {
    return get(path, Set.of("broker"));
  }

  @Override
  public ConfigData get(String path, Set<String> keys) {
    return new ConfigData(
        Map.of("broker", silences.getAndDecrement() > 0 ? "broker.invalid:9092" : address));
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
