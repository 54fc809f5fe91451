package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.contracts.json.Json;
import dev.serin.coordinator.saga.Ledger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/// What is remembered of a record never stands against what the store has.
class LedgerRecordsTest {
  private static final String NODES =
      """
      {"b1": {"name": "b1", "sha256": "%s", "settings": [], "goal": [], "asked": [],
              "leaving": true, "current": "%<s", "past": [], "weight": 7}}
      """
          .formatted("cd".repeat(32));

  private final LedgerRecords records = new LedgerRecords();

  /// One with a rollout, its steps and a node.
  private static Ledger full() {
    ObjectNode tree = Json.mapper().valueToTree(LateAnswersTest.active());
    ((ObjectNode) tree.get("active")).set("nodes", Json.mapper().readTree(NODES));
    return Json.mapper().treeToValue(tree, Ledger.class);
  }

  @Test
  void whatIsWrittenWithPartsThatAreKnownIsTheSameAsWithout() {
    Ledger ledger = full();
    byte[] plain = Json.mapper().writeValueAsBytes(ledger);
    assertThat(records.write(ledger)).isEqualTo(plain);
    assertThat(records.write(ledger)).isEqualTo(plain);
    assertThat(records.read("api", plain)).isEqualTo(ledger);
  }

  @Test
  void aPartThatIsAnotherOneIsWrittenAnew() {
    records.write(full());
    byte[] before = records.write(full());
    Ledger changed =
        Json.mapper()
            .readValue(
                new String(before, StandardCharsets.UTF_8).replace("\"weight\":7", "\"weight\":8"),
                Ledger.class);
    assertThat(records.write(changed))
        .isEqualTo(Json.mapper().writeValueAsBytes(changed))
        .isNotEqualTo(before);
  }

  @Test
  void whatWasTakenBackIsForgotten() {
    byte[] first = records.write(Ledger.empty("api"));
    String limited =
        new String(first, StandardCharsets.UTF_8).replace("\"fence\":0", "\"fence\":7");
    byte[] second = limited.getBytes(StandardCharsets.UTF_8);

    assertThat(records.read("api", second).fence()).isEqualTo(7);
    assertThat(records.read("api", first)).isEqualTo(Ledger.empty("api"));
    assertThat(records.read("api", null)).isEqualTo(Ledger.empty("api"));
  }

  @Test
  void theSameBytesAreParsedOnce() {
    byte[] kept = records.write(Ledger.empty("api"));

    assertThat(records.read("api", kept.clone())).isSameAs(records.read("api", kept.clone()));
  }

  @Test
  void whatCannotBeReadIsToldEachTime() {
    byte[] broken = "{".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> records.read("api", broken)).isInstanceOf(JacksonException.class);
    assertThatThrownBy(() -> records.read("api", broken)).isInstanceOf(JacksonException.class);
  }
}
