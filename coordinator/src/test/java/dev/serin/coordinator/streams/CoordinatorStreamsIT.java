package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.KafkaBroker;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.kafka.TopicCreation;
import dev.serin.contracts.kafka.Topics;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.coordinator.rescue.RescueSheets;
import dev.serin.coordinator.saga.Limit;
import dev.serin.coordinator.view.RolloutRow;
import dev.serin.coordinator.view.RolloutViews;
import dev.serin.coordinator.view.ViewMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The saga on a real broker: transactions, changelogs, its own clock.
class CoordinatorStreamsIT {
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;

  @BeforeEach
  void freshTopics() throws InterruptedException {
    broker.deleteTopics();
    TopicCreation.ensure(broker.settings());
  }

  private CoordinatorStreams start(String name) {
    return start(name, broker.settings());
  }

  private CoordinatorStreams start(String name, KafkaSettings settings) {
    return start(name, settings, Published.NOTHING);
  }

  private CoordinatorStreams start(String name, KafkaSettings settings, Published published) {
    return start(name, settings, published, List.of());
  }

  private CoordinatorStreams start(
      String name, KafkaSettings settings, Published published, List<Limit> limits) {
    CoordinatorStreams streams =
        new CoordinatorStreams(
            settings,
            directory.resolve(name),
            new CoordinatorMetrics(new SimpleMeterRegistry()),
            RescueSheets.NONE,
            published,
            limits);
    streams.start();
    return streams;
  }

  private static void write(String topic, String key, String value) throws Exception {
    try (var producer = new KafkaProducer<String, byte[]>(broker.settings().producer())) {
      producer
          .send(new ProducerRecord<>(topic, key, value.getBytes(StandardCharsets.UTF_8)))
          .get(60, TimeUnit.SECONDS);
    }
  }

  private static void askForARelease() throws Exception {
    write(
        Topics.SERVICES,
        "api",
        """
        {"service": "api", "pool": "p", "loadBalancers": ["l"],
         "nodes": [{"name": "b1"}, {"name": "b2", "canary": true}],
         "install": {"path": "/opt/api", "unit": "api"},
         "health": {"url": "http://127.0.0.1:8080/health"}, "analysis": {"window": "0s"}}
        """);
    awaitDefined();
    String sql = "x".repeat(200_000);
    for (int number = 0; number < 5; number++) {
      write(
          Topics.REQUESTS,
          "any",
          """
          {"type": "release-requested", "requestId": "r%d", "service": "api", "version": "v%d",
           "artifact": {"uri": "file:/a", "sha256": "%s"},
           "migrations": [{"path": "1.sql", "sql": "%s"}]}
          """
              .formatted(number, number, "ab".repeat(32), sql));
    }
  }

  /// Topics are read in any order: a release that is read before its service is refused.
  private static void awaitDefined() throws Exception {
    awaitDefined("api");
  }

  private static void awaitDefined(String service) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (var ledgers = new KafkaConsumer<String, byte[]>(broker.settings().consumer())) {
      List<TopicPartition> partitions = List.of();
      while (true) {
        assertThat(System.nanoTime()).as("the service is defined").isLessThan(end);
        if (partitions.isEmpty()) {
          partitions = partitionsOf(CoordinatorStreams.LEDGERS_CHANGELOG);
          ledgers.assign(partitions);
          ledgers.seekToBeginning(partitions);
        }
        if (!partitions.isEmpty()) {
          for (var record : ledgers.poll(Duration.ofMillis(200))) {
            if (service.equals(record.key())) {
              return;
            }
          }
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static List<TopicPartition> partitionsOf(String topic) throws Exception {
    try (Admin admin = admin()) {
      if (!admin.listTopics().names().get().contains(topic)) {
        return List.of();
      }
    }
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      partitions.add(new TopicPartition(topic, partition));
    }
    return partitions;
  }

  private static Admin admin() {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            (Object) broker.settings().bootstrapServers()));
  }

