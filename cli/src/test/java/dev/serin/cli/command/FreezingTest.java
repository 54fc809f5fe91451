package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.json.Parsed;
import dev.serin.contracts.request.RequestReader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class FreezingTest {
  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  private void answers(String type, String more) {
    stub.onRequest(request -> {
      ObjectNode event =
          (ObjectNode)
              Json.mapper()
                  .readTree(
                      """
                      {"type": "%s", "rolloutId": "f-1", "service": "%s", "version": "-",
                       "at": "2026-11-20T14:00:00Z", "sequence": 1, "phase": "QUEUED",
                       "by": "alice", "why": "no rollout may start: game day"%s}
                      """
                          .formatted(type, request.path("service").asString(), more));
      event.put("requestId", request.path("requestId").asString());
      stub.tell(event);
    });
  }

  @Test
  void freezesAServiceForAWhileAndShowsTheAnswer() throws Exception {
    answers("service-frozen", ", \"from\": \"2026-11-20T14:00:00Z\"");

    SerinRun run =
        SerinRun.of(stub, "freeze", "backend-api", "--for", "2h", "--reason", "game day");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("backend-api frozen by alice: no rollout may start: game day");
    JsonNode request = stub.requests().getFirst();
    assertThat(RequestReader.read(request)).isInstanceOf(Parsed.Valid.class);
    assertThat(request.path("type").asString()).isEqualTo("freeze-requested");
    assertThat(request.path("until").asString()).isNotBlank();
  }

  @Test
  void freezesAndUnfreezesAllServices() throws Exception {
    answers("service-frozen", ", \"from\": \"2026-11-20T14:00:00Z\"");
    SerinRun frozen = SerinRun.of(stub, "freeze", "--all", "--until-lifted");
    assertThat(frozen.out()).contains("all services frozen by alice");
    assertThat(stub.requests().getFirst().path("service").asString()).isEqualTo("*");
    assertThat(stub.requests().getFirst().has("until")).isFalse();

    answers("service-unfrozen", "");
    assertThat(SerinRun.of(stub, "unfreeze", "--all").out())
        .contains("all services unfrozen by alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "freeze backend-api",
        "freeze backend-api --for 2h --until-lifted",
        "freeze --for 2h",
        "freeze backend-api --all --for 2h",
        "freeze backend-api --until tomorrow",
        "unfreeze",
      })
  void saysWhatWouldBeAccepted(String words) throws Exception {
    SerinRun run = SerinRun.of(stub, words.split(" ", -1));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected").contains("found");
    assertThat(stub.requests()).isEqualTo(List.of());
  }

  @Test
  void anOverrideNeedsAReason() throws Exception {
    SerinRun run =
        SerinRun.of(
            stub,
            "release",
            "backend-api",
            "--version",
            "v2",
            "--artifact",
            "file:/srv/v2",
            "--sha256",
            "ab".repeat(32),
            "--override-freeze");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected --reason WHY beside --override-freeze");
  }

  @Test
  void theFleetEndsWithWhatIsFrozenNow() throws Exception {
    stub.define(
        Json.mapper().readTree("{\"service\": \"backend-api\", \"nodes\": [{\"name\": \"b1\"}]}"));
    stub.freezes(
        """
        [{"service": "*", "kind": "request", "active": true, "by": "carol",
          "reason": "black friday", "from": "2026-11-20T14:00:00Z", "until": null},
         {"service": "backend-api", "kind": "calendar", "active": false, "reason": "christmas",
          "from": "2026-12-24T00:00:00Z", "until": "2026-12-27T00:00:00Z"}]
        """);

    assertThat(SerinRun.of(stub).out())
        .contains("! all services are frozen until it is lifted, by carol: black friday")
        .doesNotContain("christmas");
  }
}
