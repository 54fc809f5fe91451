package dev.serin.coordinator.streams;

import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.saga.Input;
import dev.serin.coordinator.saga.Ledger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// Finds ledgers that are gone, or older than what was published. Both are written in one
/// transaction, so a ledger that was decided on before its own rollout's newest state has lost what
/// came after it: somebody has deleted its changelog, or put an old copy of it back.
public final class LostRecords {
  private final Published published;
  private final int partitions;

  /// @param partitions how many the services are spread over
  public LostRecords(Published published, int partitions) {
    this.published = published;
    this.partitions = partitions;
  }

  /// What a partition's services have lost, by service; empty where nothing is.
  ///
  /// @param ledgers reads a service's ledger; none where there is none, or where it can't be read
  Map<String, Input> of(int partition, Ledgers ledgers, Instant at) {
    Map<String, ServiceDefinition> definitions = new TreeMap<>();
    published.services().forEach(definition -> definitions.put(definition.service(), definition));
    Map<String, List<RolloutState>> states = new TreeMap<>(published.newestStates());
    definitions.keySet().forEach(service -> states.putIfAbsent(service, List.of()));
    Map<String, Input> lost = new TreeMap<>();
    states.forEach((service, newest) -> {
      if (partitionOf(service) == partition && !ledgers.isUnreadable(service)) {
        Ledger kept = ledgers.kept(service);
        found(kept, newest, definitions.get(service), at)
            .ifPresent(input -> lost.put(service, input));
      }
    });
    return lost;
  }

  /// Whether a rollout of this request was published: the list of requests may be lost by itself.
  boolean isPublished(String service, String requestId) {
    return published.state(RolloutIds.of(service, requestId)).isPresent();
  }

  /// The definition of a service that the saga has not read yet: topics are read in any order.
  Optional<Input> definition(String service, Instant at) {
    return published.services().stream()
        .filter(it -> it.service().equals(service))
        .findFirst()
        .map(it -> new Input.Defined(it, at));
  }

  private Optional<Input> found(
      @Nullable Ledger kept,
      List<RolloutState> newest,
      @Nullable ServiceDefinition definition,
      Instant at) {
    // What never began left no trace in a ledger that a version before this one wrote.
    List<RolloutState> known =
        newest.stream().filter(it -> !it.phase().isOver() || it.startedAt() != null).toList();
    if (kept == null) {
      return known.isEmpty()
          ? Optional.ofNullable(definition).map(it -> new Input.Defined(it, at))
          : Optional.of(lost(true, known, definition, at));
    }
    List<RolloutState> own = new ArrayList<>(open(known));
    if (kept.active() != null) {
      published.state(kept.active().rolloutId()).ifPresent(own::add);
    }
    Instant decidedAt = kept.decidedAt();
    boolean older =
        decidedAt != null && own.stream().anyMatch(it -> it.updatedAt().isAfter(decidedAt));
    return older ? Optional.of(lost(false, own, definition, at)) : Optional.empty();
  }

  private static Input lost(
      boolean gone, List<RolloutState> states, @Nullable ServiceDefinition definition, Instant at) {
    Instant newest =
        states.stream().map(RolloutState::updatedAt).max(Instant::compareTo).orElse(at);
    return new Input.Lost(gone, open(states).stream().distinct().toList(), definition, newest, at);
  }

  private static List<RolloutState> open(List<RolloutState> states) {
    return states.stream().filter(it -> !it.phase().isOver()).toList();
  }

  /// As Streams brings a service to its partition.
  private int partitionOf(String service) {
    byte[] key = service.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  /// The saga's store.
  interface Ledgers {
    @Nullable Ledger kept(String service);

    boolean isUnreadable(String service);
  }
}
