package dev.serin.coordinator.streams;

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

  private Optional<Input> found(
      @Nullable Ledger kept,
      List<RolloutState> newest,
      @Nullable ServiceDefinition definition,
      Instant at) {
    List<RolloutState> open = newest.stream().filter(it -> !it.phase().isOver()).toList();
    if (kept == null) {
      if (!open.isEmpty()) {
        return Optional.of(new Input.Lost(open, definition, at));
      }
      return Optional.ofNullable(definition).map(it -> new Input.Defined(it, at));
    }
    Instant decidedAt = kept.decidedAt();
    List<RolloutState> all = new ArrayList<>(newest);
    if (kept.active() != null) {
      published.state(kept.active().rolloutId()).ifPresent(all::add);
    }
    boolean older =
        decidedAt != null && all.stream().anyMatch(it -> it.updatedAt().isAfter(decidedAt));
    return older ? Optional.of(new Input.Lost(open, definition, at)) : Optional.empty();
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
