package dev.serin.coordinator.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// One client's way through all events. Where the client is further back than the ring reaches, a
/// consumer of its own reads up to the ring first. For one client, and one thread.
public final class EventStream implements AutoCloseable {
  /// How many events are handed over at once.
  private static final int MOST = 256;

  /// What comes next.
  public sealed interface Next {
    /// Some events.
    ///
    /// @param events none when the wait was over first
    /// @param id where the client is after them
    record Events(List<Identified> events, String id) implements Next {}

    /// The stream is over; the client comes again with the last id that it has.
    record Over(String why) implements Next {}
  }

  /// An event, and how to resume after it.
  ///
  /// @param id where the client is after this event
  public record Identified(String id, LoggedEvent event) {}

  private final EventRing ring;
  private final String topic;
  private final Predicate<LoggedEvent> wanted;
  private final ViewMetrics metrics;
  private final Runnable onClose;
  private EventPosition position;
  private EventRing.@Nullable Place place;
  private @Nullable Consumer<String, byte[]> catchUp;
  private boolean closed;

  EventStream(
      EventRing ring,
      String topic,
      Predicate<LoggedEvent> wanted,
      EventPosition position,
      EventRing.@Nullable Place place,
      ViewMetrics metrics,
      Runnable onClose) {
    this.ring = ring;
    this.topic = topic;
    this.wanted = wanted;
    this.position = position;
    this.place = place;
    this.metrics = metrics;
    this.onClose = onClose;
  }

  /// Reads up to the ring with a consumer of its own first.
  ///
  /// @throws KafkaException when the broker can't be reached
  void catchUp(Supplier<Consumer<String, byte[]>> consumers) {
    Consumer<String, byte[]> consumer = consumers.get();
    catchUp = consumer;
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < position.partitions(); i++) {
      partitions.add(new TopicPartition(topic, i));
    }
    consumer.assign(partitions);
    partitions.forEach(one -> consumer.seek(one, position.next(one.partition())));
  }

  /// Where the client is: the id to resume from.
  public String id() {
    return position.text();
  }

  /// The next events; waits when there are none yet.
  public Next next(Duration wait) throws InterruptedException {
    Consumer<String, byte[]> consumer = catchUp;
    return consumer == null ? fromRing(wait) : fromTopic(consumer, wait);
  }

  private Next fromTopic(Consumer<String, byte[]> consumer, Duration wait) {
    List<Identified> events = new ArrayList<>();
    try {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(wait)) {
        LoggedEvent.of(record).ifPresent(event -> take(event, events));
      }
      for (TopicPartition partition : consumer.assignment()) {
        position = position.with(partition.partition(), consumer.position(partition));
      }
    } catch (KafkaException failure) {
      return new Next.Over("the broker does not answer: " + failure.getMessage());
    }
    Optional<EventRing.Place> met = ring.join(position);
    if (met.isPresent()) {
      place = met.get();
      catchUp = null;
      consumer.close();
    }
    return new Next.Events(events, id());
  }

  private Next fromRing(Duration wait) throws InterruptedException {
    if (place == null) {
      throw new IllegalStateException("a stream reads from the ring once it has met it");
    }
    return switch (ring.read(place, MOST, wait)) {
      case EventRing.Found.Events(List<LoggedEvent> found, long nextPlace, EventPosition end) -> {
        List<Identified> events = new ArrayList<>();
        found.stream().filter(event -> position.lacks(event)).forEach(event -> take(event, events));
        place = new EventRing.Place(nextPlace, place.epoch());
        if (found.isEmpty()) {
          position = position.atLeast(end);
        }
        yield new Next.Events(events, id());
      }
      case EventRing.Found.Overwritten() -> {
        metrics.ended(ViewMetrics.Ended.SLOW);
        yield new Next.Over("the client read more slowly than events came");
      }
      case EventRing.Found.Restarted() -> {
        metrics.ended(ViewMetrics.Ended.RESTARTED);
        yield new Next.Over("the topic is read anew");
      }
      case EventRing.Found.Closed() -> new Next.Over("the coordinator stops");
    };
  }

  private void take(LoggedEvent event, List<Identified> events) {
    position = position.after(event);
    if (wanted.test(event)) {
      events.add(new Identified(id(), event));
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (catchUp != null) {
      catchUp.close();
      catchUp = null;
    }
    onClose.run();
  }
}
