package dev.serin.incus.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IncusServerTest {
  private static final Execution EXECUTION =
      new Execution("/1.0/operations/c4d0d20c-61de-47ba-900b-5ecb685b75e6");
  private static final Duration SLICE = Duration.ofSeconds(1);

  private final Deque<Reply> replies = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private final IncusServer server =
      new IncusServer(
          "default",
          "team one",
          call -> {
            asked.add(call.method() + " " + call.target());
            if (replies.isEmpty()) {
              throw new IOException("connection refused");
            }
            return replies.remove();
          });

  @Test
  void readsAndDeletesTheOutputOfACommand() throws Exception {
    replies.add(Recorded.reply(200, "exec-ended-with-3"));
    replies.add(new Reply(200, "hi\n".getBytes(UTF_8)));
    replies.add(new Reply(200, "{\"type\":\"sync\"}".getBytes(UTF_8)));
    replies.add(new Reply(200, "err\n".getBytes(UTF_8)));
    replies.add(new Reply(200, "{\"type\":\"sync\"}".getBytes(UTF_8)));

    assertThat(server.await(EXECUTION, SLICE)).contains(new Ended(3, "hi\n", "err\n"));
    assertThat(asked)
        .filteredOn(line -> line.startsWith("DELETE "))
        .hasSize(2)
        .allMatch(line -> line.contains("/logs/exec-output/exec_"))
        .allMatch(line -> line.endsWith("?project=team+one"));
  }

  @Test
  void aWaitOutOfTimeFindsTheCommandStillRunning() throws Exception {
    replies.add(Recorded.reply(200, "wait-out-of-time"));
    replies.add(Recorded.reply(200, "operation-running"));
    assertThat(server.await(EXECUTION, SLICE)).isEmpty();
  }

  @Test
  void aForgottenOperationIsUnknownAndNeitherDoneNorFailed() {
    replies.add(Recorded.reply(404, "operation-forgotten"));
    replies.add(Recorded.reply(404, "operation-forgotten"));
    assertThatThrownBy(() -> server.await(EXECUTION, SLICE))
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("lost");
  }

  @Test
  void aMissingCommandIsRefusedAndItsLogsGo() {
    replies.add(Recorded.reply(200, "wait-command-missing"));
    replies.add(Recorded.reply(200, "operation-command-missing"));
    for (int i = 0; i < 4; i++) {
      replies.add(new Reply(200, new byte[0]));
    }
    assertThatThrownBy(() -> server.await(EXECUTION, SLICE))
        .isInstanceOf(Refused.class)
        .hasMessage("Command not found");
    assertThat(asked).filteredOn(line -> line.startsWith("DELETE ")).hasSize(2);
  }

  @Test
  void anUnknownInstanceHasNoStatus() throws Exception {
    replies.add(Recorded.reply(404, "instance-unknown"));
    assertThat(server.status("nosuch")).isEmpty();
  }

  @Test
  void aProxysErrorPageIsNoAnswer() {
    replies.add(new Reply(502, "<html>Bad Gateway</html>".getBytes(UTF_8)));
    assertThatThrownBy(server::instances)
        .isInstanceOf(Unreachable.class)
        .hasMessage("HTTP status 502 and '<html>Bad Gateway</html>'");
  }

  @Test
  void aServerThatIsAwayIsUnreachable() {
    assertThatThrownBy(() -> server.start("backend-1", List.of("true")))
        .isInstanceOf(Unreachable.class)
        .hasMessage("no answer (connection refused)");
  }

  @ParameterizedTest
  @CsvSource({
    "503, Daemon is starting up, false",
    "503, Incus is shutting down, false",
    "403, not authorized, true"
  })
  void whoRefusesEverythingSaysNothingOfWhatWasAsked(int code, String error, boolean distrusts) {
    for (int i = 0; i < 3; i++) {
      replies.add(refusal(code, error));
    }
    assertThatThrownBy(() -> server.start("backend-1", List.of("true")))
        .isInstanceOfSatisfying(
            Unreachable.class,
            refusing -> assertThat(refusing.isDistrusting()).isEqualTo(distrusts))
        .hasMessage(code + " " + error);
    assertThatThrownBy(() -> server.status("backend-1")).isInstanceOf(Unreachable.class);
    assertThatThrownBy(() -> server.await(EXECUTION, SLICE)).isInstanceOf(Unreachable.class);
  }

  @Test
  void aRefusalOfTheCallItselfIsOne() {
    replies.add(refusal(400, "Instance is not running"));
    assertThatThrownBy(() -> server.start("backend-1", List.of("true")))
        .isInstanceOf(Refused.class)
        .hasMessage("Instance is not running");
  }

  private static Reply refusal(int code, String error) {
    return new Reply(
        code,
        "{\"type\":\"error\",\"error_code\":%d,\"error\":\"%s\"}"
            .formatted(code, error)
            .getBytes(UTF_8));
  }

  @Test
  void aFileGoesUnderANewNameForRootAlone() throws Exception {
    List<Call> calls = new ArrayList<>();
    IncusServer keeping =
        new IncusServer(
            "default",
            "default",
            call -> {
              calls.add(call);
              return new Reply(200, "{\"type\":\"sync\",\"metadata\":{}}".getBytes(UTF_8));
            });
    keeping.push("backend-1", "/opt/a b/.serin/x", Content.of(new byte[] {1, 2, 3}));
    assertThat(calls)
        .singleElement()
        .satisfies(call -> {
          assertThat(call.target())
              .isEqualTo(
                  "/1.0/instances/backend-1/files"
                      + "?path=%2Fopt%2Fa+b%2F.serin%2Fx&project=default");
          // With a form type the server answers 200 and writes nothing.
          assertThat(call.contentType()).isEqualTo("application/octet-stream");
          // Without the leading 0 it would be read as a decimal number.
          assertThat(call.headers())
              .containsEntry("X-Incus-mode", "0600")
              .containsEntry("X-Incus-type", "file");
        });
  }
}
