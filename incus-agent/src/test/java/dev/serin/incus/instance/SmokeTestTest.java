package dev.serin.incus.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.serin.contracts.agent.Failure;
import dev.serin.contracts.agent.Failure.Reason;
import dev.serin.contracts.incus.IncusCommand;
import dev.serin.contracts.incus.IncusEvent;
import dev.serin.contracts.service.ServiceDefinition.Install;
import dev.serin.contracts.service.SmokeRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The script really asks a server on this machine.
class SmokeTestTest {
  private static final Duration SOON = Duration.ofSeconds(1);

  @TempDir Path instance;
  @TempDir Path files;

  private final AtomicInteger asked = new AtomicInteger();
  private Agent agent;
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    agent =
        Agent.on(
            new LocalBed(instance),
            files,
            new Install(instance + "/app", "0", "0", "0755", List.of("app"), null, 3));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answers(String path, int status, String body) {
    server.createContext(
        path,
        exchange -> {
          asked.incrementAndGet();
          byte[] bytes = body.getBytes(UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  private IncusEvent test(SmokeRequest... requests) {
    return agent.answer(
        new IncusCommand.RunSmokeTest(
            agent.head(),
            agent.ref(),
            agent.install(),
            "http://127.0.0.1:" + server.getAddress().getPort(),
            List.of(requests)));
  }

  private static SmokeRequest get(
      String path, int status, @Nullable String contains, Map<String, String> json) {
    return new SmokeRequest(path, status, contains, json, SOON);
  }

  private Failure failure(SmokeRequest... requests) {
    Failure failure = Agent.failure(test(requests));
    assertThat(failure.retryable()).isFalse();
    return failure;
  }

  @Test
  void passesWhereEveryAnswerIsTheExpectedOne() {
    answers("/version", 200, "{\"build\": {\"version\": \"v2\", \"number\": 7}}\n");
    answers("/missing", 404, "");
    assertThat(
            test(
                get(
                    "/version?a=1&b=$(x)",
                    200,
                    "\"v2\"",
                    Map.of("/build/version", "v2", "/build/number", "7")),
                get("/missing", 404, null, Map.of())))
        .isInstanceOfSatisfying(
            IncusEvent.SmokeTestPassed.class, passed -> assertThat(passed.requests()).isEqualTo(2));
    assertThat(asked).hasValue(2);
  }

  /// Answers with what it was sent.
  private void echoes(String path) {
    server.createContext(
        path,
        exchange -> {
          byte[] body =
              (exchange.getRequestMethod()
                      + " "
                      + exchange.getRequestHeaders().getFirst("X-Serin")
                      + " "
                      + new String(exchange.getRequestBody().readAllBytes(), UTF_8))
                  .getBytes(UTF_8);
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(201, head ? -1 : body.length);
          if (!head) {
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "GET"})
  void asksByOtherMethodsWithHeadersAndABody(String method) {
    echoes("/echo");
    String body = "{\"a\": \"it's $(x) `y` \\\\ ü\"}\n-d @/etc/passwd";
    assertThat(
            test(
                new SmokeRequest(
                    "/echo",
                    201,
                    method + " a 'quoted' $(value) " + body,
                    Map.of(),
                    SOON,
                    method,
                    Map.of("X-Serin", "a 'quoted' $(value)", "Content-Type", "application/json"),
                    body)))
        .isInstanceOf(IncusEvent.SmokeTestPassed.class);
  }

  @Test
  void asksForTheHeadAlone() {
    echoes("/echo");
    assertThat(test(new SmokeRequest("/echo", 201, null, Map.of(), SOON, "HEAD", Map.of(), null)))
        .isInstanceOf(IncusEvent.SmokeTestPassed.class);
    assertThat(
            failure(new SmokeRequest("/echo", 200, null, Map.of(), SOON, "OPTIONS", Map.of(), null))
                .expected())
        .contains("HTTP status 200 from OPTIONS /echo in backend-1");
  }

  @Test
  void namesTheRequestWithTheStatusThatCame() {
    answers("/version", 503, "warming up");
    answers("/after", 200, "never asked");
    Failure failure =
        failure(get("/version", 200, null, Map.of()), get("/after", 200, null, Map.of()));
    assertThat(failure.reason()).isEqualTo(Reason.UNHEALTHY);
    assertThat(failure.expected()).contains("HTTP status 200 from GET /version in backend-1", "1s");
    assertThat(failure.found()).isEqualTo("HTTP status 503, beginning 'warming up'");
  }

  @Test
  void namesTheTextThatIsMissing() {
    answers("/version", 200, "{\"version\": \"v1\"}");
    Failure failure = failure(get("/version", 200, "v2", Map.of()));
    assertThat(failure.expected()).contains("an answer that contains 'v2' from GET /version");
    assertThat(failure.found()).contains("HTTP status 200", "{\"version\": \"v1\"}");
  }

  @Test
  void namesTheValueThatIsAnother() {
    answers("/version", 200, "{\"version\": \"v1\"}");
    Failure failure = failure(get("/version", 200, null, Map.of("/version", "v2")));
    assertThat(failure.expected()).contains("/version to be 'v2'");
    assertThat(failure.found()).isEqualTo("HTTP status 200, 'v1'");
    assertThat(failure(get("/version", 200, null, Map.of("/build", "v2"))).found())
        .contains("nothing there");
  }

  @Test
  void anAnswerThatIsNoJsonHasNoValues() {
    answers("/version", 200, "<html>v2</html>");
    assertThat(failure(get("/version", 200, null, Map.of("/version", "v2"))).found())
        .contains("nothing there", "<html>");
  }

  @Test
  void waitsForTheRightAnswerWhileThereIsTime() {
    server.createContext(
        "/version",
        exchange -> {
          byte[] body = (asked.incrementAndGet() < 3 ? "v1" : "v2").getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    assertThat(test(new SmokeRequest("/version", 200, "v2", Map.of(), Duration.ofSeconds(30))))
        .isInstanceOf(IncusEvent.SmokeTestPassed.class);
    assertThat(asked).hasValue(3);
  }

  @Test
  void aServiceThatDoesNotListenIsToldSo() {
    int port = server.getAddress().getPort();
    server.stop(0);
    assertThat(
            Agent.failure(
                    agent.answer(
                        new IncusCommand.RunSmokeTest(
                            agent.head(),
                            agent.ref(),
                            agent.install(),
                            "http://127.0.0.1:" + port,
                            List.of(get("/", 200, null, Map.of())))))
                .found())
        .isEqualTo("connection refused");
  }

  @Test
  void looksAtTheFirstPartOfALongAnswer() {
    answers("/long", 200, "begin" + "x".repeat(200_000));
    assertThat(test(get("/long", 200, "begin", Map.of())))
        .isInstanceOf(IncusEvent.SmokeTestPassed.class);
    answers("/late", 200, "x".repeat(200_000) + "end");
    assertThat(failure(get("/late", 200, "end", Map.of())).found()).contains("HTTP status 200");
  }

  @Test
  void tellsNoSecretsOfAnAnswer() {
    answers(
        "/config",
        500,
        "{\"db\": \"postgres://user:hunter2@db/x\", \"api_key\": \"k-123\", password=abc}\u0007");
    Failure failure = failure(get("/config", 200, null, Map.of()));
    assertThat(failure.found())
        .contains("postgres://***@db/x", "\"api_key\": ***")
        .doesNotContain("hunter2", "k-123", "abc", "\u0007")
        .hasSizeLessThan(150);
    assertThat(Excerpt.of("a " + "A1b2".repeat(20))).isEqualTo("beginning 'a ***'");
    assertThat(Excerpt.of(" \n")).isEqualTo("an empty answer");
    assertThat(Excerpt.ofValue("/db/password", "hunter2")).isEqualTo("another value");
  }
}