  /// Reads on until the same command has come so often.
  private static void untilAsked(int times, KafkaConsumer<String, byte[]> commands) {
    List<String> ids = new ArrayList<>();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (ids.size() < times) {
      assertThat(System.nanoTime()).as("asked so far: %s", ids).isLessThan(end);
      commands
          .poll(Duration.ofMillis(200))
          .forEach(record ->
              ids.add(Json.mapper().readTree(record.value()).get("commandId").stringValue()));
    }
    Set<String> distinct = new HashSet<>(ids);
    assertThat(distinct).as("the command id of a repetition is the same").hasSize(1);
  }

  private static KafkaConsumer<String, byte[]> commands() {
    var consumer = new KafkaConsumer<String, byte[]>(broker.settings().consumer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topics.INCUS_COMMANDS).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  @Test
  void asksAgainByItsOwnClockAndAfterItsDiskIsLost() throws Exception {
    CoordinatorStreams first = start("first");
    try (var commands = commands()) {
      askForARelease();
      untilAsked(2, commands);
      first.stop();
      // Another directory: what it knows comes from the broker alone (I11).
      CoordinatorStreams second = start("second");
      try {
        commands.seekToBeginning(commands.assignment());
        untilAsked(4, commands);
      } finally {
        second.stop();
      }
    } finally {
      first.stop();
    }
  }

  @Test
  void goesOnAfterTheBrokerHasTakenItsConsumerForAnother() throws Exception {
    KafkaSettings same = new KafkaSettings(broker.settings().bootstrapServers(), "same", Map.of());
    CoordinatorStreams first = start("first", same);
    try (var commands = commands()) {
      askForARelease();
      untilAsked(1, commands);
      CoordinatorStreams other = start("other", same);
      try {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!other.isSettled()) {
          assertThat(System.nanoTime()).as("the other has the work").isLessThan(end);
          commands.poll(Duration.ofMillis(200));
        }
        untilAsked(1, commands);
      } finally {
        other.stop();
      }
      commands.poll(Duration.ofMillis(200));
      untilAsked(2, commands);
    } finally {
      first.stop();
    }
  }

