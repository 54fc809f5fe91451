package dev.serin.coordinator.view;

import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/// The live stream of all rollout events. One consumer reads the topic's tail into a ring that all
/// clients share; a client that comes back with an id reads on exactly where it was, from the ring
/// or, if it was away for longer, with a consumer of its own until it meets the ring.
public final class EventFeed implements SmartLifecycle, TopicReader.Sink {
  private static final long RING_CHARS = 16L * 1024 * 1024;
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /// Whether a client gets its stream.
  public sealed interface Opening {
    record Opened(EventStream stream) implements Opening {}

    /// The id is none that this topic's stream gave out.
    record UnknownId(String found) implements Opening {}

    /// The tail is not read yet, or the broker does not answer.
    record NotYet(String why) implements Opening {}

    record TooMany(int limit) implements Opening {}
  }

  /// Where the records come from; tests have their own.
  interface Source {
    Consumer<String, byte[]> tail();

    Consumer<String, byte[]> catchUp();

    /// Tells one making of the topic from another.
    int topicMark();
  }

  private final Source source;
  private final int maxStreams;
  private final Semaphore places;
  private final EventRing ring;
  private final int recent;
  private final ViewMetrics metrics;
  private volatile int topicMark;
  private volatile boolean caughtUp;
  private volatile @Nullable TopicReader reader;

  /// @param maxStreams how many clients at once, 1 or more
  /// @param ringEvents how many events a client may fall behind before it needs a consumer, 1 or
  ///   more
  public EventFeed(KafkaSettings settings, int maxStreams, int ringEvents, ViewMetrics metrics) {
    this(new Broker(settings), maxStreams, ringEvents, metrics);
  }

  EventFeed(Source source, int maxStreams, int ringEvents, ViewMetrics metrics) {
    this.source = source;
    this.maxStreams = maxStreams;
    this.places = new Semaphore(maxStreams);
    this.ring = new EventRing(ringEvents, RING_CHARS);
    this.recent = Math.max(1, ringEvents / Topics.PARTITIONS);
    this.metrics = metrics;
    metrics.streams(() -> maxStreams - places.availablePermits());
  }

  public boolean isCaughtUp() {
    return caughtUp;
  }

  /// Whether a bug ended the reader.
  public boolean isDead() {
    TopicReader current = reader;
    return current != null && !current.isAlive();
  }

  /// A stream of the wanted events: those after the id, or those from now on.
  public Opening open(@Nullable String lastId, Predicate<LoggedEvent> wanted) {
    if (!caughtUp) {
      return new Opening.NotYet("the newest events are still being read");
    }
    if (!places.tryAcquire()) {
      return new Opening.TooMany(maxStreams);
    }
    boolean opened = false;
    try {
      Opening opening = lastId == null ? fromNow(wanted) : fromId(lastId, wanted);
      opened = opening instanceof Opening.Opened;
      return opening;
    } catch (KafkaException away) {
      return new Opening.NotYet("the broker does not answer: " + away.getMessage());
    } finally {
      if (!opened) {
        places.release();
      }
    }
  }

  private Opening fromNow(Predicate<LoggedEvent> wanted) {
    EventRing.Joined now = ring.atEnd().orElseThrow();
    return new Opening.Opened(stream(now.position(), now.place(), wanted));
  }

  private Opening fromId(String lastId, Predicate<LoggedEvent> wanted) {
    EventPosition end = ring.end().orElseThrow();
    Optional<EventPosition> parsed =
        EventPosition.parse(lastId).filter(it -> it.fits(topicMark, end.partitions()));
    if (parsed.isEmpty()) {
      return new Opening.UnknownId(lastId);
    }
    EventPosition position = parsed.get();
    if (!end.isAtLeast(position) && isBeyondTheLog(position)) {
      return new Opening.UnknownId(lastId);
    }
    Optional<EventRing.Place> place = ring.join(position);
    if (place.isPresent()) {
      return new Opening.Opened(stream(position, place.get(), wanted));
    }
    EventStream behind = stream(position, null, wanted);
    behind.catchUp(source::catchUp);
    return new Opening.Opened(behind);
  }

  /// Whether no record was ever there: another coordinator may have read further than this one, but
  /// none further than the log.
  private boolean isBeyondTheLog(EventPosition position) {
    try (Consumer<String, byte[]> consumer = source.catchUp()) {
      List<TopicPartition> partitions =
          java.util.stream.IntStream.range(0, position.partitions())
              .mapToObj(number -> new TopicPartition(Topics.ROLLOUTS, number))
              .toList();
      return consumer.endOffsets(partitions, ANSWER).entrySet().stream()
          .anyMatch(end -> position.next(end.getKey().partition()) > end.getValue());
    }
  }

  private EventStream stream(
      EventPosition position, EventRing.@Nullable Place place, Predicate<LoggedEvent> wanted) {
    return new EventStream(
        ring, Topics.ROLLOUTS, wanted, position, place, metrics, places::release);
  }

  @Override
  public void restarted(Map<TopicPartition, Long> positions) {
    caughtUp = false;
    topicMark = source.topicMark();
    ring.restart(position(positions));
  }

  @Override
  public void read(
      List<ConsumerRecord<String, byte[]>> records,
      Map<TopicPartition, Long> positions,
      boolean everythingOfTheStart) {
    ring.append(
        records.stream().flatMap(record -> LoggedEvent.of(record).stream()).toList(),
        position(positions));
    caughtUp = everythingOfTheStart;
  }

  private EventPosition position(Map<TopicPartition, Long> positions) {
    long[] offsets = new long[positions.size()];
    positions.forEach((partition, offset) -> offsets[partition.partition()] = offset);
    return new EventPosition(topicMark, offsets);
  }

  @Override
  public void start() {
    TopicReader starting =
        new TopicReader(
            "event-feed",
            List.of(Topics.ROLLOUTS),
            source::tail,
            TopicReader.Start.last(recent),
            this);
    reader = starting;
    starting.start();
  }

  /// Ends every client's stream. In the last phase, so that it comes first in a shutdown: the web
  /// server would wait for open streams otherwise.
  @Override
  public void stop() {
    ring.close();
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

  /// The real broker.
  private record Broker(KafkaSettings settings) implements Source {
    @Override
    public Consumer<String, byte[]> tail() {
      return Consumers.strict(settings);
    }

    @Override
    public Consumer<String, byte[]> catchUp() {
      return Consumers.lenient(settings);
    }

    @Override
    public int topicMark() {
      try (Admin admin = Admin.create(settings.common())) {
        var topic =
            admin
                .describeTopics(List.of(Topics.ROLLOUTS))
                .allTopicNames()
                .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                .get(Topics.ROLLOUTS);
        if (topic == null) {
          throw new KafkaException("the topic " + Topics.ROLLOUTS + " is not there");
        }
        return topic.topicId().hashCode();
      } catch (ExecutionException | TimeoutException failure) {
        throw new KafkaException("no answer to what " + Topics.ROLLOUTS + " is", failure);
      } catch (InterruptedException stop) {
        throw new InterruptException(stop);
      }
    }
  }
}
