package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.Outcome;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.saga.Input;
import dev.serin.coordinator.saga.Ledger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Whether a ledger is as new as what was published.
class LostRecordsTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private final Map<String, Ledger> kept = new HashMap<>();

  private static RolloutState state(RolloutPhase phase, Instant at) {
    return new RolloutState(
        "api-1",
        "api",
        "v2",
        "1",
        phase,
        List.of(),
        List.of(),
        null,
        "",
        "",
        null,
        "alice",
        "",
        NOON,
        phase.isOver() ? at : null,
        phase.isOver() ? Outcome.COMPLETED : null,
        "",
        List.of(),
        "",
        3,
        NOON,
        at);
  }

  private static Published published(RolloutState... states) {
    return new Published() {
      @Override
      public void awaitRead() {}

      @Override
      public Map<String, List<RolloutState>> newestStates() {
        return Map.of("api", List.of(states));
      }

      @Override
      public Optional<RolloutState> state(String rolloutId) {
        return Stream.of(states).filter(it -> it.rolloutId().equals(rolloutId)).findFirst();
      }

      @Override
      public List<ServiceDefinition> services() {
        return List.of();
      }
    };
  }

  /// A pipeline repeats an old request after the list of requests is lost.
  @Test
  void aRequestWhoseRolloutWasPublishedIsKnown() {
    RolloutState state = state(RolloutPhase.COMPLETED, NOON);
    ObjectNode json = Json.mapper().valueToTree(state);
    json.put("rolloutId", RolloutIds.of("api", "1"));
    LostRecords records =
        new LostRecords(published(Json.mapper().treeToValue(json, RolloutState.class)), 1);
    assertThat(records.isPublished("api", "1")).isTrue();
    assertThat(records.isPublished("api", "2")).isFalse();
    assertThat(records.isPublished("web", "1")).isFalse();
  }

  private Map<String, Input> lost(int partitions, int partition, RolloutState... states) {
    return new LostRecords(published(states), partitions)
        .of(
            partition,
            new LostRecords.Ledgers() {
              @Override
              public @Nullable Ledger kept(String service) {
                return kept.get(service);
              }

              @Override
              public boolean isUnreadable(String service) {
                return false;
              }
            },
            NOON);
  }

  private void keep(@Nullable Instant decidedAt) {
    Ledger empty = Ledger.empty("api");
    kept.put(
        "api",
        new Ledger(
            "api",
            empty.definition(),
            null,
            List.of(),
            null,
            List.of(),
            null,
            Map.of(),
            List.of(),
            1,
            null,
            List.of(),
            List.of(),
            null,
            decidedAt,
            null,
            false));
  }

  @Test
  void isGoneWhereSomethingIsPublishedThatNobodyRemembers() {
    assertThat(lost(1, 0, state(RolloutPhase.ROLLING, NOON)).get("api"))
        .isInstanceOfSatisfying(
            Input.Lost.class,
            it -> {
              assertThat(it.gone()).isTrue();
              assertThat(it.open()).hasSize(1);
            });
    assertThat(lost(1, 0, state(RolloutPhase.COMPLETED, NOON)).get("api"))
        .as("hands may have been off")
        .isInstanceOfSatisfying(Input.Lost.class, it -> assertThat(it.open()).isEmpty());
    assertThat(lost(1, 0)).isEmpty();
  }

  @Test
  void isOlderWhereItWasDecidedOnBeforeWhatWasPublished() {
    keep(NOON.minusMillis(1));
    assertThat(lost(1, 0, state(RolloutPhase.ROLLING, NOON)).get("api"))
        .isInstanceOfSatisfying(Input.Lost.class, it -> assertThat(it.newest()).isEqualTo(NOON));
  }

  @Test
  void anEndedRolloutThatTheRecordDoesNotRunAccusesNobody() {
    keep(NOON.minusMillis(1));
    assertThat(lost(1, 0, state(RolloutPhase.REJECTED, NOON))).isEmpty();
  }

  @Test
  void isAsNewWhereBothWereWrittenInOneTransaction() {
    keep(NOON);
    assertThat(lost(1, 0, state(RolloutPhase.ROLLING, NOON))).isEmpty();
  }

  @Test
  void aRecordOfAnOlderVersionIsNotAccused() {
    keep(null);
    assertThat(lost(1, 0, state(RolloutPhase.ROLLING, NOON))).isEmpty();
  }

  @Test
  void eachServiceIsComparedInItsOwnPartitionOnly() {
    long found = 0;
    for (int partition = 0; partition < 12; partition++) {
      found += lost(12, partition, state(RolloutPhase.ROLLING, NOON)).size();
    }
    assertThat(found).isEqualTo(1);
  }
}
