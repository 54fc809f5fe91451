package dev.serin.contracts.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/// How many copies a broker keeps of a topic, as it tells.
///
/// @param fewest in the partition that has the fewest
/// @param inSync how many must have a record before it counts as written
record TopicCopies(int fewest, String inSync) {
  /// Of every topic but Kafka's own, by name.
  static Map<String, TopicCopies> of(Admin admin) throws Exception {
    Collection<String> names = admin.listTopics().names().get(60, TimeUnit.SECONDS);
    var topics = admin.describeTopics(names).allTopicNames().get(60, TimeUnit.SECONDS);
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    var configurations = admin.describeConfigs(resources).all().get(60, TimeUnit.SECONDS);
    Map<String, TopicCopies> copies = new HashMap<>();
    for (ConfigResource resource : resources) {
      List<TopicPartitionInfo> partitions =
          Objects.requireNonNull(topics.get(resource.name())).partitions();
      copies.put(
          resource.name(),
          new TopicCopies(
              partitions.stream().mapToInt(one -> one.replicas().size()).min().orElse(0),
              Objects.requireNonNull(configurations.get(resource))
                  .get("min.insync.replicas")
                  .value()));
    }
    return copies;
  }
}
