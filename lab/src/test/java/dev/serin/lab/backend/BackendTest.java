package dev.serin.lab.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BackendTest {

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Backend backend = start(Behaviour.good("v1"));

  @AfterEach
  void stop() {
    backend.stop();
    client.close();
  }

  @Test
  void saysWhoAnsweredAndWhichRelease() throws Exception {
    HttpResponse<String> response = get("/api/v1/hello");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("X-Version")).contains("v1");
    assertThat(response.headers().firstValue("X-Node")).contains("node-1");
    assertThat(get("/nowhere").statusCode()).isEqualTo(404);
  }

  @Test
  void answersTheBakedHealthStatus() throws Exception {
    restartAs(
        new Behaviour(
            "v2", 0, Duration.ZERO, 500, null, false, Duration.ZERO, null, Duration.ZERO));

    assertThat(get("/api/v1/health").statusCode()).isEqualTo(500);
    assertThat(get("/api/v1/hello").statusCode()).isEqualTo(200);
  }

  @Test
  void failsEveryFifthRequestAndSaysSoInItsMetrics() throws Exception {
    restartAs(
        new Behaviour(
            "v3", 0.2, Duration.ZERO, 200, null, false, Duration.ZERO, null, Duration.ZERO));

    for (int i = 1; i <= 10; i++) {
      assertThat(get("/api/v1/hello").statusCode()).isEqualTo(i % 5 == 0 ? 500 : 200);
    }
    get("/api/v1/health");

    assertThat(get("/metrics").body())
        .contains("http_request_duration_seconds_count{status=\"200\"} 8\n")
        .contains("http_request_duration_seconds_count{status=\"500\"} 2\n")
        .contains("build_info{version=\"v3\"} 1\n");
  }

  @Test
  @Timeout(300)
  void finishesWhatIsInFlightWhenItStops() throws Exception {
    CompletableFuture<HttpResponse<String>> slow =
        client.sendAsync(request("/api/v1/slow?ms=500"), BodyHandlers.ofString());
    while (!get("/metrics").body().contains("http_requests_in_flight 1.0\n")) {
      Thread.onSpinWait();
    }

    backend.stop();

    assertThat(slow.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void echoesOverAWebSocketAndSaysGoodbyeWhenItStops() throws Exception {
    CompletableFuture<String> echoed = new CompletableFuture<>();
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          @Override
          public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            echoed.complete(text.toString());
            socket.request(1);
            return CompletableFuture.completedStage(null);
          }

          @Override
          public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return CompletableFuture.completedStage(null);
          }
        };
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + backend.port() + "/ws"), listener)
            .get(5, TimeUnit.SECONDS);
    socket.sendText("tweet", true).get(5, TimeUnit.SECONDS);

    assertThat(echoed.get(5, TimeUnit.SECONDS)).isEqualTo("tweet");
    assertThat(get("/metrics").body()).contains("websockets_open 1.0\n");
    backend.stop();
    assertThat(closed.get(5, TimeUnit.SECONDS)).isEqualTo(1001);
  }

  private static Backend start(Behaviour behaviour) {
    return Backend.start(
        behaviour, "node-1", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private void restartAs(Behaviour behaviour) {
    backend.stop();
    backend = start(behaviour);
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + backend.port() + path)).build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path), BodyHandlers.ofString());
  }
}
