package dev.serin.contracts.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How a process reaches the broker.
///
/// @param bootstrapServers `host:port`, several separated by commas
/// @param instanceId names this process for ever in its consumer groups (static membership), so
///   that it takes up its work at once after a restart; two processes of one service must differ.
///   By default the host's name and a digest of the configuration file's path; none for a new name
///   at each start
/// @param properties further properties of every Kafka client (security, for example)
@ConfigurationProperties("serin.kafka")
public record KafkaSettings(
    @DefaultValue("127.0.0.1:9092") String bootstrapServers,
    @Nullable String instanceId,
    @DefaultValue Map<String, String> properties) {
  /// A dead consumer's partitions go to another one after this long.
  public static final int SESSION_TIMEOUT_MILLIS = 6_000;

  /// For how long a broker waits for a member to join a rebalance, and the member for the broker's
  /// answer: a loss on the way holds the group up for no longer. Above the minute for which a
  /// client's call may wait for a broker.
  public static final int LONGEST_REBALANCE_MILLIS = 90_000;

  /// How many requests of a producer may be on their way to a broker at once. With more than one,
  /// the first to a partition that is only just there can be refused while the next one is taken;
  /// the first is then out of order for the broker as often as it is sent again, and lost at last.
  public static final int ONE_AFTER_THE_OTHER = 1;

  public KafkaSettings {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException(
          "serin.kafka.bootstrap-servers: expected host:port, was empty");
    }
    properties = Map.copyOf(properties);
  }

  /// What every client has in common.
  public Map<String, Object> common() {
    Map<String, Object> common = new HashMap<>(properties);
    common.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    common.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    return common;
  }

  /// A consumer of committed records: text keys, values as bytes.
  public Map<String, Object> consumer() {
    Map<String, Object> consumer = common();
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    consumer.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MILLIS);
    consumer.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_TIMEOUT_MILLIS / 3);
    consumer.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
    consumer.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
    return consumer;
  }

  /// A member of a consumer group.
  public Map<String, Object> consumer(String group) {
    Map<String, Object> consumer = consumer();
    consumer.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    consumer.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, LONGEST_REBALANCE_MILLIS);
    if (instanceId != null) {
      consumer.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, group + "-" + instanceId);
    }
    return consumer;
  }

  /// A producer whose records survive a broker that is away for some minutes.
  public Map<String, Object> producer() {
    Map<String, Object> producer = common();
    producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
    producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    producer.put(ProducerConfig.ACKS_CONFIG, "all");
    producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    producer.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, ONE_AFTER_THE_OTHER);
    producer.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 3 * 1024 * 1024);
    producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 300_000);
    producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L * 1024 * 1024);
    return producer;
  }
}
