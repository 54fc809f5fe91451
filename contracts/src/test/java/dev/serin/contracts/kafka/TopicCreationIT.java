package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TopicCreationIT {
  @RegisterExtension static final KafkaBroker broker = new KafkaBroker();

  @BeforeEach
  @AfterEach
  void noTopics() throws InterruptedException {
    broker.deleteTopics();
  }

  private static Config configuration(Admin admin, String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return Objects.requireNonNull(
        admin.describeConfigs(List.of(resource)).all().get(60, TimeUnit.SECONDS).get(resource));
  }

  @Test
  void makesEveryTopicWithTheRetentionOfTheDesign() throws Exception {
    TopicCreation.ensure(broker.settings());
    TopicCreation.ensure(broker.settings());

    Map<String, String> kept =
        Map.of(
            Topics.REQUESTS,
            "30",
            Topics.HAPROXY_COMMANDS,
            "7",
            Topics.INCUS_EVENTS,
            "7",
            Topics.ROLLOUTS,
            "365",
            Topics.deadLetters(Topics.REQUESTS),
            "30");
    try (Admin admin = Admin.create(broker.settings().common())) {
      for (Map.Entry<String, String> topic : kept.entrySet()) {
        assertThat(configuration(admin, topic.getKey()).get("retention.ms").value())
            .isEqualTo(String.valueOf(TimeUnit.DAYS.toMillis(Long.parseLong(topic.getValue()))));
      }
      for (String compacted : List.of(Topics.SERVICES, Topics.ROLLOUT_STATES)) {
        assertThat(configuration(admin, compacted).get("cleanup.policy").value())
            .isEqualTo("compact");
      }
      var topics =
          admin
              .describeTopics(Topics.all().stream().map(Topics.Topic::name).toList())
              .allTopicNames()
              .get(60, TimeUnit.SECONDS);
      assertThat(topics.values())
          .hasSize(19)
          .allMatch(topic -> topic.partitions().size() == Topics.PARTITIONS);
    }
  }

  @Test
  void oneBrokerKeepsOneCopyOfEachRecordAndWaitsForNoOther() throws Exception {
    assertThat(TopicCreation.ensure(broker.settings())).isEqualTo(TopicCreation.Copies.ONE);

    try (Admin admin = Admin.create(broker.settings().common())) {
      assertThat(TopicCopies.of(admin))
          .containsOnlyKeys(Topics.all().stream().map(Topics.Topic::name).toList())
          .allSatisfy((_, copies) -> assertThat(copies).isEqualTo(new TopicCopies(1, "1")));
    }
  }

  @Test
  void aTopicThatIsThereStaysAsItIs() throws Exception {
    try (Admin admin = Admin.create(broker.settings().common())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(Topics.REQUESTS, Optional.of(Topics.PARTITIONS), Optional.empty())
                      .configs(Map.of("retention.ms", "1000"))))
          .all()
          .get(60, TimeUnit.SECONDS);

      TopicCreation.ensure(broker.settings());

      assertThat(configuration(admin, Topics.REQUESTS).get("retention.ms").value())
          .isEqualTo("1000");
    }
  }

  @Test
  void anotherNumberOfPartitionsIsRefusedWithTheTopicsNamed() throws Exception {
    try (Admin admin = Admin.create(broker.settings().common())) {
      admin
          .createTopics(
              List.of(new NewTopic(Topics.INCUS_EVENTS, Optional.of(1), Optional.empty())))
          .all()
          .get(60, TimeUnit.SECONDS);
    }

    assertThatIllegalStateException()
        .isThrownBy(() -> TopicCreation.ensure(broker.settings()))
        .withMessage(
            "expected 6 partitions in every topic, found: serin.incus.events.v1 has 1; create"
                + " these topics anew with 6 partitions");
  }
}
