package dev.serin.contracts.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Creates the topics that are missing, with the design's retention. Every process does it at its
/// start; a topic that is there is left as it is, but its partition count must be the one expected.
public final class TopicCreation {
  private static final Logger log = LoggerFactory.getLogger(TopicCreation.class);

  private TopicCreation() {}

  /// Blocks until the topics are there, however long the broker is away.
  ///
  /// @throws IllegalStateException when a topic has another number of partitions
  public static void ensure(KafkaSettings settings) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        tryOnce(settings);
        return;
      } catch (TimeoutException away) {
        log.atWarn()
            .addKeyValue("attempt", attempt)
            .log("no answer from the broker at {}, asking again", settings.bootstrapServers());
      }
    }
  }

  private static void tryOnce(KafkaSettings settings)
      throws InterruptedException, TimeoutException {
    Map<String, Object> properties = new HashMap<>(settings.common());
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    try (Admin admin = Admin.create(properties)) {
      var there = admin.listTopics().names().get(15, TimeUnit.SECONDS);
      List<NewTopic> missing = new ArrayList<>();
      for (Topics.Topic topic : Topics.all()) {
        if (!there.contains(topic.name())) {
          missing.add(
              new NewTopic(topic.name(), Optional.of(Topics.PARTITIONS), Optional.empty())
                  .configs(topic.configuration()));
        }
      }
      for (var created : admin.createTopics(missing).values().entrySet()) {
        awaitCreation(created.getValue());
      }
      check(
          admin
              .describeTopics(Topics.all().stream().map(Topics.Topic::name).toList())
              .allTopicNames()
              .get(15, TimeUnit.SECONDS));
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
