package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.coordinator.saga.Ledger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

/// What is remembered of a record never stands against what the store has.
class LedgerRecordsTest {
  private final LedgerRecords records = new LedgerRecords();

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
