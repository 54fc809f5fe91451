package dev.serin.contracts.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/// Gives integration tests a real Kafka broker, one for all tests of a JVM: from Testcontainers
/// where Docker and the image are there, embedded elsewhere. It prints which, and why.
///
/// ```java
/// @RegisterExtension static final KafkaBroker broker = new KafkaBroker();
/// ```
///
/// Topics stay from one test class to the next: a test that minds begins with [#deleteTopics()].
/// Topics are made on purpose only, as Serin does.
public final class KafkaBroker implements BeforeAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(KafkaBroker.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private @Nullable RunningBroker running;

  @Override
  public void beforeAll(ExtensionContext context) {
    running =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(
                RunningBroker.class, any -> RunningBroker.start(), RunningBroker.class);
  }

  private RunningBroker running() {
    RunningBroker broker = running;
    if (broker == null) {
      throw new IllegalStateException(
          "expected a broker that runs: register the extension with a static field");
    }
    return broker;
  }

  /// `host:port`
  public String bootstrapServers() {
    return running().bootstrapServers();
  }

  /// What a process needs to reach the broker.
  public KafkaSettings settings() {
    return new KafkaSettings(bootstrapServers(), null, Map.of());
  }

  /// Deletes every topic but Kafka's own, and waits until they are gone.
  public void deleteTopics() throws InterruptedException {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) bootstrapServers()))) {
      Set<String> topics = admin.listTopics().names().get();
      if (topics.isEmpty()) {
        return;
      }
      admin.deleteTopics(List.copyOf(topics)).all().get();
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!admin.listTopics().names().get().isEmpty()) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException("expected the topics to go away: " + topics);
        }
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
      deleteGroups(admin, end);
    } catch (ExecutionException failed) {
      if (!(failed.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw new IllegalStateException("expected to delete the topics", failed);
      }
    }
  }

  /// What a group has read of a topic would hold for a new one of the same name. A static member
  /// that is gone keeps its group until its session is over.
  private static void deleteGroups(Admin admin, long end)
      throws InterruptedException, ExecutionException {
    while (true) {
      List<String> groups =
          admin.listGroups().all().get().stream().map(GroupListing::groupId).toList();
      if (groups.isEmpty()) {
        return;
      }
      for (String group : groups) {
        try {
          admin.deleteConsumerGroups(List.of(group)).all().get();
        } catch (ExecutionException notYet) {
          if (System.nanoTime() > end
              || !(notYet.getCause() instanceof GroupNotEmptyException
                  || notYet.getCause() instanceof GroupIdNotFoundException)) {
            throw notYet;
          }
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }
}
