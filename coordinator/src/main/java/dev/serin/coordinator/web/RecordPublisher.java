package dev.serin.coordinator.web;

import dev.serin.contracts.kafka.KafkaSettings;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// Writes one record and waits until the broker has it, 10 s at most.
public final class RecordPublisher implements AutoCloseable {
  /// Finding the partition, then delivery: together less than what a client is kept waiting.
  private static final int METADATA_MILLIS = 4_000;

  private static final int DELIVERY_MILLIS = 5_500;
  private static final int REQUEST_MILLIS = 3_000;
  private static final long PATIENCE_MILLIS = 10_000;

  /// What became of the record.
  sealed interface Outcome {
    record Published(int partition, long offset) implements Outcome {}

    /// The broker did not say that it has it. It may have it all the same.
    record Unconfirmed(String why) implements Outcome {}
  }

  private final Producer<String, byte[]> producer;

  public RecordPublisher(KafkaSettings settings) {
    this(new KafkaProducer<>(properties(settings)));
  }

  RecordPublisher(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  private static Map<String, Object> properties(KafkaSettings settings) {
    Map<String, Object> properties = settings.producer();
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, METADATA_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
    return properties;
  }

  /// @param value none deletes the key of a compacted topic
  Outcome publish(String topic, @Nullable String key, byte @Nullable [] value, Headers headers) {
    try {
      RecordMetadata metadata =
          producer
              .send(new ProducerRecord<>(topic, null, key, value, headers))
              .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return new Outcome.Published(metadata.partition(), metadata.offset());
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      return new Outcome.Unconfirmed(
          String.valueOf((cause == null ? failure : cause).getMessage()));
    } catch (TimeoutException slow) {
      return new Outcome.Unconfirmed("no answer within " + PATIENCE_MILLIS + " ms");
    } catch (KafkaException failure) {
      return new Outcome.Unconfirmed(String.valueOf(failure.getMessage()));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return new Outcome.Unconfirmed("the coordinator stops");
    }
  }

  @Override
  public void close() {
    producer.close(java.time.Duration.ofSeconds(5));
  }
}
