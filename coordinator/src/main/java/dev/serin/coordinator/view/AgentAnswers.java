package dev.serin.coordinator.view;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.kafka.Decoded;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.sli.SliEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// What agents answer to questions that belong to no rollout, read from their events' topics while
/// somebody waits for it.
///
/// 1. Where the topics end is noted, so that no answer can be missed.
/// 2. The questions are asked, and asked again every [#ASK_AGAIN]: under the same ids, which has
///    their effect once.
/// 3. It ends with the last answer, or with the time given.
public final class AgentAnswers {
  private static final List<String> TOPICS =
      List.of(Topics.HAPROXY_EVENTS, Topics.INCUS_EVENTS, Topics.SLI_EVENTS);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(200);

  /// How many may wait at once.
  private static final int READERS = 4;

  /// What waiting came to.
  public sealed interface Reading {
    /// @param answers the first one to each question that was answered in time
    record Read(List<AgentEvent> answers) implements Reading {}

    record Unreachable(String why) implements Reading {}

    /// Too many are waiting already.
    record Busy() implements Reading {}
  }

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Semaphore readers = new Semaphore(READERS);

  public AgentAnswers(KafkaSettings settings) {
    this.consumers = () -> Consumers.lenient(settings);
  }

  /// @param questions the ids of the commands that are to be answered
  /// @param ask sends them; why that was not possible, where it was not
  /// @param within how long the agents have
  public Reading await(
      String service, Set<String> questions, Supplier<Optional<String>> ask, Duration within) {
    if (!readers.tryAcquire()) {
      return new Reading.Busy();
    }
    // A platform thread, since a consumer's wait would hold a carrier thread.
    FutureTask<Reading> waiting = new FutureTask<>(() -> read(service, questions, ask, within));
    try {
      Thread.ofPlatform().name("agent-answers").daemon().start(waiting);
      return waiting.get();
    } catch (ExecutionException bug) {
      throw new IllegalStateException(bug.getCause());
    } catch (InterruptedException stop) {
      waiting.cancel(true);
      Thread.currentThread().interrupt();
      return new Reading.Unreachable("the coordinator stops");
    } finally {
      readers.release();
    }
  }

  private Reading read(
      String service, Set<String> questions, Supplier<Optional<String>> ask, Duration within) {
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.endOffsets(partitions, ANSWER).forEach(consumer::seek);
      Map<String, AgentEvent> answers = new LinkedHashMap<>();
      long start = System.nanoTime();
      long asked = start - ASK_AGAIN.toNanos();
      while (answers.size() < questions.size() && System.nanoTime() - start < within.toNanos()) {
        if (System.nanoTime() - asked >= ASK_AGAIN.toNanos()) {
          asked = System.nanoTime();
          Optional<String> unsent = ask.get();
          if (unsent.isPresent()) {
            return new Reading.Unreachable(unsent.get());
          }
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (service.equals(record.key())) {
            event(record)
                .filter(event -> questions.contains(event.head().commandId()))
                .ifPresent(event -> answers.putIfAbsent(event.head().commandId(), event));
          }
        }
      }
      return new Reading.Read(List.copyOf(answers.values()));
    } catch (KafkaException failure) {
      return new Reading.Unreachable(String.valueOf(failure.getMessage()));
    }
  }

  private static List<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : TOPICS) {
      consumer
          .partitionsFor(topic, ANSWER)
          .forEach(one -> partitions.add(new TopicPartition(topic, one.partition())));
    }
    return partitions;
  }

  /// What is no event is the saga's to put among the dead letters.
  private static Optional<AgentEvent> event(ConsumerRecord<String, byte[]> record) {
    Decoded<? extends AgentEvent> decoded =
        switch (record.topic()) {
          case Topics.HAPROXY_EVENTS -> Decoded.message(record.value(), HaproxyEvent.class);
          case Topics.INCUS_EVENTS -> Decoded.message(record.value(), IncusEvent.class);
          default -> Decoded.message(record.value(), SliEvent.class);
        };
    return decoded instanceof Decoded.Readable<? extends AgentEvent> readable
        ? Optional.of(readable.value())
        : Optional.empty();
  }
}
