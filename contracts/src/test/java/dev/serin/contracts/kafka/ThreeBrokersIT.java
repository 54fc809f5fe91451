package dev.serin.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.junit.jupiter.api.Test;

/// A cluster of three outlives any one of its brokers, with nothing lost that counted as written.
class ThreeBrokersIT {
  @Test
  void keepThreeCopiesOfEachRecordOfWhichTwoMustHaveIt() throws Exception {
    TestKitNodes nodes =
        new TestKitNodes.Builder()
            .setCombined(true)
            .setNumControllerNodes(1)
            .setNumBrokerNodes(3)
            .build();
    try (KafkaClusterTestKit cluster =
        new KafkaClusterTestKit.Builder(nodes)
            .setConfigProp("auto.create.topics.enable", "false")
            .build()) {
      cluster.format();
      cluster.startup();
      cluster.waitForReadyBrokers();
      KafkaSettings settings = new KafkaSettings(cluster.bootstrapServers(), null, Map.of());

      assertThat(TopicCreation.ensure(settings)).isEqualTo(TopicCreation.Copies.THREE);

      try (Admin admin = Admin.create(settings.common())) {
        assertThat(TopicCopies.of(admin))
            .containsOnlyKeys(Topics.all().stream().map(Topics.Topic::name).toList())
            .allSatisfy((_, copies) -> assertThat(copies).isEqualTo(new TopicCopies(3, "2")));
      }
    }
  }
}
