package dev.serin.contracts.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Creates the topics that are missing, with the design's retention: three replicas, of which two
/// must have each record, where the cluster has three brokers, one elsewhere. Every process does it
/// at its start; a topic that is there is left as it is, but its partition count must be the one
/// expected.
public final class TopicCreation {
  private static final Logger log = LoggerFactory.getLogger(TopicCreation.class);

  private TopicCreation() {}

  /// How many copies of each record a cluster keeps.
  public enum Copies {
    ONE(1, 1),
    THREE(3, 2);

    private final int replicas;
    private final int inSync;

    Copies(int replicas, int inSync) {
      this.replicas = replicas;
      this.inSync = inSync;
    }

    public int replicas() {
      return replicas;
    }

    /// How many of them must have a record before it counts as written.
    public int inSync() {
      return inSync;
    }

    static Copies of(int brokers) {
      return brokers >= THREE.replicas ? THREE : ONE;
    }
  }

  /// Blocks until the topics are there, however long the broker is away.
  ///
  /// @return how many copies the topics that it makes have here
  /// @throws IllegalStateException when a topic has another number of partitions
  public static Copies ensure(KafkaSettings settings) throws InterruptedException {
    return ensure(settings, _ -> {});
  }

  /// As [#ensure(KafkaSettings)].
  ///
  /// @param away hears of each time that the broker gave no answer
  static Copies ensure(KafkaSettings settings, Consumer<? super RuntimeException> away)
      throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return tryOnce(settings);
      } catch (TimeoutException silent) {
        away.accept(
            new org.apache.kafka.common.errors.TimeoutException(
                "no answer from " + settings.bootstrapServers()));
        log.atWarn()
            .addKeyValue("attempt", attempt)
            .log("no answer from the broker at {}, asking again", settings.bootstrapServers());
      }
    }
  }

  private static Copies tryOnce(KafkaSettings settings)
      throws InterruptedException, TimeoutException {
    Map<String, Object> properties = new HashMap<>(settings.common());
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    try (Admin admin = Admin.create(properties)) {
      var there = admin.listTopics().names().get(15, TimeUnit.SECONDS);
      Copies copies = Copies.of(admin.describeCluster().nodes().get(15, TimeUnit.SECONDS).size());
      List<NewTopic> missing = new ArrayList<>();
      for (Topics.Topic topic : Topics.all()) {
        if (!there.contains(topic.name())) {
          missing.add(
              new NewTopic(topic.name(), Topics.PARTITIONS, (short) copies.replicas())
                  .configs(configuration(topic, copies)));
        }
      }
      for (var created : admin.createTopics(missing).values().entrySet()) {
        awaitCreation(created.getValue());
      }
      var topics =
          admin
              .describeTopics(Topics.all().stream().map(Topics.Topic::name).toList())
              .allTopicNames()
              .get(15, TimeUnit.SECONDS);
      check(topics);
      warnOfFewCopies(topics, copies);
      return copies;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RetriableException) {
        throw new TimeoutException(String.valueOf(failed.getCause().getMessage()));
      }
      throw new IllegalStateException(
          "expected to create Serin's topics on "
              + settings.bootstrapServers()
              + ", the broker refused: "
              + failed.getMessage(),
          failed);
    }
  }

  private static Map<String, String> configuration(Topics.Topic topic, Copies copies) {
    Map<String, String> configuration = new HashMap<>(topic.configuration());
    configuration.put("min.insync.replicas", String.valueOf(copies.inSync()));
    return configuration;
  }

  private static void awaitCreation(org.apache.kafka.common.KafkaFuture<Void> creation)
      throws InterruptedException, TimeoutException, ExecutionException {
    try {
      creation.get(15, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (!(failed.getCause() instanceof TopicExistsException)) {
        throw failed;
      }
    }
  }

  /// A topic that was made while brokers were missing does not outlive one of them.
  private static void warnOfFewCopies(Map<String, TopicDescription> topics, Copies copies) {
    List<String> few =
        topics.values().stream()
            .filter(topic -> topic.partitions().getFirst().replicas().size() < copies.replicas())
            .map(TopicDescription::name)
            .sorted()
            .toList();
    if (!few.isEmpty()) {
      log.atWarn()
          .log(
              "expected {} copies of every topic on a cluster of three or more brokers, found fewer"
                  + " of {}; give them more with kafka-reassign-partitions",
              copies.replicas(),
              String.join(", ", few));
    }
  }

  private static void check(Map<String, TopicDescription> topics) {
    Map<String, Integer> counts =
        topics.values().stream()
            .collect(
                Collectors.toMap(
                    TopicDescription::name, (TopicDescription topic) -> topic.partitions().size()));
    List<String> wrong =
        Topics.all().stream()
            .map(Topics.Topic::name)
            .filter(
                name -> !name.endsWith(".dlt") && counts.getOrDefault(name, 0) != Topics.PARTITIONS)
            .map(name -> name + " has " + counts.get(name))
            .toList();
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(
          "expected "
              + Topics.PARTITIONS
              + " partitions in every topic, found: "
              + String.join(", ", wrong)
              + "; create these topics anew with "
              + Topics.PARTITIONS
              + " partitions");
    }
  }
}
