package dev.serin.sli.hook;

import static dev.serin.sli.Commands.START;
import static dev.serin.sli.Commands.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.agent.HandAlarms;
import dev.serin.contracts.agent.Turn;
import dev.serin.contracts.json.Json;
import dev.serin.contracts.rollout.RolloutPhase;
import dev.serin.contracts.service.Hook;
import dev.serin.contracts.sli.HookCall;
import dev.serin.contracts.sli.HookVerdict;
import dev.serin.contracts.sli.SliCommand.CallHook;
import dev.serin.contracts.sli.SliEvent.HookAnswered;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Calls to a real HTTP server, with the pauses between them in a time that the test moves.
class HooksTest {
  private static final String KEY = "a shared secret of the board";

  /// What came in.
  private record Call(Map<String, List<String>> headers, String path, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  /// How the server answers.
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final HandAlarms time = new HandAlarms(START);
  private final HttpHookWire wire = new HttpHookWire();
  private final Hooks hooks = new Hooks(wire, Map.of("board-key", KEY));
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          calls.add(
              new Call(
                  Map.copyOf(exchange.getRequestHeaders()),
                  exchange.getRequestURI().toString(),
                  body));
          answers.get(Math.min(calls.size(), answers.size()) - 1).to(exchange);
        });
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    wire.close();
    server.stop(0);
  }

  private static Answer says(int status, String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    };
  }

  private Answer saysNothing() {
    return exchange -> {
      try {
        end.await();
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
    };
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/serin?team=a";
  }

  private static CallHook command(
      String url, Duration timeout, int retries, @Nullable String secret) {
    Hook hook =
        new Hook(
            "board",
            Hook.At.BEFORE_PROMOTION,
            url,
            timeout,
            retries,
            Hook.OnVeto.ROLLBACK,
            Hook.OnSilence.FAIL,
            secret);
    return new CallHook(
        head(1),
        hook,
        new HookCall(
            "board",
            Hook.At.BEFORE_PROMOTION,
            "r-1",
            "q-1",
            "backend-api",
            "1.2.3",
            "a".repeat(64),
            RolloutPhase.ROLLING,
            "alice",
            "a fix – größer",
            10.0,
            null,
            null,
            List.of("errors is 0.1 %")));
  }

  private HookAnswered call(Answer... with) throws Exception {
    answers.addAll(List.of(with));
    return hooks.call(command(url(), Duration.ofSeconds(20), 2, "board-key"), time.turn());
  }

  @Test
  void saysWhatTheReleaseIsAndPasses() throws Exception {
    HookAnswered answered = call(says(204, ""));

    assertThat(answered.verdict()).isEqualTo(HookVerdict.PASS);
    assertThat(answered.hook()).isEqualTo("board");
    assertThat(answered.attempts()).isEqualTo(1);
    assertThat(answered.head().commandId()).isEqualTo("c-1");
    Call call = calls.getFirst();
    assertThat(call.path()).isEqualTo("/serin?team=a");
    assertThat(call.header("Content-Type")).isEqualTo("application/json");
    assertThat(call.header("Idempotency-Key")).isEqualTo("c-1");
    assertThat(Json.mapper().readTree(call.body()))
        .isEqualTo(
            Json.mapper()
                .readTree(
                    """
                    {"hook": "board", "at": "before-promotion", "rolloutId": "r-1",
                     "requestId": "q-1", "service": "backend-api", "version": "1.2.3",
                     "sha256": "%s", "phase": "ROLLING", "requestedBy": "alice",
                     "reason": "a fix – größer", "share": 10.0,
                     "evidence": ["errors is 0.1 %%"]}
                    """
                        .formatted("a".repeat(64))));
  }

  @Test
  void signsTheSecondAndTheBytesOfTheBody() throws Exception {
    var unused = call(says(200, ""));

    Call call = calls.getFirst();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String t = Long.toString(START.getEpochSecond());
    String mine =
        HexFormat.of()
            .formatHex(mac.doFinal((t + "." + call.body()).getBytes(StandardCharsets.UTF_8)));
    assertThat(call.header("Serin-Signature")).isEqualTo("t=" + t + ",v1=" + mine);
    assertThat(call.headers().toString() + call.body()).doesNotContain(KEY);
  }

  @Test
  void theSignatureIsThatOfAKnownExample() {
    // echo -n '1700000000.{}' | openssl dgst -sha256 -hmac 'a shared secret of the board'
    assertThat(
            Signature.of(
                KEY, Instant.ofEpochSecond(1_700_000_000), "{}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(
            "t=1700000000,v1=da142209afcb08ee8e88d1a0786c8a1bc94ba2a83773dd01204af92e1df01787");
  }

  @Test
  void signsNothingWithoutASecret() throws Exception {
    answers.add(says(204, ""));
    var answered = hooks.call(command(url(), Duration.ofSeconds(20), 0, null), time.turn());

    assertThat(answered.verdict()).isEqualTo(HookVerdict.PASS);
    assertThat(calls.getFirst().header("Serin-Signature")).isEmpty();
  }

  @Test
  void callsNobodyWhereItsSecretIsUnknown() throws Exception {
    var answered = hooks.call(command(url(), Duration.ofSeconds(20), 2, "other"), time.turn());

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.attempts()).isZero();
    assertThat(answered.reason()).contains("serin.hooks.secrets.other").doesNotContain(KEY);
    assertThat(calls).isEmpty();
  }

  @Test
  void tellsAVetoWithItsReasonAndAsksNobodyTwice() throws Exception {
    HookAnswered answered = call(says(200, "{\"allow\": false, \"reason\": \"sale tonight\"}"));

    assertThat(answered.verdict()).isEqualTo(HookVerdict.VETO);
    assertThat(answered.reason()).isEqualTo("sale tonight");
    assertThat(calls).hasSize(1);
  }

  @Test
  void triesAgainUnderTheSameKeyWithANewSignature() throws Exception {
    HookAnswered answered = call(says(503, ""), says(500, ""), says(204, ""));

    assertThat(answered.verdict()).isEqualTo(HookVerdict.PASS);
    assertThat(answered.attempts()).isEqualTo(3);
    assertThat(calls).extracting(call -> call.header("Idempotency-Key")).containsOnly("c-1");
    assertThat(calls)
        .extracting(call -> call.header("Serin-Attempt"))
        .containsExactly("1", "2", "3");
    assertThat(calls.getLast().header("Serin-Signature"))
        .isNotEqualTo(calls.getFirst().header("Serin-Signature"));
    assertThat(answered.took())
        .as("the pauses are 0.5 to 1 s and 1 to 2 s")
        .isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(3));
  }

  @Test
  void isNotCalledOnceSomethingNewerHasCome() {
    Turn turn = time.turn();
    Turn over =
        new Turn() {
          @Override
          public Instant now() {
            return turn.now();
          }

          @Override
          public void pause(Duration duration) {}

          @Override
          public void check() throws Preempted {
            throw new Preempted();
          }
        };
    assertThatThrownBy(
            () -> hooks.call(command(url(), Duration.ofSeconds(20), 2, "board-key"), over))
        .isInstanceOf(Turn.Preempted.class);
    assertThat(calls).isEmpty();
  }

  @Test
  void isSilentWhenEveryAttemptWas() throws Exception {
    HookAnswered answered = call(says(503, "{\"allow\": true}"));

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.attempts()).isEqualTo(3);
    assertThat(answered.reason()).isEqualTo("HTTP 503");
  }

  @Test
  void givesUpOnAnAnswerThatDoesNotComeInTime() throws Exception {
    answers.add(saysNothing());
    var answered = hooks.call(command(url(), Duration.ofMillis(100), 1, "board-key"), time.turn());

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.attempts()).isEqualTo(2);
    assertThat(answered.reason()).isEqualTo("no answer within 100ms");
  }

  @Test
  void givesUpOnABodyThatDoesNotEndInTime() throws Exception {
    answers.add(exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write('{');
      exchange.getResponseBody().flush();
      saysNothing().to(exchange);
    });
    var answered = hooks.call(command(url(), Duration.ofMillis(300), 0, "board-key"), time.turn());

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.reason()).isEqualTo("no answer within 300ms");
  }

  @Test
  void readsNoAnswerOfMoreThan64KiB() throws Exception {
    HookAnswered answered = call(says(200, "{\"allow\": true, \"x\": \"" + "x".repeat(65_536)));

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.reason()).contains("64 KiB");
    assertThat(calls).hasSize(1);
  }

  @Test
  void followsNoRedirect() throws Exception {
    HookAnswered answered =
        call(
            exchange -> {
              exchange.getResponseHeaders().add("Location", "/elsewhere");
              says(307, "").to(exchange);
            },
            says(204, ""));

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.reason()).contains("redirect");
    assertThat(calls).hasSize(1);
  }

  @Test
  void isSilentWhereNobodyListens() throws Exception {
    String nobody = url();
    server.stop(0);
    var answered = hooks.call(command(nobody, Duration.ofSeconds(20), 1, "board-key"), time.turn());

    assertThat(answered.verdict()).isEqualTo(HookVerdict.SILENT);
    assertThat(answered.attempts()).isEqualTo(2);
    assertThat(Objects.requireNonNull(answered.reason())).isNotBlank();
  }
}
