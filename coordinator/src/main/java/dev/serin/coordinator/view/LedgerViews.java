package dev.serin.coordinator.view;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.streams.CoordinatorStreams;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import tools.jackson.core.JacksonException;

/// The saga's own record of every service, as it was last committed, whichever coordinator is at
/// work on it: read from the changelog that the saga's store is rebuilt from. Nothing else has all
/// of it: what is published of a rollout leaves out what only the next one needs to know.
public final class LedgerViews implements SmartLifecycle, TopicReader.Sink {
  /// What looking for a ledger came to.
  public sealed interface Reading {
    /// @param ledger an empty one for a service that nobody has spoken of yet
    record Read(Ledger ledger) implements Reading {}

    /// What was there at the start is not read yet, or never will be.
    record NotReady() implements Reading {}

    /// Written by another version, or damaged.
    record Unreadable() implements Reading {}
  }

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final ConcurrentHashMap<String, byte[]> ledgers = new ConcurrentHashMap<>();
  private volatile boolean caughtUp;
  private volatile @Nullable TopicReader reader;

  public LedgerViews(KafkaSettings settings) {
    this.consumers = () -> Consumers.strict(settings);
  }

  public Reading ledger(String service) {
    TopicReader current = reader;
    if (current == null || !current.isAlive() || !caughtUp) {
      return new Reading.NotReady();
    }
    byte[] kept = ledgers.get(service);
    if (kept == null) {
      kept = Json.mapper().writeValueAsBytes(Ledger.empty(service));
    }
    byte[] all = ledgers.get("*");
    try {
      Ledger ledger = Json.mapper().readValue(kept, Ledger.class);
      return new Reading.Read(
          all == null
              ? ledger
              : ledger.under(
                  Json.mapper().readValue(all, Ledger.class).freezes(), ledger.limited()));
    } catch (JacksonException unreadable) {
      return new Reading.Unreadable();
    }
  }

  @Override
  public void restarted(Map<TopicPartition, Long> starts) {
    caughtUp = false;
    ledgers.clear();
  }

  @Override
  public void read(
      List<ConsumerRecord<String, byte[]>> records,
      Map<TopicPartition, Long> next,
      boolean everythingOfTheStart) {
    for (ConsumerRecord<String, byte[]> record : records) {
      if (record.value() == null) {
        ledgers.remove(record.key());
      } else {
        ledgers.put(record.key(), record.value());
      }
    }
    caughtUp = everythingOfTheStart;
  }

  @Override
  public void start() {
    TopicReader starting =
        new TopicReader(
            "ledger-views",
            List.of(CoordinatorStreams.LEDGERS_CHANGELOG),
            consumers,
            TopicReader.Start.BEGINNING,
            this);
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
