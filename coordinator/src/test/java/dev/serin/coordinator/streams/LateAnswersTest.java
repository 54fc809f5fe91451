package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.Request;
import dev.serin.contracts.request.RequestReader;
import dev.serin.contracts.rollout.RolloutIds;
import dev.serin.coordinator.saga.Input;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.Saga;
import dev.serin.coordinator.saga.Services;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Which answers are told in the log, and what of them.
class LateAnswersTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final String ID = RolloutIds.of(Services.NAME, "r1");

  private static AgentEvent answer(String rolloutId) {
    return new HaproxyEvent.ServerDrained(
        new AnswerHead(rolloutId + "/1", rolloutId, Services.NAME, "b2", 1, NOON),
        Duration.ofSeconds(2),
        0,
        0,
        false);
  }

  private static Ledger asked(Ledger ledger, String json) {
    Request request =
        ((Parsed.Valid<Request>) RequestReader.read(Json.mapper().readTree(json))).value();
    return Saga.decide(ledger, new Input.Asked(request, false, NOON)).next();
  }

  private static Ledger active() {
    Ledger defined =
        Saga.decide(
                Ledger.empty(Services.NAME),
                new Input.Defined(Services.canaryThenPeers("b2", "b1"), NOON))
            .next();
    return asked(
        defined,
        """
        {"type": "release-requested", "requestId": "r1", "service": "api", "requestedBy": "bob",
         "version": "v2",
         "artifact": {"uri": "file:/v2", "sha256": "%s"}}
        """
            .formatted("ab".repeat(32)));
  }

  @Test
  void anAnswerForARolloutThatIsOverIsToldWithItsEnd() {
    Ledger over =
        asked(
            active(),
            """
            {"type": "abort-requested", "requestId": "r2", "service": "api", "requestedBy": "bob"}
            """);
    assertThat(LateAnswers.found(over, answer(ID))).isEqualTo("ROLLED_BACK");
  }

  @Test
  void anAnswerForARolloutThatNobodyKnowsIsToldAsSuch() {
    assertThat(LateAnswers.found(Ledger.empty(Services.NAME), answer(ID))).isEqualTo("UNKNOWN");
    assertThat(LateAnswers.found(active(), answer("api-000000000000"))).isEqualTo("UNKNOWN");
  }

  @Test
  void aRepetitionOfTheActiveRolloutsIsOnlyCounted() {
    assertThat(LateAnswers.found(active(), answer(ID))).isNull();
  }
}
