package dev.serin.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutEvent;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.rollout.RolloutState;
import dev.serin.coordinator.view.Samples;
import dev.serin.coordinator.view.Stage;
import dev.serin.coordinator.web.HttpCalls.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

@Timeout(900)
@ExtendWith(WebFixture.Resolver.class)
class RolloutsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final WebFixture serin;

  RolloutsIT(WebFixture serin) {
    this.serin = serin;
  }

  @Test
  void showsAStateWordForWord() throws InterruptedException {
    RolloutState state = Samples.state("shown", "shown-1", RolloutPhase.ROLLING, 1);
    publish(Samples.event("shown", "shown-1", 1), state);

    Answer answer = serin.http().get("/api/v1/rollouts/shown-1");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("application/json");
    assertThat(answer.body()).isEqualTo(Json.mapper().writeValueAsString(state));
    assertThat(answer.json().path("waitingFor").asString()).isEqualTo("the drain of shown-2");
  }

  @Test
  void measuresTheSharesOfAnActiveRolloutOnly() throws InterruptedException {
    RolloutState rolling = Samples.state("shares", "shares-1", RolloutPhase.ROLLING, 1);
    publish(Samples.event("shares", "shares-1", 1), withTraffic(rolling));
    assertThat(serin.http().get("/actuator/prometheus").body())
        .contains(
            "serin_traffic_share_percent{node=\"shares-1\",service=\"shares\",share=\"asked\"} 10.0")
        .contains(
            "serin_traffic_share_percent{node=\"shares-1\",service=\"shares\",share=\"observed\"} 9.5")
        .doesNotContain("service=\"shares\",share=\"configured\"");

    publish(
        Samples.event("shares", "shares-1", 2),
        Samples.state("shares", "shares-1", RolloutPhase.COMPLETED, 2));
    assertThat(serin.http().get("/actuator/prometheus").body())
        .doesNotContain("service=\"shares\",share");
  }

  private static RolloutState withTraffic(RolloutState state) {
    ObjectNode json = Json.mapper().valueToTree(state);
    json.putArray("nodes")
        .addObject()
        .put("name", "shares-1")
        .putObject("traffic")
        .put("asked", 10.0)
        .put("observed", 9.5);
    return Json.mapper().treeToValue(json, RolloutState.class);
  }

  @Test
  void listsAServicesRolloutsNewestFirst() throws InterruptedException {
    publish(Samples.event("list", "list-1", 1), at("list", "list-1", RolloutPhase.COMPLETED, 1));
    publish(Samples.event("list", "list-2", 1), at("list", "list-2", RolloutPhase.ROLLING, 2));
    publish(Samples.event("list", "list-3", 1), at("list", "list-3", RolloutPhase.QUEUED, 3));

    assertThat(ids("?service=list")).containsExactly("list-3", "list-2", "list-1");
    assertThat(ids("?service=list&limit=2")).containsExactly("list-3", "list-2");
    assertThat(ids("?service=list&active=true")).containsExactly("list-2");
    assertThat(ids("?service=list&active=false")).containsExactly("list-3", "list-1");
    assertThat(ids("?service=nobody")).isEmpty();
    assertThat(ids("?limit=1000")).contains("list-1", "list-2", "list-3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limit=0|limit: expected a whole number from 1 to 1000, found '0'",
        "limit=1001|limit: expected a whole number from 1 to 1000, found '1001'",
        "limit=-1|limit: expected a whole number from 1 to 1000, found '-1'",
        "limit=ten|limit: expected a whole number from 1 to 1000, found 'ten'",
        "limit=|limit: expected a whole number from 1 to 1000, found ''",
        "active=yes|active: expected true or false, found 'yes'",
        "service=a%3Bb|service: expected a service's name, found 'a;b'",
        "service=x%0A|service: expected a service's name, found 'x\\u000a'"
      })
  void refusesBadParameters(String query, String detail) {
    Answer answer = serin.http().get("/api/v1/rollouts?" + query);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.detail()).isEqualTo(detail);
  }

  @Test
  void listsAllBadParametersTogether() {
    Answer answer = serin.http().get("/api/v1/rollouts?limit=0&active=x&service=;");

    assertThat(answer.json().path("problems").size()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/rollouts/nowhere-1", "/api/v1/rollouts/nowhere-1/events"})
  void knowsWhatIsNoRollout(String path) {
    Answer answer = serin.http().get(path);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.detail()).contains("expected the id of a rollout, found 'nowhere-1'");
  }

  @Test
  void tellsARolloutsStoryInOrder() throws InterruptedException {
    publish(Samples.event("other", "other-1", 1), at("other", "other-1", RolloutPhase.ROLLING, 0));
    for (int sequence = 1; sequence <= 7; sequence++) {
      publish(
          Samples.event("story", "story-1", sequence),
          Samples.state(
              "story",
              "story-1",
              sequence == 7 ? RolloutPhase.COMPLETED : RolloutPhase.ROLLING,
              sequence));
      publish(
          Samples.event("story", "story-0", sequence),
          Samples.state("story", "story-0", RolloutPhase.ROLLING, sequence));
    }

    Answer answer = serin.http().get("/api/v1/rollouts/story-1/events");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().valueStream().map(event -> event.path("sequence").asInt()))
        .containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(answer.json().valueStream())
        .allMatch(event -> event.path("rolloutId").asString().equals("story-1"))
        .allMatch(event -> event.path("type").asString().equals("rollout-resumed"));
  }

  @Test
  void tellsTheStoryOfARolloutWhoseRecordsAreOlderThanItsRequest() throws InterruptedException {
    Instant later = Instant.now().plus(Duration.ofDays(1));
    publish(
        Samples.event("skewed", "skewed-1", 1),
        Samples.state("skewed", "skewed-1", RolloutPhase.COMPLETED, 1, later, later));

    assertThat(serin.http().get("/api/v1/rollouts/skewed-1/events").json().size()).isEqualTo(1);
  }

  @Test
  void leavesOutWhatWasNeverCommitted() throws InterruptedException {
    serin.stage().aborted(List.of(Samples.event("undone", "undone-1", 1, "never committed")));
    publish(
        Samples.event("undone", "undone-1", 1, "committed"),
        Samples.state("undone", "undone-1", RolloutPhase.COMPLETED, 1));

    assertThat(serin.http().get("/api/v1/rollouts/undone-1/events").json().valueStream())
        .singleElement()
        .matches(event -> event.path("why").asString().equals("committed"));
  }

  @Test
  void answersManyAtOnce() throws InterruptedException {
    Stage stage = serin.stage();
    stage.happened(
        IntStream.rangeClosed(1, 40)
            .<RolloutEvent>mapToObj(i -> Samples.event("many", "many-1", i))
            .toList(),
        List.of(Samples.state("many", "many-1", RolloutPhase.COMPLETED, 40)));
    assertThat(serin.views().await(it -> it.rollout("many-1").isPresent(), PATIENCE)).isTrue();

    List<Integer> found = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
    List<Thread> readers =
        IntStream.range(0, 8)
            .mapToObj(i ->
                Thread.startVirtualThread(() ->
                    found.add(serin.http().get("/api/v1/rollouts/many-1/events").json().size())))
            .toList();
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(found).hasSize(8).containsOnly(40);
  }

  private void publish(RolloutEvent event, RolloutState state) throws InterruptedException {
    serin.stage().happened(event, state);
    assertThat(
            serin
                .views()
                .await(
                    it ->
                        it.rollout(state.rolloutId())
                            .filter(row -> row.sequence() == state.sequence())
                            .isPresent(),
                    PATIENCE))
        .isTrue();
  }

  private static RolloutState at(String service, String id, RolloutPhase phase, int minute) {
    return Samples.state(service, id, phase, 1, Samples.NOON.plusSeconds(60L * minute), null);
  }

  private List<String> ids(String query) {
    return serin
        .http()
        .get("/api/v1/rollouts" + query)
        .json()
        .valueStream()
        .map(state -> state.path("rolloutId").asString())
        .toList();
  }
}
