package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.kafka.Topics;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class FreezesIT {
  private final WebFixture serin;

  FreezesIT(WebFixture serin) {
    this.serin = serin;
  }

  /// The freezes once as many as wanted are there.
  private List<JsonNode> freezes(String reason, int wanted) {
    while (true) {
      Answer answer = serin.http().get("/api/v1/freezes");
      if (answer.status() == 200) {
        List<JsonNode> found =
            answer
                .json()
                .valueStream()
                .filter(freeze -> freeze.path("reason").asString("").equals(reason))
                .toList();
        if (found.size() == wanted) {
          return found;
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Test
  void listsWhatWasAskedForAndNotWhatIsOver() {
    String now = Instant.now().toString();
    serin
        .stage()
        .raw(
            Topics.FREEZES,
            "*",
            """
            {"service": "*", "updatedAt": "%s", "freezes": [
              {"requestId": "1", "by": "carol", "reason": "black friday", "from": "%s",
               "until": "2999-01-01T00:00:00Z"},
              {"requestId": "2", "by": "carol", "reason": "black friday",
               "from": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}]}
            """
                .formatted(now, now));

    JsonNode freeze = freezes("black friday", 1).getFirst();

    assertThat(freeze.path("service").asString()).isEqualTo("*");
    assertThat(freeze.path("kind").asString()).isEqualTo("request");
    assertThat(freeze.path("by").asString()).isEqualTo("carol");
    assertThat(freeze.path("until").asString()).isEqualTo("2999-01-01T00:00:00Z");
    assertThat(freeze.path("active").asBoolean()).isTrue();
    serin.stage().raw(Topics.FREEZES, "*", null);
    assertThat(freezes("black friday", 0)).isEmpty();
  }

  @Test
  void listsTheNextTimeOfACalendar() {
    ObjectNode service = (ObjectNode) Json.mapper().readTree(Samples.service("calendar"));
    service
        .putArray("freezes")
        .addObject()
        .put("cron", "0 0 1 1 *")
        .put("for", "24h")
        .put("zone", "Europe/Berlin")
        .put("reason", "new year");
    assertThat(serin.http().put("/api/v1/services/calendar", service.toString()).status())
        .isEqualTo(200);

    JsonNode freeze = freezes("new year", 1).getFirst();

    assertThat(freeze.path("service").asString()).isEqualTo("calendar");
    assertThat(freeze.path("kind").asString()).isEqualTo("calendar");
    assertThat(freeze.path("from").asString()).endsWith("-12-31T23:00:00Z");
    assertThat(freeze.path("until").asString()).endsWith("-01-01T23:00:00Z");
  }
}
