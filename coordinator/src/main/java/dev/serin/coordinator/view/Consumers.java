package dev.serin.coordinator.view;

import dev.serin.contracts.kafka.KafkaSettings;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/// The consumers of this package: without a group, so that none of them ever waits for another.
final class Consumers {
  private static final int ANSWER_MILLIS = 5_000;

  private Consumers() {}

  /// A consumer that says so when the offset it should read from is gone.
  static Consumer<String, byte[]> strict(KafkaSettings settings) {
    return consumer(settings, "none");
  }

  /// A consumer that begins with the oldest record there is when the offset it should read from is
  /// gone.
  static Consumer<String, byte[]> lenient(KafkaSettings settings) {
    return consumer(settings, "earliest");
  }

  private static Consumer<String, byte[]> consumer(KafkaSettings settings, String whenGone) {
    Map<String, Object> properties = settings.consumer();
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, whenGone);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    return new KafkaConsumer<>(properties);
  }
}
