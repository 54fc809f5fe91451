package dev.serin.incus.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EnvelopeTest {
  @Test
  void aStartedCommandIsAnOperation() {
    assertThat(Envelope.read(Recorded.reply(202, "exec-started")))
        .isEqualTo(new Envelope.Async("/1.0/operations/c4d0d20c-61de-47ba-900b-5ecb685b75e6"));
  }

  @Test
  void anErrorIsARefusalWhateverTheHttpStatus() {
    assertThat(Envelope.read(Recorded.reply(200, "wait-command-missing")))
        .isEqualTo(new Envelope.Refusal(400, "Command not found"));
    assertThat(Envelope.read(Recorded.reply(404, "operation-forgotten")))
        .isEqualTo(new Envelope.Refusal(404, "Operation not found"));
  }

  @Test
  void aCommandThatFailedIsAnOperationThatSucceeded() {
    String logs =
        "/1.0/instances/backend-1/logs/exec-output/exec_c4d0d20c-61de-47ba-900b-5ecb685b75e6.";
    assertThat(operation("exec-ended-with-3"))
        .isEqualTo(new Operation.Ended(3, logs + "stdout", logs + "stderr"));
  }

  @Test
  void aMissingCommandIsAnOperationThatFailed() {
    assertThat(operation("operation-command-missing"))
        .isInstanceOfSatisfying(
            Operation.Broken.class,
            broken -> assertThat(broken.error()).isEqualTo("Command not found"));
  }

  @Test
  void anOperationUnderWayIsRunning() {
    assertThat(operation("operation-running")).isEqualTo(new Operation.Running());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>502 Bad Gateway</html>",
        "[]",
        "\"text\"",
        "{}",
        "{\"type\":\"sync\",\"metadata\":{\"na",
        "{\"type\":\"async\"}",
        "{\"type\":\"surprise\"}"
      })
  void anythingElseIsGarbled(String body) {
    assertThat(Envelope.read(new Reply(502, body.getBytes(UTF_8))))
        .isInstanceOfSatisfying(
            Envelope.Garbled.class,
            garbled -> assertThat(garbled.found()).startsWith("HTTP status 502"));
  }

  @Test
  void addressesAreWhatTheHostListensOnForAnInstance() {
    JsonNode list = ((Envelope.Sync) Envelope.read(Recorded.reply(200, "instances"))).metadata();
    List<Instance> instances = list.valueStream().map(Instance::read).toList();
    assertThat(instances)
        .containsExactlyInAnyOrder(
            new Instance("backend-api-1", "Running", List.of("127.0.0.11:8080")),
            // Its other devices listen in the instance, or on unix sockets.
            new Instance("haproxy-2", "Running", List.of("127.0.0.1:18405", "127.0.0.1:18081")));
  }

  @Test
  void aListenAddressMayHaveSeveralPorts() {
    assertThat(ListenAddress.of("tcp:0.0.0.0:80,443,8000-8002"))
        .containsExactly(
            "0.0.0.0:80", "0.0.0.0:443", "0.0.0.0:8000", "0.0.0.0:8001", "0.0.0.0:8002");
    assertThat(ListenAddress.of("tcp:[::1]:80")).containsExactly("[::1]:80");
    assertThat(ListenAddress.of("unix:/run/x.sock")).isEmpty();
    assertThat(ListenAddress.of("udp:127.0.0.1:53")).isEmpty();
  }

  private static Operation operation(String name) {
    return Operation.read(((Envelope.Sync) Envelope.read(Recorded.reply(200, name))).metadata());
  }
}
