package dev.serin.sli.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.serin.sli.prometheus.PrometheusWire.Question;
import dev.serin.sli.prometheus.PrometheusWire.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpPrometheusWireTest {
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.250Z");
  private static final Duration PATIENT = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private HttpServer server = unstarted();

  private static HttpServer unstarted() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @BeforeEach
  void serve() {
    server.setExecutor(threads);
    server.createContext("/api/v1/query", this::answer);
    server.createContext("/prom/api/v1/query", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    received.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
    String asked = exchange.getRequestURI() + body;
    if (asked.contains("hang")) {
      awaitEnd();
      exchange.close();
    } else if (asked.contains("stall")) {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write('{');
      exchange.getResponseBody().flush();
      awaitEnd();
      exchange.close();
    } else if (asked.contains("cut")) {
      exchange.sendResponseHeaders(200, 100);
      exchange.getResponseBody().write('{');
      exchange.close();
    } else if (asked.contains("flood")) {
      exchange.sendResponseHeaders(200, 0);
      try (var out = exchange.getResponseBody()) {
        for (int i = 0; i < 2 * 1024; i++) {
          out.write(new byte[1024]);
        }
      }
    } else {
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      byte[] reply = "{\"ä\":1}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(418, reply.length);
      exchange.getResponseBody().write(reply);
      exchange.close();
    }
  }

  private void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private URI url(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private static List<Reply> ask(URI url, Duration timeout, String... queries)
      throws InterruptedException {
    try (HttpPrometheusWire wire = new HttpPrometheusWire(url, timeout)) {
      return wire.ask(
          java.util.Arrays.stream(queries).map(query -> new Question(query, TIME)).toList());
    }
  }

  @Test
  void carriesQueryAndTimeAndWhateverComesBack() throws Exception {
    List<Reply> replies = ask(url("/"), PATIENT, "rate(x{a=\"b & c\"}[1m])");

    assertThat(replies).containsExactly(new Reply.Answered(418, "application/json", "{\"ä\":1}"));
    assertThat(received.take())
        .isEqualTo(
            "GET /api/v1/query?query=rate%28x%7Ba%3D%22b+%26+c%22%7D%5B1m%5D%29"
                + "&time=1772366400.250 ");
  }

  @Test
  void asksForSeveralInstantsAtOnce() throws Exception {
    try (HttpPrometheusWire wire = new HttpPrometheusWire(url("/prom"), PATIENT)) {
      wire.ask(List.of(new Question("up", TIME, new Question.Steps(5, Duration.ofMillis(1_500)))));
    }
    assertThat(received.take())
        .isEqualTo(
            "GET /prom/api/v1/query_range?query=up&start=1772366394.250&end=1772366400.250"
                + "&step=1.500 ");
  }

  @Test
  void keepsThePathBeforeTheApi() throws Exception {
    ask(url("/prom/"), PATIENT, "up");

    assertThat(received.take()).startsWith("GET /prom/api/v1/query?query=up");
  }

  @Test
  void postsWhatIsTooLongForAUrl() throws Exception {
    ask(url(""), PATIENT, "x".repeat(10_000));

    assertThat(received.take()).startsWith("POST /api/v1/query query=xxx").contains("&time=");
  }

  @Test
  void aHangingQueryKeepsNoOtherWaiting() throws Exception {
    List<Reply> replies = ask(url(""), Duration.ofMillis(500), "hang", "up", "stall");

    assertThat(replies.get(0)).isEqualTo(new Reply.TimedOut(Duration.ofMillis(500)));
    assertThat(replies.get(1)).isInstanceOf(Reply.Answered.class);
    assertThat(replies.get(2)).isEqualTo(new Reply.TimedOut(Duration.ofMillis(500)));
  }

  @Test
  void readsNoEndlessAnswer() throws Exception {
    assertThat(ask(url(""), PATIENT, "flood"))
        .containsExactly(new Reply.TooLong(HttpPrometheusWire.LONGEST_ANSWER_BYTES));
  }

  @Test
  void tellsThatAConnectionBrokeOff() throws Exception {
    assertThat(ask(url(""), PATIENT, "cut"))
        .singleElement()
        .isInstanceOfSatisfying(
            Reply.NotReached.class,
            broken -> assertThat(broken.why()).startsWith("the connection broke off: "));
  }

  @Test
  void tellsThatNobodyListensOrThatThereIsNoSuchHost() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }

    assertThat(ask(URI.create("http://127.0.0.1:" + closed), PATIENT, "up", "up"))
        .containsOnly(new Reply.NotReached("connection refused"));
    assertThat(ask(URI.create("http://no-such-host.invalid:9090"), PATIENT, "up"))
        .containsExactly(new Reply.NotReached("no such host"));
  }
}
