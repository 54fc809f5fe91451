package dev.serin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.cli.stub.SerinRun;
import dev.serin.cli.stub.StubCoordinator;
import dev.serin.cli.stub.StubCoordinator.Canned;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DltTest {
  private static final String LETTER =
      """
      {"id":"serin.requests.v1/2/7","topic":"serin.requests.v1","key":"api",
       "reason":"type: expected one of release-requested, found 'relese-requested'",
       "origin":"serin.requests.v1/2/40","at":"2026-01-02T03:04:05Z","sizeBytes":26}\
      """;

  private final StubCoordinator stub = new StubCoordinator();

  @AfterEach
  void stop() {
    stub.close();
  }

  private void answers(String call, int status, String body) {
    stub.answers(
        call,
        new Canned(status, status < 300 ? "application/json" : "application/problem+json", body));
  }

  @Test
  void listsThem() throws Exception {
    answers("GET /api/v1/dead-letters", 200, "[" + LETTER + "]");

    SerinRun run = SerinRun.of(stub, "dlt", "list");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("ID                     AT")
        .contains("serin.requests.v1/2/7  2026-01-02 ")
        .contains("serin dlt show ID");
    assertThat(SerinRun.of(stub, "dlt", "list", "-o", "json").json()).hasSize(1);
  }

  @Test
  void saysThatThereAreNone() throws Exception {
    answers("GET /api/v1/dead-letters", 200, "[]");

    assertThat(SerinRun.of(stub, "dlt").out()).isEqualTo("There are no dead letters.\n");
  }

  @Test
  void showsWhyOneIsOneAndWhatItHolds() throws Exception {
    answers(
        "GET /api/v1/dead-letters/serin.requests.v1/2/7",
        200,
        LETTER.replace(
            "\"sizeBytes\":26",
            "\"sizeBytes\":26,\"value\":\"{\\u001b[31m}\",\"headers\":{\"from\":\"a-bot\"}"));

    SerinRun run = SerinRun.of(stub, "dlt", "show", "serin.requests.v1/2/7");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("reason      type: expected one of release-requested, found 'relese-requested'")
        .contains("header      from: a-bot")
        .contains("size        26 bytes")
        .as("nothing in it reaches the terminal as an escape")
        .doesNotContain("\u001b");
  }

  @Test
  void sendsOneAgain() throws Exception {
    answers(
        "POST /api/v1/dead-letters/serin.requests.v1/2/7/replay",
        202,
        "{\"id\":\"serin.requests.v1/2/7\",\"sentTo\":\"serin.requests.v1/2/41\"}");

    SerinRun run = SerinRun.of(stub, "dlt", "replay", "serin.requests.v1/2/7");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("sent again, as serin.requests.v1/2/41\n");
  }

  @Test
  void saysWhatIsNoDeadLetter() throws Exception {
    SerinRun run = SerinRun.of(stub, "dlt", "replay", "nothing");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("expected a name that is known");
  }
}
