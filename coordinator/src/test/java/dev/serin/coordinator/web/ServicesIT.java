package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class ServicesIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final WebFixture serin;

  ServicesIT(WebFixture serin) {
    this.serin = serin;
  }

  @Test
  void hasARescueSheetOnlyOfWhatItIsAtWorkOn() {
    Answer answer = serin.http().get("/api/v1/services/nothing-under-way/rescue");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.detail()).contains("found 'nothing-under-way'").contains("rescue sheet");
  }

  @Test
  void storesADefinitionAndReadsItBack() {
    Answer put = serin.http().put("/api/v1/services/store", Samples.service("store"));
    Answer get = serin.http().get("/api/v1/services/store");

    assertThat(put.status()).isEqualTo(200);
    assertThat(get.status()).isEqualTo(200);
    assertThat(get.body()).isEqualTo(put.body());
    assertThat(get.json().path("nodes").path(1).path("canary").asBoolean()).isTrue();
    assertThat(get.json().path("drain").path("within").asString()).isEqualTo("PT1M");
    assertThat(serin.http().get("/api/v1/services").json().valueStream())
        .anyMatch(it -> it.path("service").asString().equals("store"));
  }

  @Test
  void takesItsOwnAnswerAsADefinition() {
    Answer first = serin.http().put("/api/v1/services/again", Samples.service("again"));

    Answer second = serin.http().put("/api/v1/services/again", first.body());

    assertThat(second.status()).isEqualTo(200);
    assertThat(second.body()).isEqualTo(first.body());
  }

  @Test
  void listsEveryProblemOfADefinition() {
    Answer answer =
        serin
            .http()
            .put(
                "/api/v1/services/bad",
                """
                {"service": "worse", "nodes": [{"name": "a"}, {"name": "a"}],
                 "install": {"path": "/opt/../etc/app", "unit": "app"},
                 "health": {"url": "http://h/", "within": "-5s"},
                 "slis": [{"name": "p95", "max": 1}]}
                """);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("problems").valueStream().map(it -> it.asString()))
        .anyMatch(it -> it.startsWith("nodes: expected each node once, found a twice"))
        .anyMatch(it -> it.startsWith("nodes: expected at least one with canary: true"))
        .anyMatch(it -> it.startsWith("install.path: expected an absolute path without '..'"))
        .anyMatch(it -> it.startsWith("health.within: expected a duration"))
        .anyMatch(it -> it.contains("a threshold needs something to compare"))
        .anyMatch(it -> it.equals("service: expected 'bad' as in the path, found 'worse'"));
    assertThat(serin.http().get("/api/v1/services/bad").status()).isEqualTo(404);
  }

  @Test
  void refusesADefinitionUnderAnotherName() {
    Answer answer = serin.http().put("/api/v1/services/one", Samples.service("two"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).isEqualTo("service: expected 'one' as in the path, found 'two'");
  }

  @Test
  void knowsWhatIsNotDefined() {
    Answer answer = serin.http().get("/api/v1/services/nowhere");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.detail()).contains("found 'nowhere'");
    assertThat(serin.http().delete("/api/v1/services/nowhere").status()).isEqualTo(404);
  }

  @Test
  void deletesAService() {
    serin.http().put("/api/v1/services/gone", Samples.service("gone"));

    assertThat(serin.http().delete("/api/v1/services/gone").status()).isEqualTo(204);
    assertThat(serin.http().get("/api/v1/services/gone").status()).isEqualTo(404);
  }

  @Test
  void keepsAServiceWhoseRolloutIsNotOver() throws InterruptedException {
    serin.http().put("/api/v1/services/busy", Samples.service("busy"));
    serin
        .stage()
        .happened(
            Samples.event("busy", "busy-1", 1),
            Samples.state("busy", "busy-1", RolloutPhase.QUEUED, 1));
    assertThat(serin.views().await(it -> it.rollout("busy-1").isPresent(), PATIENCE)).isTrue();

    Answer answer = serin.http().delete("/api/v1/services/busy");

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.detail()).contains("busy-1 in phase QUEUED", "abort");
    assertThat(serin.http().get("/api/v1/services/busy").status()).isEqualTo(200);
  }

  @Test
  void seesWhatOthersPublish() throws InterruptedException {
    serin.stage().service(Samples.service("by-topic"));

    assertThat(serin.views().await(it -> it.service("by-topic").isPresent(), PATIENCE)).isTrue();
    assertThat(serin.http().get("/api/v1/services/by-topic").status()).isEqualTo(200);
  }
}
