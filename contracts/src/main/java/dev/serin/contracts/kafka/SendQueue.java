package dev.serin.contracts.kafka;

import dev.serin.contracts.agent.BackOff;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an agent has to tell, on its way to the broker. Whoever tells never waits: a producer
/// blocks for up to a minute when it has lost sight of the broker, and a guard that waits with it
/// lets its dead man's switch go off late. One record after the other is sent, each until the
/// broker has it, for as long as the broker is away. Beyond [#MOST] the oldest goes: the
/// coordinator asks again.
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
      Throwable failure;
      try {
        sending.send(record);
        return;
      } catch (ExecutionException failed) {
        failure = failed.getCause();
      } catch (InterruptException stopped) {
        throw stopped;
      } catch (KafkaException failed) {
        failure = failed;
      }
      boolean again = failure instanceof RetriableException;
      log.atWarn()
          .addKeyValue("topic", record.topic())
          .log(
              again ? "not sent, tried again: {}" : "not sent, the coordinator will ask again: {}",
              String.valueOf(failure));
      if (!again) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(
          BETWEEN_ATTEMPTS.pause(failures, record.topic(), thread.threadId()).toMillis());
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