  private static KafkaConsumer<String, byte[]> reading(String topic) {
    var consumer = new KafkaConsumer<String, byte[]>(broker.settings().consumer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      partitions.add(new TopicPartition(topic, partition));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  @Test
  void aFreezeOfAllServicesIsInTheRecordOfEveryPartitionAndToldOnce() throws Exception {
    CoordinatorStreams streams = start("frozen");
    try (var events = reading(Topics.ROLLOUTS)) {
      write(
          Topics.REQUESTS,
          "any",
          """
          {"type": "freeze-requested", "requestId": "f", "service": "*", "reason": "black friday"}
          """);
      List<String> told = new ArrayList<>();
      Set<Integer> partitions = new HashSet<>();
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (told.isEmpty()) {
        assertThat(System.nanoTime()).as("it is told").isLessThan(end);
        events.poll(Duration.ofMillis(200)).forEach(record -> told.add(record.key()));
      }
      try (var ledgers = reading(CoordinatorStreams.LEDGERS_CHANGELOG)) {
        while (partitions.size() < Topics.PARTITIONS) {
          assertThat(System.nanoTime()).as("kept in: %s", partitions).isLessThan(end);
          ledgers
              .poll(Duration.ofMillis(200))
              .forEach(record -> {
                assertThat(record.key()).isEqualTo("*");
                assertThat(new String(record.value(), StandardCharsets.UTF_8))
                    .contains("black friday");
                partitions.add(record.partition());
              });
        }
      }
      events.poll(Duration.ofMillis(200)).forEach(record -> told.add(record.key()));
      assertThat(told).containsExactly("*");
    } finally {
      streams.stop();
    }
  }

  @Test
  void noMoreRolloutsRunAtOnceThanTheLimitsSayOnARealBroker() throws Exception {
    RolloutViews views = views();
    CoordinatorStreams streams =
        start("limited", broker.settings(), views, List.of(Limit.of(1, null)));
    try {
      List<String> services = List.of("api", "web", "jobs");
      for (String name : services) {
        write(
            Topics.SERVICES,
            name,
            """
            {"service": "%s", "nodes": [{"name": "b1"}, {"name": "b2", "canary": true}],
             "install": {"path": "/opt/api", "unit": "api"},
             "health": {"url": "http://127.0.0.1:8080/health"}, "analysis": {"window": "0s"}}
            """
                .formatted(name));
        awaitDefined(name);
        write(
            Topics.REQUESTS,
            "any",
            """
            {"type": "release-requested", "requestId": "r", "service": "%s", "version": "v2",
             "artifact": {"uri": "file:/a", "sha256": "%s"}}
            """
                .formatted(name, "ab".repeat(32)));
      }
      Set<String> over = new HashSet<>();
      for (int turn = 0; turn < services.size(); turn++) {
        int open = services.size() - turn;
        assertThat(
                views.await(
                    it -> running(it).size() == 1 && unfinished(it).size() == open, PATIENCE))
            .as("one at a time, %s are over", over)
            .isTrue();
        RolloutRow running = running(views).getFirst();
        unfinished(views).stream()
            .filter(row -> !row.equals(running))
            .forEach(row -> assertThat(row.state().waitingFor()).contains("serin.limits"));
        String service = running.state().service();
        assertThat(over.add(service)).isTrue();
        write(
            Topics.REQUESTS,
            "any",
            """
            {"type": "abort-requested", "requestId": "a", "service": "%s", "requestedBy": "bob"}
            """
                .formatted(service));
      }
      assertThat(views.await(it -> unfinished(it).isEmpty(), PATIENCE)).isTrue();
    } finally {
      streams.stop();
      views.stop();
    }
  }

  private static List<RolloutRow> unfinished(RolloutViews views) {
    return views.rollouts(RolloutRow::isUnfinished, 10);
  }

  private static List<RolloutRow> running(RolloutViews views) {
    return views.rollouts(row -> row.isUnfinished() && row.phase() != RolloutPhase.QUEUED, 10);
  }

  private static RolloutViews views() {
    RolloutViews views =
        new RolloutViews(broker.settings(), new ViewMetrics(new SimpleMeterRegistry()));
    views.start();
    return views;
  }

  @Test
  void aLostChangelogHaltsWhatWasUnderWayAndTouchesNothing() throws Exception {
    RolloutViews views = views();
    CoordinatorStreams first = start("first", broker.settings(), views);
    try (var commands = commands()) {
      askForARelease();
      untilAsked(1, commands);
    } finally {
      first.stop();
      views.stop();
    }
    delete(CoordinatorStreams.LEDGERS_CHANGELOG);

    RolloutViews anew = views();
    CoordinatorStreams second = start("second", broker.settings(), anew);
    try {
      assertThat(
              anew.await(
                  it ->
                      it.rolloutCount() == 5 && it.rollouts(RolloutRow::isUnfinished, 5).isEmpty(),
                  PATIENCE))
          .isTrue();
      assertThat(anew.rollouts(row -> row.phase() == RolloutPhase.HALTED, 5))
          .singleElement()
          .satisfies(row -> {
            assertThat(row.state().message())
                .contains("to be as new", "nothing was done on a guess");
            assertThat(row.state().problems().toString()).contains("serin hands-on api");
          });
      write(
          Topics.REQUESTS,
          "any",
          """
          {"type": "release-requested", "requestId": "later", "service": "api", "version": "v9",
           "artifact": {"uri": "file:/a", "sha256": "%s"}}
          """
              .formatted("cd".repeat(32)));
      assertThat(anew.await(it -> it.rolloutCount() == 6, PATIENCE)).isTrue();
      assertThat(anew.rollouts(row -> row.state().requestId().equals("later"), 1))
          .singleElement()
          .satisfies(row -> {
            assertThat(row.phase()).isEqualTo(RolloutPhase.REJECTED);
            assertThat(row.state().problems().toString()).contains("hands off", "by serin");
          });
    } finally {
      second.stop();
      anew.stop();
    }
  }

  private static void delete(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (admin.listTopics().names().get().contains(topic)) {
        assertThat(System.nanoTime()).as("%s goes away", topic).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
