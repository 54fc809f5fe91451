package dev.serin.coordinator.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.coordinator.saga.Ledger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArtifactNeedsTest {
  private static final String GOOD = "a".repeat(64);
  private static final String EARLIER = "b".repeat(64);

  private final ArtifactNeeds needs =
      new ArtifactNeeds(() -> {
        throw new AssertionError("expected no reader");
      });

  private static String ledger(String service) {
    return Json.mapper()
        .writeValueAsString(
            new Ledger(
                service,
                null,
                null,
                List.of(),
                new Ledger.KnownGood("2.1.0", new Artifact("file:///app", GOOD), "r-1", null),
                List.of(new Ledger.KnownVersion(EARLIER, "2.0.9")),
                null,
                Map.of(),
                List.of(),
                1,
                null,
                List.of(),
                List.of(),
                null,
                null,
                null,
                false));
  }

  private void read(boolean caughtUp, String service, @Nullable String value) {
    needs.read(
        List.of(
            new ConsumerRecord<>(
                ArtifactNeeds.LEDGERS,
                0,
                0,
                service,
                value == null ? null : value.getBytes(StandardCharsets.UTF_8))),
        Map.of(),
        caughtUp);
  }

  @Test
  void knowsWhatALedgerNeeds() {
    read(true, "api", ledger("api"));

    assertThat(needs.read()).hasValueSatisfying(all -> assertThat(all).containsOnly(GOOD, EARLIER));
    assertThat(needs.byDigest().get(EARLIER))
        .containsExactly(new ArtifactNeeds.Need("api", EARLIER, ArtifactNeeds.Use.EARLIER_RELEASE));
    assertThat(needs.byDigest().get(GOOD))
        .containsExactly(new ArtifactNeeds.Need("api", GOOD, ArtifactNeeds.Use.LAST_KNOWN_GOOD));
  }

  @Test
  void knowsNothingForCertainBeforeAllIsRead() {
    assertThat(needs.read()).isEmpty();
    read(false, "api", ledger("api"));
    assertThat(needs.read()).isEmpty();
    read(true, "web", ledger("web"));
    assertThat(needs.read()).isPresent();

    needs.restarted(Map.of());
    assertThat(needs.read()).isEmpty();
  }

  @Test
  void knowsNothingForCertainWhileALedgerIsUnreadable() {
    read(true, "api", ledger("api"));
    read(true, "web", "{\"fence\": []}");
    assertThat(needs.read()).isEmpty();
    assertThat(needs.byDigest()).containsOnlyKeys(GOOD, EARLIER);

    read(true, "web", null);
    assertThat(needs.read()).isPresent();
  }

  @Test
  void knowsNothingForCertainWithoutAReader() {
    read(true, "api", ledger("api"));
    assertThat(needs.digests()).isEmpty();
  }
}
