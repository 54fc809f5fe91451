package dev.serin.sli.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.contracts.sli.HookVerdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Only a clear answer is one.
class HookAnswerTest {
  private static HookAnswer of(int status, String type, String body) {
    return HookAnswer.of(new HookWire.Reply.Answered(status, type, body));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "204 | ''               | ''                                  | PASS   | ''        | false",
        "200 | ''               | ''                                  | PASS   | ''        | false",
        "200 | text/plain       | ok                                  | PASS   | ''        | false",
        "200 | application/json | {\"allow\": true}                   | PASS   | ''        | false",
        "200 | application/json | {}                                  | PASS   | ''        | false",
        "200 | application/json | {\"allow\": true, \"reason\": \"x\"}  | PASS | x         | false",
        "200 | application/json | {\"allow\": false}                  | VETO   | ''        | false",
        "200 | application/json | {\"allow\": false, \"reason\": \"no\"} | VETO | no       | false",
        "200 | ''               | {\"allow\": false}                  | VETO   | ''        | false",
        "403 | ''               | closed on Fridays                   | VETO   | closed on Fridays | false",
        "409 | application/json | {\"reason\": \"busy\"}              | VETO   | busy      | false",
        "403 | application/json | {\"allow\": true}                   | VETO   | ''        | false",
        "500 | ''               | oh                                  | SILENT | HTTP 500  | true",
        "503 | ''               | ''                                  | SILENT | HTTP 503  | true",
        "429 | ''               | ''                                  | SILENT | HTTP 429  | true",
        "404 | ''               | ''                                  | SILENT | HTTP 404  | false",
        "401 | ''               | ''                                  | SILENT | HTTP 401  | false"
      })
  void aStatusAndABodyComeToAVerdict(
      int status, String type, String body, HookVerdict verdict, String reason, boolean again) {
    assertThat(of(status, type, body)).isEqualTo(new HookAnswer(verdict, reason, again));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | application/json | {\"allow\":                | JSON object",
        "200 | application/json | []                         | JSON object",
        "200 | application/json | {\"allow\": \"false\"}     | allow",
        "200 | application/json | {\"allow\": null}          | allow",
        "202 | ''               | ''                         | later",
        "302 | ''               | ''                         | redirect"
      })
  void whatCanBeReadInTwoWaysIsNoAnswer(int status, String type, String body, String word) {
    HookAnswer answer = of(status, type, body);
    assertThat(answer.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answer.reason()).contains(word);
    assertThat(answer.again()).isFalse();
  }

  @Test
  void noAnswerIsWorthAnotherAttempt() {
    assertThat(HookAnswer.of(new HookWire.Reply.TimedOut(Duration.ofSeconds(10))))
        .isEqualTo(new HookAnswer(HookVerdict.SILENT, "no answer within 10s", true));
    assertThat(HookAnswer.of(new HookWire.Reply.NotReached("connection refused")))
        .isEqualTo(new HookAnswer(HookVerdict.SILENT, "connection refused", true));
    assertThat(HookAnswer.of(new HookWire.Reply.TooLong()).again()).isFalse();
  }

  @Test
  void aReasonStandsInOneLine() {
    HookAnswer answer = of(403, "", "no\u001b[31m\nand " + "very ".repeat(200));
    assertThat(answer.reason()).doesNotContain("\n", "\u001b").hasSize(401).endsWith("…");
  }
}
