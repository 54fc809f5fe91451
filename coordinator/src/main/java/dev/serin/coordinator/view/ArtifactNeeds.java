package dev.serin.coordinator.view;

import dev.serin.contracts.incus.FileState;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.KafkaSettings;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.coordinator.saga.FileRecords;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.streams.CoordinatorStreams;
import dev.serin.coordinator.streams.SagaProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import tools.jackson.core.JacksonException;

/// Which artifacts which service needs: its active rollout and what waits, what a rollback of them
/// goes back to, its last known good, the earlier releases that it remembers, and the rollout that
/// ended last.
///
/// Read from the changelog of the saga's ledgers: it has every service, whichever coordinator is at
/// work on it, and outlives a restart.
public final class ArtifactNeeds implements SmartLifecycle, TopicReader.Sink {
  /// Where the saga's ledgers are kept on the broker.
  public static final String LEDGERS =
      CoordinatorStreams.APPLICATION_ID + "-" + SagaProcessor.LEDGERS + "-changelog";

  private static final Logger log = LoggerFactory.getLogger(ArtifactNeeds.class);

  /// What a service needs an artifact for.
  public enum Use {
    ACTIVE_ROLLOUT,
    QUEUED,
    LAST_KNOWN_GOOD,
    EARLIER_RELEASE,
    LAST_ENDED;

    /// As the API has it.
    public String shown() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// One service's need of one artifact.
  public record Need(String service, String sha256, Use use) {}

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Map<String, List<Need>> byService = new ConcurrentHashMap<>();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
  private volatile boolean caughtUp;
  private volatile @Nullable TopicReader reader;

  public ArtifactNeeds(KafkaSettings settings) {
    this(() -> Consumers.strict(settings));
  }

  ArtifactNeeds(Supplier<Consumer<String, byte[]>> consumers) {
    this.consumers = consumers;
  }

  /// The digests of all that is needed; none while that is not known for certain: ledgers are still
  /// being read, their reader has died, or one of them is not readable.
  public Optional<Set<String>> digests() {
    TopicReader current = reader;
    return current == null || !current.isAlive() ? Optional.empty() : read();
  }

  /// The same, whether more will be read or not.
  Optional<Set<String>> read() {
    if (!caughtUp || !unreadable.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        byService.values().stream()
            .flatMap(List::stream)
            .map(Need::sha256)
            .collect(Collectors.toUnmodifiableSet()));
  }

  /// What is known to be needed, by digest.
  public Map<String, List<Need>> byDigest() {
    return new TreeMap<>(byService)
        .values().stream().flatMap(List::stream).collect(Collectors.groupingBy(Need::sha256));
  }

  @Override
  public void restarted(Map<TopicPartition, Long> positions) {
    caughtUp = false;
    byService.clear();
    unreadable.clear();
  }

  @Override
  public void read(
      List<ConsumerRecord<String, byte[]>> records,
      Map<TopicPartition, Long> positions,
      boolean everythingOfTheStart) {
    records.forEach(this::ledger);
    caughtUp = everythingOfTheStart;
  }

  private void ledger(ConsumerRecord<String, byte[]> record) {
    String service = String.valueOf(record.key());
    if (record.value() == null) {
      byService.remove(service);
      unreadable.remove(service);
      return;
    }
    try {
      byService.put(service, of(Json.mapper().readValue(record.value(), Ledger.class)));
      unreadable.remove(service);
    } catch (JacksonException damaged) {
      if (unreadable.add(service)) {
        log.atWarn()
            .addKeyValue("service", service)
            .log(
                "a ledger can't be read, so no artifact is deleted: {}",
                damaged.getOriginalMessage());
      }
    }
  }

  static List<Need> of(Ledger ledger) {
    List<Need> needs = new ArrayList<>();
    String service = ledger.service();
    if (ledger.active() != null) {
      release(needs, service, ledger.active().request(), Use.ACTIVE_ROLLOUT);
      ledger
          .active()
          .nodes()
          .values()
          .forEach(node -> {
            need(needs, service, node.sha256(), Use.ACTIVE_ROLLOUT);
            node.filesBefore().stream()
                .map(FileState::sha256)
                .filter(Objects::nonNull)
                .forEach(sha256 -> need(needs, service, sha256, Use.ACTIVE_ROLLOUT));
          });
    }
    ledger.queue().forEach(it -> release(needs, service, it.request(), Use.QUEUED));
    if (ledger.lastKnownGood() != null) {
      need(needs, service, ledger.lastKnownGood().artifact().sha256(), Use.LAST_KNOWN_GOOD);
      files(needs, service, ledger.lastKnownGood().files(), Use.LAST_KNOWN_GOOD);
    }
    ledger
        .earlier()
        .forEach(it -> {
          need(needs, service, it.sha256(), Use.EARLIER_RELEASE);
          files(needs, service, it.files(), Use.EARLIER_RELEASE);
        });
    ended(needs, service, ledger.lastEnded());
    ended(needs, service, ledger.partly());
    ended(needs, service, ledger.refused());
    return List.copyOf(needs);
  }

  private static void ended(List<Need> needs, String service, Ledger.@Nullable Ended ended) {
    if (ended != null) {
      release(needs, service, ended.request(), Use.LAST_ENDED);
      files(needs, service, ended.filesBack(), Use.LAST_ENDED);
    }
  }

  private static void release(List<Need> needs, String service, ReleaseRequested request, Use use) {
    need(needs, service, request.artifact().sha256(), use);
    files(needs, service, request.files(), use);
    Artifact back = request.rollbackArtifact();
    if (back != null) {
      need(needs, service, back.sha256(), use);
    }
  }

  private static void files(List<Need> needs, String service, List<ReleaseFile> files, Use use) {
    FileRecords.digests(files).forEach(sha256 -> need(needs, service, sha256, use));
  }

  private static void need(List<Need> needs, String service, String sha256, Use use) {
    Need need = new Need(service, sha256, use);
    if (!needs.contains(need)) {
      needs.add(need);
    }
  }

  @Override
  public void start() {
    TopicReader starting =
        new TopicReader(
            "artifact-needs", List.of(LEDGERS), consumers, TopicReader.Start.BEGINNING, this);
    reader = starting;
    starting.start();
  }

  @Override
  public void stop() {
    TopicReader running = reader;
    reader = null;
    if (running != null) {
      running.stop();
    }
  }

  @Override
  public boolean isRunning() {
    return reader != null;
  }
}
