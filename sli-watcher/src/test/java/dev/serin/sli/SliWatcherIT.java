package dev.serin.sli;

import static dev.serin.sli.Commands.ERROR_RATE;
import static dev.serin.sli.Commands.head;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.config.Launch;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.KafkaBroker;
import dev.serin.contracts.kafka.TopicCreation;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.sli.SliCommand;
import dev.serin.contracts.sli.SliCommand.WatchSlis;
import dev.serin.contracts.sli.SliEvent;
import dev.serin.contracts.sli.SliEvent.SlisChecked;
import dev.serin.contracts.sli.SliEvent.SlotProbed;
import dev.serin.contracts.sli.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;

/// The whole process on a real broker, with a Prometheus of the test's own.
class SliWatcherIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<SliEvent> seen = new ArrayList<>();
  private HttpServer prometheus = newServer();
  private ConfigurableApplicationContext watcher;
  private KafkaProducer<String, byte[]> producer;
  private KafkaConsumer<String, byte[]> consumer;

  private static HttpServer newServer() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (java.io.IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @BeforeEach
  void start() throws Exception {
    prometheus.setExecutor(threads);
    prometheus.createContext(
        "/api/v1/query",
        exchange -> {
          byte[] reply =
              """
              {"status":"success","data":{"resultType":"scalar","result":[1,"0.21"]}}\
              """
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    prometheus.start();
    broker.deleteTopics();
    TopicCreation.ensure(broker.settings());
    producer = new KafkaProducer<>(broker.settings().producer());
    consumer = new KafkaConsumer<>(broker.settings().consumer("sli-watcher-it"));
    consumer.subscribe(List.of(Topics.SLI_EVENTS, Topics.deadLetters(Topics.SLI_COMMANDS)));
    watcher = startWatcher();
  }

  @AfterEach
  void stop() {
    watcher.close();
    producer.close();
    consumer.close();
    prometheus.stop(0);
    threads.shutdownNow();
  }

  private ConfigurableApplicationContext startWatcher() {
    return Launch.prepare(
            SliWatcherApplication.class,
            "serin-sli-watcher",
            new Launch.Options(null, List.of()),
            Map.of(
                "serin.kafka.bootstrap-servers",
                broker.bootstrapServers(),
                "serin.prometheus.url",
                "http://127.0.0.1:" + prometheus.getAddress().getPort()))
        .run();
  }

  private void send(SliCommand command) throws Exception {
    send(Json.mapper().writeValueAsBytes(command));
  }

  private void send(byte[] value) throws Exception {
    producer.send(new ProducerRecord<>(Topics.SLI_COMMANDS, "backend-api", value)).get();
  }

  private ConsumerRecord<String, byte[]> await(Predicate<ConsumerRecord<String, byte[]>> wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (var record : consumer.poll(Duration.ofMillis(200))) {
        if (record.topic().equals(Topics.SLI_EVENTS)) {
          seen.add(Json.mapper().readValue(record.value(), SliEvent.class));
        }
        if (wanted.test(record)) {
          return record;
        }
      }
    }
    throw new AssertionError("expected another record, seen so far: " + seen);
  }

  private <E extends SliEvent> E awaitEvent(Class<E> type, Predicate<E> wanted) {
    await(record ->
        !seen.isEmpty()
            && type.isInstance(seen.getLast())
            && wanted.test(type.cast(seen.getLast())));
    return type.cast(seen.getLast());
  }

  private static WatchSlis watch(long fence, int fromSlot, Instant start) {
    return new WatchSlis(
        head(fence),
        "a-1",
        start,
        Duration.ofSeconds(1),
        fromSlot,
        4,
        Instant.now().plusSeconds(600),
        List.of(ERROR_RATE));
  }

  @Test
  void checksThenProbesEverySlotAndGoesOnAfterARestart() throws Exception {
    send(Commands.check(1, ERROR_RATE));
    SlisChecked checked = awaitEvent(SlisChecked.class, any -> true);
    assertThat(checked.problems()).isEmpty();
    assertThat(checked.results().getFirst().detail()).isEqualTo("error-rate is 0.21");

    Instant start = Instant.now().minusSeconds(1);
    send(watch(2, 1, start));
    SlotProbed first = awaitEvent(SlotProbed.class, probed -> probed.slot() == 1);
    assertThat(first.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(first.slotAt()).isEqualTo(start.plusSeconds(1));
    assertThat(first.results().getFirst().detail())
        .isEqualTo("error-rate is 0.21, above the limit of 0.005");

    watcher.close();
    watcher = startWatcher();
    send(watch(3, 2, start));
    awaitEvent(SlotProbed.class, probed -> probed.slot() == 4);

    assertThat(seen.stream().filter(SlotProbed.class::isInstance).map(SlotProbed.class::cast))
        .extracting(SlotProbed::slot)
        .contains(1, 2, 3, 4);
  }

  @Test
  void aPoisonedCommandGoesToTheDeadLettersAndTheNextOneWorks() throws Exception {
    send("{\"type\":\"watch-slis\"}".getBytes(StandardCharsets.UTF_8));
    send(Commands.check(1, ERROR_RATE));

    var dead = await(record -> record.topic().endsWith(".dlt"));
    assertThat(dead.headers().lastHeader("serin-reason")).isNotNull();
    if (seen.isEmpty()) {
      awaitEvent(SlisChecked.class, any -> true);
    }
    assertThat(seen).hasOnlyElementsOfType(SlisChecked.class);
  }
}
