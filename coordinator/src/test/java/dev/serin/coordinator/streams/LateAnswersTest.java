package dev.serin.coordinator.streams;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.serin.contracts.agent.AgentEvent;
import dev.serin.contracts.agent.AnswerHead;
import dev.serin.contracts.haproxy.HaproxyEvent;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.kafka.Topics;
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
import org.slf4j.LoggerFactory;

/// Which answers are told in the log, and what of them.
class LateAnswersTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final String ID = RolloutIds.of(Services.NAME, "r1");
  private static final String RELEASE =
      """
      {"type": "release-requested", "requestId": "r1", "service": "api", "requestedBy": "bob",
       "version": "v2",
       "artifact": {"uri": "file:/v2", "sha256": "%s"}}
      """
          .formatted("ab".repeat(32));
  private static final String ABORT =
      """
      {"type": "abort-requested", "requestId": "r2", "service": "api", "requestedBy": "bob"}
      """;

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

  /// One with a rollout that has just begun.
  static Ledger active() {
    Ledger defined =
        Saga.decide(
                Ledger.empty(Services.NAME),
                new Input.Defined(Services.canaryThenPeers("b2", "b1"), NOON))
            .next();
    return asked(defined, RELEASE);
  }

  @Test
  void anAnswerForARolloutThatIsOverIsToldWithItsEnd() {
    Ledger over = asked(active(), ABORT);
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

  /// As after an outage: an answer comes twice once its rollout is over.
  @Test
  void aLateAnswerIsALineOfTheLogAndACountAndNoEvent() {
    Logger logger = (Logger) LoggerFactory.getLogger(LateAnswers.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
    try (VirtualKafka kafka = new VirtualKafka()) {
      kafka.write(
          Topics.SERVICES,
          Services.NAME,
          """
          {"service": "api", "pool": "api_pool", "loadBalancers": ["haproxy-1"],
           "nodes": [{"name": "b1"}, {"name": "b2", "canary": true}],
           "install": {"path": "/opt/api/api", "unit": "api"},
           "health": {"url": "http://127.0.0.1:8080/health"},
           "analysis": {"window": "0s"}}
          """);
      kafka.write(Topics.REQUESTS, null, RELEASE);
      kafka.write(Topics.REQUESTS, null, ABORT);
      assertThat(kafka.events()).contains("rollback-completed");
      kafka.commands();

      kafka.write(answer(ID));
      kafka.write(answer(ID));

      assertThat(kafka.events()).isEmpty();
      assertThat(kafka.commands()).isEmpty();
      assertThat(
              kafka
                  .meters
                  .get("serin.coordinator.ignored")
                  .tag("reason", "NOT_AWAITED")
                  .counter()
                  .count())
          .isEqualTo(2);
      assertThat(lines.list)
          .hasSize(2)
          .allSatisfy(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.INFO);
            assertThat(line.getFormattedMessage())
                .isEqualTo("ignored an answer that nobody awaits: server-drained");
            assertThat(line.getKeyValuePairs())
                .extracting(pair -> pair.key + "=" + pair.value)
                .containsExactly(
                    "service=api", "rollout=" + ID, "command=" + ID + "/1", "phase=ROLLED_BACK");
          });
    } finally {
      logger.setLevel(null);
      logger.detachAppender(lines);
    }
  }
}
