package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.BackOff;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an agent has to tell, on its way to the broker. Whoever tells never waits: a producer
/// blocks for up to a minute when it has lost sight of the broker, and a guard that waits with it
/// lets its dead man's switch go off late. One record after the other is sent, each until the
/// broker has it.
///
/// There is no limit to that, on purpose. The event is the record of what was done (I9), and what
/// an agent tells by itself (a switch that went off, a hand) nobody asks for again: a broker that
/// is away for a day takes it all the same. What is limited is what waits: beyond [#MOST] the
/// oldest goes. Meanwhile [#notSent] says so.
final class SendQueue implements AutoCloseable {
  static final int MOST = 10_000;

  private static final Logger log = LoggerFactory.getLogger(SendQueue.class);
  private static final BackOff BETWEEN_ATTEMPTS =
      new BackOff(Duration.ofMillis(250), Duration.ofSeconds(1));
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /// Returns once the broker has the record.
  interface Sending {
    void send(ProducerRecord<String, byte[]> record)
        throws ExecutionException, InterruptedException;
  }

  private final LinkedBlockingDeque<ProducerRecord<String, byte[]>> waiting =
      new LinkedBlockingDeque<>(MOST);
  private final Sending sending;
  private final Thread thread;
  private volatile boolean closing;

  /// Why the record that is being sent was not, when it was last tried.
  private volatile @Nullable String failing;

  SendQueue(String name, Sending sending) {
    this.sending = sending;
    this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /// Returns at once.
  void add(ProducerRecord<String, byte[]> record) {
    while (!waiting.offerLast(record)) {
      ProducerRecord<String, byte[]> oldest = waiting.pollFirst();
      if (oldest != null) {
        log.atWarn()
            .addKeyValue("topic", oldest.topic())
            .log("{} records wait for the broker; the oldest is dropped", MOST);
      }
    }
  }

  /// What waits for the broker, and why it was not sent; none where the broker takes it.
  Optional<String> notSent() {
    String why = failing;
    return why == null
        ? Optional.empty()
        : Optional.of(waiting.size() + 1 + " records that are not sent: " + why);
  }

  private void run() {
    try {
      while (true) {
        ProducerRecord<String, byte[]> next = waiting.pollFirst(100, TimeUnit.MILLISECONDS);
        if (next != null) {
          untilSent(next);
        } else if (closing) {
          return;
        }
      }
    } catch (InterruptedException | InterruptException stopped) {
      log.atInfo().log("stopped with {} records not sent", waiting.size());
    }
  }

  private void untilSent(ProducerRecord<String, byte[]> record) throws InterruptedException {
    for (int failures = 1; ; failures++) {
      Throwable failure = failure(record);
      if (!(failure instanceof RetriableException)) {
        if (failure != null) {
          log.atWarn()
              .addKeyValue("topic", record.topic())
              .log("not sent, the coordinator will ask again: {}", failure.toString());
        } else if (failures > 1) {
          log.atInfo().addKeyValue("topic", record.topic()).log("sent, try {}", failures);
        }
        failing = null;
        return;
      }
      if (failures == 1) {
        log.atWarn()
            .addKeyValue("topic", record.topic())
            .log("not sent, tried again until the broker has it: {}", failure.toString());
      }
      failing = failure.toString();
      TimeUnit.MILLISECONDS.sleep(
          BETWEEN_ATTEMPTS.pause(failures, record.topic(), thread.threadId()).toMillis());
    }
  }

  /// One try.
  ///
  /// @return why the broker does not have it; none where it has
  private @Nullable Throwable failure(ProducerRecord<String, byte[]> record)
      throws InterruptedException {
    try {
      sending.send(record);
      return null;
    } catch (ExecutionException failed) {
      return Objects.requireNonNullElse(failed.getCause(), failed);
    } catch (InterruptException stopped) {
      throw stopped;
    } catch (KafkaException failed) {
      return failed;
    }
  }

  /// Sends what waits, for as long as that goes well, at most 5 s.
  @Override
  public void close() {
    closing = true;
    try {
      if (!thread.join(LAST_WORDS)) {
        thread.interrupt();
        thread.join(LAST_WORDS);
      }
    } catch (InterruptedException stopped) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
