package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerDrained;
import dev.serin.contracts.haproxy.HaproxyEvent.ServerServing;
import dev.serin.contracts.incus.IncusCommand.KeepBinary;
import dev.serin.contracts.request.Request.AbortRequested;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.coordinator.saga.Decision;
import dev.serin.coordinator.saga.Input;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Rollout;
import dev.serin.coordinator.saga.Saga;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A ledger that an earlier version stored in the middle of a rollout has none of the fields that
/// came since. It is read and decided on all the same: an update must not stop what is under way.
///
/// Each file is such a record, with every field left out that may be. A field that comes new is not
/// put in there: whoever needs one there can't read what is stored.
class OldLedgerTest {
  private final LedgerRecords records = new LedgerRecords();

  private Ledger stored(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            OldLedgerTest.class.getResourceAsStream("/old-ledgers/" + name + ".json"), name)) {
      return records.read("api", file.readAllBytes());
    }
  }

  private static Rollout active(Ledger ledger) {
    return Objects.requireNonNull(ledger.active());
  }

  private static Instant soon(Ledger ledger) {
    return Instant.ofEpochMilli(ledger.fence()).plusSeconds(1);
  }

  /// Of the command that is waited for.
  private static AnswerHead answer(Ledger ledger) {
    return active(ledger).pending().getFirst().head().answered(soon(ledger));
  }

  private static RolloutPhase phase(Decision decision) {
    return decision.states().getFirst().phase();
  }

  @Test
  void aRolloutGoesOnWithItsNextStep() throws IOException {
    Ledger old = stored("rolling");

    Decision decision =
        Saga.decide(
            old,
            new Input.Answered(
                new ServerDrained(answer(old), Duration.ofSeconds(2), 0, 0, false), soon(old)));

    assertThat(decision.commands()).hasAtLeastOneElementOfType(KeepBinary.class);
    assertThat(decision.events())
        .hasExactlyElementsOfTypes(
            RolloutEvent.StepSucceeded.class,
            RolloutEvent.TrafficShifted.class,
            RolloutEvent.StepStarted.class);
    assertThat(phase(decision)).isEqualTo(RolloutPhase.ROLLING);
  }

  @Test
  void anAnalysisIsWatchedOn() throws IOException {
    Ledger old = stored("watching");

    Decision decision = Saga.decide(old, new Input.Woken(soon(old).plus(Duration.ofMinutes(1))));

    assertThat(decision.commands()).isNotEmpty();
    assertThat(decision.ignored()).isNull();
  }

  @Test
  void aRollbackEndsForTheReasonThatItHad() throws IOException {
    Ledger old = stored("rolling-back");
    String reason = active(old).message();
    assertThat(reason).contains("errors is 0.1");

    Decision decision =
        Saga.decide(
            old, new Input.Answered(new ServerServing(answer(old), List.of("seen")), soon(old)));

    assertThat(decision.events())
        .filteredOn(RolloutEvent.RollbackCompleted.class::isInstance)
        .singleElement()
        .satisfies(completed -> assertThat(completed.head().why()).isEqualTo(reason));
    assertThat(decision.states())
        .extracting(RolloutState::version, RolloutState::phase)
        .contains(tuple("v3", RolloutPhase.ROLLED_BACK), tuple("v4", RolloutPhase.PREFLIGHT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rolling", "watching"})
  void anAbortTakesItBack(String name) throws IOException {
    Ledger old = stored(name);

    Decision decision =
        Saga.decide(
            old,
            new Input.Asked(
                new AbortRequested("stop", "api", "bob", "it smells", null), false, soon(old)));

    assertThat(decision.events()).hasAtLeastOneElementOfType(RolloutEvent.RollbackStarted.class);
    assertThat(phase(decision)).isEqualTo(RolloutPhase.ROLLING_BACK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rolling", "watching", "rolling-back"})
  void isWrittenAsTodaysVersionReadsIt(String name) throws IOException {
    Ledger old = stored(name);

    assertThat(new LedgerRecords().read("api", records.write(old))).isEqualTo(old);
  }
}
